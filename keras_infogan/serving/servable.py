"""What a server can ask of a trained model: the functions behind the SavedModel's signatures.

One row is one sample, whatever else stands in the batch, and nothing is random but what the row's
seed decides. Input that cannot be served is refused with a sentence that names it.
"""

import tensorflow as tf

from keras_infogan.digits import shows_digits
from keras_infogan.serving import checks, png, row_noise
from keras_infogan.serving.about import crop_of
from keras_infogan.serving.wording import label_texts

# Of noise, and of codes unless their own pictures go further. It is far beyond what is usual in
# training; much larger latents overflow somewhere in the generator.
LIMIT = 100.0
# Images are generated in multiples of so many, see `_padded`.
MULTIPLE = 16


class Servable:
    """A trained model as named functions of tensors.

    Images are asked for by one categorical code, here called `code`, or by its labels. All other
    codes are inputs by their own names, `c2` and so on: int64 for a categorical one, else float32.

    Args:
        model: An `InfoGAN`, `ConditionalGAN` or `GAN`.
        code_to_label: `{value: label}` of the code, integers or their text, with None for a value
            that means no label; None for data without labels. The values of a `ConditionalGAN`'s
            code are its labels.
        label_names: Name of each label, label 0 first; None for labels that are numbers only.
        code: Name of the code; the first categorical one by default.
        digits: Whether its images are digits as those of MNIST, see `png.decode`.
        crop: Side of the central square that training took of each image, see there.

    Attributes:
        code: Name of the code; None for a model without categorical codes.
        codes: `{name: Code}` of all codes.
        others: Names of the other codes, in order.
        limits: `{name: greatest magnitude that is served}` of the continuous codes.
        labels: The labels that values of the code mean, in order; empty without any.
        label_names: `{label: name}` of these; empty without any.
    """

    def __init__(
        self, model, code_to_label=None, label_names=None, code=None, digits=False, crop=None
    ):
        self.model = model
        self.digits = digits
        self.crop = crop
        self.latents = model.latents
        self.image_shape = model.generator.output_shape[1:]
        self.codes = dict(zip(self.latents.names, self.latents.codes, strict=True))
        categorical = [name for name, one in self.codes.items() if one.num_values is not None]
        self.code = code or next(iter(categorical), None)
        self.others = [name for name in self.codes if name != self.code]
        self.limits = {
            name: max(LIMIT, *map(abs, one.picture_values(2)))
            for name, one in self.codes.items()
            if one.num_values is None
        }
        table = {int(value): label for value, label in (code_to_label or {}).items()}
        self.code_to_label = {v: int(table[v]) for v in sorted(table) if table[v] is not None}
        self.labels = sorted(set(self.code_to_label.values()))
        self.label_names = {v: label_names[v] for v in self.labels} if label_names else {}

    @classmethod
    def of(cls, model, facts):
        """The `Servable` of a run's model.

        Args:
            model: The model.
            facts: Dict of the run's `summary` and, if there is one, `config`. The summary's `codes`
                say which code the labels belong to and which value means which, its `label_names`
                give the labels their names; its `dataset` and the config's `crop` say what pictures
                are brought to.
        """
        summary = facts["summary"]
        codes = summary.get("codes") or {}
        return cls(
            model,
            codes.get("code_to_label"),
            summary.get("label_names"),
            codes.get("code"),
            shows_digits(summary.get("dataset") or ""),
            crop_of(facts),
        )

    def signatures(self):
        """Dict of a signature's name to its function and its inputs, a list of `tf.TensorSpec`.

        A model with a categorical code has `sample_code`, `sample` if its values have labels too,
        and `sample_name` if these have names; one without has `sample` by seed and other codes.
        Only a model that reads codes has `recognize`.
        """
        noise = _rows("noise", tf.float32, self.latents.noise.size)
        codes = _rows("codes", tf.float32, self.latents.size - self.latents.noise.size)
        result = {"generate": (self.generate, [noise, codes] if self.codes else [noise])}
        if self.model.reads_codes:
            image = _rows("image", tf.float32, *self.image_shape)
            result["recognize"] = (self.recognize, [image])
            result["recognize_png"] = (self.recognize_png, [_rows("png_bytes", tf.string)])
        seed = _rows("seed", tf.int64)
        others = [_rows(name, self._dtype(name)) for name in self.others]
        if any(self.codes[name].middle() for name in self.others):
            result["middle"] = (self.middle, [seed])
        if self.code is None:
            return {**result, "sample": (self.sample_any, [seed, *others])}
        result["sample_code"] = (self.sample_code, [seed, _rows("code", tf.int64), *others])
        if self.labels:
            result["sample"] = (self.sample, [seed, _rows("label", tf.int64), *others])
        if self.label_names:
            name = _rows("label_name", tf.string)
            result["sample_name"] = (self.sample_name, [seed, name, *others])
        return result

    def functions(self):
        """Dict of a signature's name to a function of its inputs, tensors, by their names."""

        def by_name(function, inputs):
            traced = tf.function(function, inputs, autograph=False)
            return lambda **tensors: traced(*(tensors[spec.name] for spec in inputs))

        return {name: by_name(*signature) for name, signature in self.signatures().items()}

    def middle(self, seed):
        """Values of the other codes for images of which nobody chose them.

        Only a model of which some are not 0 has this signature.

        Args:
            seed: int64 `(n,)`, not looked at: a signature needs an input.

        Returns:
            The value of each other code by its name, `(n,)`, as `sample_code` takes it.
        """
        number = tf.shape(checks.rows("seed", seed))[0]
        return {
            name: tf.fill((number,), tf.constant(self.codes[name].middle(), self._dtype(name)))
            for name in self.others
        }

    def generate(self, noise, codes=None):
        """Images of latents.

        Args:
            noise: `(n, noise size)`, drawn from N(0, 1) in training, or from U(−1, 1).
            codes: `(n, codes size)`, the codes in order as `Code.encode` writes them: one-hot for a
                categorical one; None for a model without codes.

        Returns:
            `image`, float32 in [0, 1], `(n, height, width, channels)`.
        """
        noise = checks.rows("noise", noise, (self.latents.noise.size,), -LIMIT, LIMIT)
        if codes is None:
            return {"image": self._images(noise)}
        size = self.latents.size - self.latents.noise.size
        limit = max(self.limits.values(), default=LIMIT)
        codes = checks.rows("codes", codes, (size,), -limit, limit)
        latents = tf.concat(checks.same_rows(noise=noise, codes=codes), axis=1)
        return {"image": self._images(latents)}

    def sample(self, seed, label, *others):
        """Images of a label: `sample_code` with a value of the code that means it.

        Args:
            seed: int64 `(n,)`; decides the noise and, where several values mean the label, which.
            label: int64 `(n,)`, each one of `labels`.
            *others: Values of each other code, `(n,)`.

        Returns:
            As `sample_code`.
        """
        label = checks.among("label", label, self.labels)
        seed = checks.rows("seed", seed)
        seed, label = checks.same_rows(seed=seed, label=label)
        return self.sample_code(seed, self._chosen(seed, label), *others)

    def sample_name(self, seed, label_name, *others):
        """Images of a label: `sample` by its name.

        Args:
            seed: As `sample`.
            label_name: Text `(n,)`, each one of `label_names`, or a label's number as text.
            *others: As `sample`.

        Returns:
            As `sample`.
        """
        texts = label_texts(self.labels, self.label_names)
        name = checks.among("label_name", label_name, list(texts))
        position = tf.argmax(tf.equal(name[:, None], tf.constant(list(texts))), axis=1)
        labels = tf.constant(list(texts.values()), tf.int64)
        return self.sample(seed, tf.gather(labels, position), *others)

    def sample_code(self, seed, code, *others):
        """Images of a value of the code.

        Args:
            seed: int64 `(n,)`; decides the noise. Equal rows give equal images, alone or not.
            code: int64 `(n,)`, values of the code.
            *others: Values of each other code, `(n,)`.

        Returns:
            `image` as `generate`, and `png_bytes`, the same as PNG files, `(n,)`.
        """
        return self._sample(seed, code=code, **dict(zip(self.others, others, strict=True)))

    def sample_any(self, seed, *others):
        """Images of a model without a categorical code; all else as in `sample_code`."""
        return self._sample(seed, **dict(zip(self.others, others, strict=True)))

    def _sample(self, seed, **values):
        checked = {"seed": checks.rows("seed", seed)}
        for name, value in values.items():
            checked[name] = (
                checks.rows(name, value, (), -self.limits[name], self.limits[name])
                if name in self.limits
                else checks.among(name, value, range(self._code(name).num_values))
            )
        rows = dict(zip(checked, checks.same_rows(**checked), strict=True))
        padded = {name: _padded(value) for name, value in rows.items()}
        codes = [
            code.encode(padded["code" if name == self.code else name])
            for name, code in self.codes.items()
        ]
        noise = row_noise.draw(self.latents.noise, padded["seed"])
        image = self._images(tf.concat([noise, *codes], axis=1))[: tf.shape(rows["seed"])[0]]
        return {"image": image, "png_bytes": png.encode(image)}

    def recognize(self, image):
        """What Q reads from images.

        Args:
            image: float32 in [0, 1], `(n, height, width, channels)`, like the training images.

        Returns:
            `code_probabilities`, `(n, values of the code)`; `code`, the most likely value, int64;
            `label`, the most likely label, int64, `label_name`, and `label_probability`, the sum
            over the values that mean it, if there are labels and names. Of each other categorical
            code `<name>_probabilities` and `<name>`, likewise; of each continuous one
            `<name>_mean` and, if Q has one, `<name>_std`. All but probabilities are `(n,)`.
        """
        image = checks.rows("image", image, self.image_shape, 0.0, 1.0)
        features = self.model.trunk(2.0 * image - 1.0, training=False)
        parameters = self.model.recognizer(features, training=False)
        result = {}
        for name, found in zip(self.codes, self.latents.read(parameters), strict=True):
            if self.codes[name].num_values is None:
                result |= {f"{name}_{key}": found[key] for key in ("mean", "std") if key in found}
                continue
            shown = "code" if name == self.code else name
            result[f"{shown}_probabilities"] = found["probabilities"]
            result[shown] = tf.cast(found["value"], tf.int64)
        return result | (self._read_label(result["code_probabilities"]) if self.labels else {})

    def recognize_png(self, png_bytes):
        """`recognize` for PNG files, `(n,)`, see `png.decode`."""
        png_bytes = checks.rows("png_bytes", png_bytes)
        return self.recognize(
            tf.map_fn(
                lambda file: png.decode(file, self.image_shape, self.digits, self.crop),
                png_bytes,
                fn_output_signature=tf.TensorSpec(self.image_shape, tf.float32),
                parallel_iterations=1,  # a large picture takes a gigabyte
            )
        )

    def _code(self, name):
        """A code by the name of an input."""
        return self.codes[self.code if name == "code" else name]

    def _dtype(self, name):
        """Type of the values of a code."""
        return tf.float32 if self.codes[name].num_values is None else tf.int64

    def _images(self, latents):
        images = self.model.sampler(latents, training=False)
        return tf.clip_by_value(0.5 * (images + 1.0), 0.0, 1.0)

    def _read_label(self, probabilities):
        """The likeliest label of each row of the code's probabilities."""
        # 1 where a value (row) means a label (column), else 0.
        means = [
            [float(self.code_to_label.get(value) == label) for label in self.labels]
            for value in range(self._code("code").num_values)
        ]
        by_label = tf.matmul(probabilities, tf.constant(means))
        best = tf.argmax(by_label, axis=1)
        result = {
            "label": tf.gather(tf.constant(self.labels, tf.int64), best),
            "label_probability": tf.reduce_max(by_label, axis=1),
        }
        if self.label_names:
            names = [self.label_names[label] for label in self.labels]
            result["label_name"] = tf.gather(tf.constant(names), best)
        return result

    def _chosen(self, seed, label):
        """For each row one of the code's values that mean its label."""
        values = [[v for v, of in self.code_to_label.items() if of == one] for one in self.labels]
        position = tf.searchsorted(tf.constant(self.labels, tf.int64), label)
        counts = tf.gather(tf.constant([len(one) for one in values], tf.int64), position)
        chosen = row_noise.whole(seed, counts, stream=1)
        table = [one + one[:1] * (len(self.code_to_label) - len(one)) for one in values]
        return tf.gather(tf.gather(tf.constant(table, tf.int64), position), chosen, batch_dims=1)


def _padded(rows):
    """Rows `(n,)` and zeros, up to a multiple of `MULTIPLE`.

    In a batch of any size, the last digit of an image may depend on that size. In these it depends
    on neither the size, the place nor the neighbors, on all CPUs that were tried.
    """
    return tf.pad(rows, [[0, -tf.shape(rows)[0] % MULTIPLE]])


def _rows(name, dtype, *shape):
    return tf.TensorSpec((None, *shape), dtype, name=name)
