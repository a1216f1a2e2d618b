"""What the demo page shows, as functions of what stands in its controls; nothing of Gradio."""

import base64
import html

from keras_infogan.digits import shows_digits
from keras_infogan.errors import UserError
from keras_infogan.serving import drawing
from keras_infogan.serving.about import crop_of
from keras_infogan.serving.sheet import png_bytes, sheet


class Answers:
    """The answers of an exported model, as HTML and the like.

    Args:
        exported: An `Exported`.

    Attributes:
        dataset: Name of the data that the model was trained on, or "".
        digits: Whether those are digits as MNIST's.
        by: What images are asked for by: "label" or, where there are none, "code"; None for a model
            without categorical codes.
        thing: How the page calls that: "image" for None.
        choices: Its values.
        titles: `{name: title}` of the other codes.

    Raises:
        UserError: If the model has no codes.
    """

    def __init__(self, exported):
        if not exported.codes and not exported.others:
            raise UserError(f"{exported.path} cannot be shown: the model has no codes to choose.")
        self.exported = exported
        summary = exported.about["summary"]
        self.dataset = summary.get("dataset") or ""
        self.digits = shows_digits(self.dataset)
        meanings = summary.get("continuous", {})
        self.titles = {
            name: f"{name}: {meanings[name]['moves']}" if name in meanings else name
            for name in exported.others
        }
        self.by = "label" if exported.labels else "code" if exported.codes else None
        self.thing = "digit" if self.digits and exported.labels else self.by or "image"
        # Texts for labels with names, else numbers.
        self.choices = [
            exported.label_names.get(label, label) for label in exported.labels
        ] or list(range(exported.codes))

    def sheet(self, choice, seed, count, *values):
        """HTML of a sheet of images.

        Args:
            choice: One of `choices`; None for a model without any.
            seed: Of the first image; None for an empty field.
            count: Number of images.
            *values: Of each other code.
        """
        if seed is None:
            raise UserError("The seed must be a whole number.")
        values = {
            name: int(value) if "num_values" in facts else value
            for (name, facts), value in zip(self.exported.others.items(), values, strict=True)
        }
        if not isinstance(choice, str | None):
            choice = int(choice)
        asked = {self.by: choice} if self.by else {}
        images = self.exported.sample(int(count), int(seed), values=values, **asked)
        which = " ".join(map(str, [self.thing, choice] if self.by else [self.thing]))
        alt = html.escape(f"{count} images of {which}, seed {seed}")
        file = html.escape(f"{which.replace(' ', '-', 1)}-seed-{seed}.png")
        return f'<img src="{_url(images)}" alt="{alt}" data-file="{file}">'

    def read(self, content):
        """What the recognizer reads from a picture.

        Args:
            content: Bytes of a picture file.

        Returns:
            `{code's name: probability}`, None for a model without a categorical code; HTML of the
            image as it was read, beside the generator's image of what was read; HTML of a table of
            that. See `nothing_read` for an empty picture.
        """
        shape = self.exported.image_shape
        if self.digits:
            image = drawing.center(drawing.read_picture(content), shape)
        else:
            image = drawing.fit(content, shape, crop_of(self.exported.about))
        if not image.any():
            return self.nothing_read()
        found = {name: value[0] for name, value in self.exported.recognize(image[None]).items()}
        bars, rows, asked = None, {}, {}
        if self.exported.codes:
            asked["code"] = int(found["code"])
            bars = {
                self.name_of(value): float(probability)
                for value, probability in enumerate(found["code_probabilities"])
            }
            if self.exported.labels:
                label = int(found["label"])
                name = self.exported.label_names.get(label, label)
                rows[self.thing] = f"{name} (probability {found['label_probability']:.3f})"
            rows["code"] = _likeliest(found, "code")
        values = {}
        for name, facts in self.exported.others.items():
            if "num_values" in facts:
                values[name] = int(found[name])
                rows[self.titles[name]] = _likeliest(found, name)
            else:
                values[name] = found[f"{name}_mean"]
                # Where the standard deviation was not learned it is 1 and tells nothing.
                std = found.get(f"{name}_std", 1.0)
                spread = "" if std == 1.0 else f" ± {std:.2f}"
                rows[self.titles[name]] = f"{values[name]:+.2f}{spread}"
        copy = self.exported.sample(1, values=values, **asked)[0]
        return bars, _pictures(image, copy), _table(rows)

    def nothing_read(self):
        """What `read` returns for a picture without ink."""
        return None, _pictures(None, None), ""

    def name_of(self, code):
        """A code as the bars name it: by its label, if it means one."""
        if not self.exported.labels:
            return f"code {code}"
        label = self.exported.code_to_label.get(code)
        name = self.exported.label_names.get(label, label)
        return f"{'no label' if name is None else name} (code {code})"


def _likeliest(found, name):
    """The value that was read of a categorical code."""
    value = int(found[name])
    return f"{value} (probability {found[f'{name}_probabilities'][value]:.3f})"


def _url(images):
    """A URL that holds a sheet of images as PNG: no file is left for each of them."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(sheet(images))).decode()


def _pictures(image, copy):
    """HTML of what the recognizer was shown beside the generator's image of what it read."""
    figures = []
    for picture, caption in ((image, "as it is read"), (copy, "the generator's copy")):
        shown = '<div class="empty"></div>'
        if picture is not None:
            shown = f'<img src="{_url(picture[None])}" alt="{caption}">'
        figures.append(f"<figure>{shown}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="pictures">{"".join(figures)}</div>'


def _table(rows):
    """HTML of a table of names and what stands for them."""
    cells = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{cells}</table>"
