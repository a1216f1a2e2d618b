"""The page of the demo: ask an exported model for images, and let it read a drawing."""

import base64
import functools
import html
import pathlib
import random

import gradio as gr
import numpy as np
from gradio.themes.utils.fonts import Font

from export import drawing
from export.model_card import read_dataset, read_meanings, read_section
from export.sheet import png_bytes, sheet
from keras_infogan.errors import UserError

FILES = pathlib.Path(__file__).parent / "page"
CSS = (FILES / "page.css").read_text()
# Of the system: a web font would be fetched from somewhere.
THEME = gr.themes.Default(
    font=[Font("system-ui"), Font("sans-serif")],
    font_mono=[Font("ui-monospace"), Font("monospace")],
)
DIGITS = ("mnist", "mnist5k")  # data whose labels are digits and whose images are centred
MOST_IMAGES = 64
SEEDS = 2**31
BARS = 3
# While a slider is moved, the sheet follows it as fast as it can and ends with the last value.
LIVE = {"show_progress": "hidden", "trigger_mode": "always_last", "api_visibility": "private"}
DOWNLOAD = """() => {
  const picture = document.querySelector("#sheet img");
  const link = document.createElement("a");
  link.href = picture.src;
  link.download = picture.dataset.file;
  link.click();
}"""
WIPE = """() => { document.querySelector("#canvas canvas").dispatchEvent(new Event("wipe")); }"""


class Page:
    """What the page shows, as functions of what stands in its controls.

    Args:
        exported: An `Exported`.

    Raises:
        UserError: If its model cannot be asked for images by code.
    """

    def __init__(self, exported):
        if not exported.codes:
            raise UserError(f"{exported.path} has no one categorical code to ask for images by.")
        self.exported = exported
        self.digits = read_dataset(exported.card) in DIGITS
        meanings = read_meanings(exported.card)
        self.titles = {
            name: f"{name}: {meanings[name]}" if name in meanings else name
            for name in exported.values
        }
        self.by = "label" if exported.labels else "code"
        self.thing = "digit" if self.digits and exported.labels else self.by

    def sheet(self, choice, seed, count, *values):
        """HTML of a sheet of images of a label or a code."""
        if seed is None:
            raise UserError("The seed must be a whole number.")
        values = dict(zip(self.exported.values, values, strict=True))
        images = self.exported.sample(
            int(count), int(seed), values=values, **{self.by: int(choice)}
        )
        alt = f"{count} images of {self.thing} {choice}, seed {seed}"
        file = f"{self.thing}-{choice}-seed-{seed}.png"
        return f'<img src="{_url(sheet(images))}" alt="{alt}" data-file="{file}">'

    def read(self, content):
        """What the recognizer reads from a picture file, as the outputs of the tab for drawing."""
        pixels = drawing.read_picture(content)
        prepare = drawing.center if self.digits else drawing.fit
        image = prepare(pixels, self.exported.image_shape)
        if not image.any():
            return self.nothing_read()
        found = {name: value[0] for name, value in self.exported.recognize(image[None]).items()}
        means = {name: found[f"{name}_mean"] for name in self.exported.values}
        code = int(found["code"])
        copy = self.exported.sample(1, code=code, values=means)[0]
        bars = {
            self.name_of(code): float(probability)
            for code, probability in enumerate(found["code_probabilities"])
        }
        rows = {"code": f"{code} (probability {found['code_probabilities'][code]:.3f})"}
        if self.exported.labels:
            read = f"{found['label']} (probability {found['label_probability']:.3f})"
            rows = {self.thing: read, **rows}
        for name in self.exported.values:
            # A standard deviation that is not learned is 1, and tells nothing.
            std = found[f"{name}_std"]
            spread = "" if std == 1.0 else f" ± {std:.2f}"
            rows[self.titles[name]] = f"{means[name]:+.2f}{spread}"
        return bars, _pictures(image, copy), _table(rows)

    def nothing_read(self):
        """The same for an empty canvas."""
        return None, _pictures(None, None), ""

    def name_of(self, code):
        """A code as the bars name it: by its label, if it means one."""
        if not self.exported.labels:
            return f"code {code}"
        return f"{self.exported.code_to_label.get(code, 'no label')} (code {code})"

    def build(self):
        """The Gradio app."""
        title = f"InfoGAN on {read_dataset(self.exported.card) or 'some data'}"
        # Uploads are forgotten after an hour.
        with gr.Blocks(analytics_enabled=False, title=title, delete_cache=(600, 3600)) as app:
            gr.Markdown(
                f"# {title}\nAn InfoGAN that learned its codes without labels. Everything here "
                "is computed on this machine."
            )
            with gr.Tabs():
                with gr.Tab(f"Ask for a {self.thing}"):
                    self._build_ask()
                with gr.Tab("Draw"):
                    self._build_draw()
            with gr.Accordion("Scores, codes and labels", open=False):
                with gr.Row():
                    for heading in ("Scores", "Codes and labels"):
                        with gr.Column():
                            gr.Markdown(f"### {heading}\n\n{self._section(heading)}")
        return app

    def _section(self, heading):
        return read_section(self.exported.card, heading) or "The model card does not tell."

    def _build_ask(self):
        choices = self.exported.labels or list(range(self.exported.codes))
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                choice = gr.Radio(
                    choices, value=choices[0], label=self.thing.capitalize(), elem_id="choice"
                )
                values = [
                    gr.Slider(-2, 2, value=0, step=0.05, label=self.titles[name], elem_id=name)
                    for name in self.exported.values
                ]
                count = gr.Slider(
                    1, MOST_IMAGES, value=16, step=1, label="Number of images", elem_id="count"
                )
                seed = gr.Number(
                    0, label="Seed", precision=0, minimum=0, maximum=SEEDS - 1, elem_id="seed"
                )
                with gr.Row():
                    new_seed = gr.Button("New seed", elem_id="new-seed")
                    download = gr.Button("Download PNG", variant="primary", elem_id="download")
            with gr.Column(scale=3, min_width=320):
                controls = [choice, seed, count, *values]
                shown = gr.HTML(
                    self.sheet(*(control.value for control in controls)), elem_id="sheet"
                )
        gr.on(
            [control.change for control in controls],
            _answer(self.sheet),
            controls,
            shown,
            **LIVE,
        )
        new_seed.click(lambda: random.randrange(SEEDS), None, seed, **LIVE)
        download.click(None, js=DOWNLOAD, api_visibility="private")

    def _build_draw(self):
        if self.digits:
            hint = "Draw a digit with the mouse; it is centred and scaled as MNIST's digits were."
        else:
            hint = "Draw, or upload a picture, of the kind that the model was trained on."
        gr.Markdown(hint)
        with gr.Row():
            with gr.Column(scale=0, min_width=300):
                canvas = gr.HTML(
                    html_template=(FILES / "canvas.html").read_text(),
                    js_on_load=(FILES / "canvas.js").read_text(),
                    elem_id="canvas",
                )
                upload = gr.UploadButton(
                    "Upload a picture", file_types=["image"], type="binary", elem_id="upload"
                )
            bars, pictures, table = self.nothing_read()
            with gr.Column(scale=1, min_width=320):
                with gr.Row():
                    pictures = gr.HTML(pictures, scale=3, elem_id="pictures")
                    table = gr.HTML(table, scale=2, elem_id="table")
                bars = gr.Label(bars, num_top_classes=BARS, label="Read as", elem_id="bars")
        outputs = [bars, pictures, table]

        def read_drawing(event: gr.EventData):
            return self.read(base64.b64decode(event.png.partition(",")[2]))

        canvas.change(_answer(read_drawing), None, outputs, **LIVE)
        upload.upload(None, js=WIPE, api_visibility="private")
        upload.upload(_answer(self.read), upload, outputs, **LIVE)


def _answer(function):
    """The function, with its UserError shown on the page."""

    @functools.wraps(function)
    def answer(*arguments):
        try:
            return function(*arguments)
        except UserError as error:
            raise gr.Error(html.escape(str(error)), print_exception=False) from None

    return answer


def _url(pixels):
    return "data:image/png;base64," + base64.b64encode(png_bytes(pixels)).decode()


def _pictures(image, copy):
    """HTML of what the recognizer was shown beside the generator's image of what it read."""
    figures = []
    for picture, caption in ((image, "as it is read"), (copy, "the generator's copy")):
        shown = '<div class="empty"></div>'
        if picture is not None:
            pixels = np.uint8(
                np.rint(255 * (picture[..., 0] if picture.shape[-1] == 1 else picture))
            )
            shown = f'<img src="{_url(pixels)}" alt="{caption}">'
        figures.append(f"<figure>{shown}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="pictures">{"".join(figures)}</div>'


def _table(rows):
    """HTML of a table of names and what stands for them."""
    cells = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{cells}</table>"
