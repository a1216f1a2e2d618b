"""What a server can ask of a trained model: the functions behind the SavedModel's signatures.

One row is one sample, whatever else stands in the batch, and nothing is random but what the row's
seed decides. Input that cannot be served is refused with a sentence that names it.
"""

import tensorflow as tf

from keras_infogan.serving import checks, png
from keras_infogan.serving.wording import label_texts

# Far beyond what is drawn in training; much larger latents overflow somewhere in the generator.
LIMIT = 100.0


class Servable:
    """A trained model as named functions of tensors.

    Args:
        model: An `InfoGAN`, `ConditionalGAN` or `GAN`.
        code_to_label: `{code: label}` of the first categorical code, integers or their text, with
            None for a code that means no label; None for data without labels. The codes of a
            `ConditionalGAN` are its labels.
        label_names: Name of each label, label 0 first; None for labels that are numbers only.

    Attributes:
        labels: The labels that codes mean, in order; empty without any.
        label_names: `{label: name}` of these; empty without any.
    """

    def __init__(self, model, code_to_label=None, label_names=None):
        self.model = model
        self.latents = model.latents
        self.image_shape = model.generator.output_shape[1:]
        self.values = [self.latents.names[position] for position in self.latents.continuous]
        table = {int(code): label for code, label in (code_to_label or {}).items()}
        self.code_to_label = {c: int(table[c]) for c in sorted(table) if table[c] is not None}
        self.labels = sorted(set(self.code_to_label.values()))
        self.label_names = {v: label_names[v] for v in self.labels} if label_names else {}

    def signatures(self):
        """Dict of a signature's name to its function and its inputs, a list of `tf.TensorSpec`.

        `sample_code` is there for a model with one categorical code, `sample` if its values have
        labels too, `sample_name` if these have names. A model without codes has `sample` by seed
        alone, and only one that reads codes has `recognize`.
        """
        noise, codes = self.latents.noise.size, self.latents.size - self.latents.noise.size
        values = [_rows(name, tf.float32) for name in self.values]
        seed = _rows("seed", tf.int64)
        noise = _rows("noise", tf.float32, noise)
        if not self.latents.codes:
            return {"generate": (self.generate, [noise]), "sample": (self.sample_any, [seed])}
        result = {"generate": (self.generate, [noise, _rows("codes", tf.float32, codes)])}
        if self.model.reads_codes:
            image = _rows("image", tf.float32, *self.image_shape)
            result["recognize"] = (self.recognize, [image])
            result["recognize_png"] = (self.recognize_png, [_rows("png_bytes", tf.string)])
        if len(self.latents.categorical) == 1:
            result["sample_code"] = (self.sample_code, [seed, _rows("code", tf.int64), *values])
            if self.labels:
                result["sample"] = (self.sample, [seed, _rows("label", tf.int64), *values])
            if self.label_names:
                name = _rows("label_name", tf.string)
                result["sample_name"] = (self.sample_name, [seed, name, *values])
        return result

    def generate(self, noise, codes=None):
        """Images of latents.

        Args:
            noise: `(n, noise size)`, drawn from N(0, 1) in training, or from U(−1, 1).
            codes: `(n, codes size)`: one-hot, then the continuous codes, from U(−1, 1) in training;
                None for a model without codes.

        Returns:
            `image`, float32 in [0, 1], `(n, height, width, channels)`.
        """
        noise = checks.rows("noise", noise, (self.latents.noise.size,), -LIMIT, LIMIT)
        if codes is None:
            return {"image": self._images(noise)}
        size = self.latents.size - self.latents.noise.size
        codes = checks.rows("codes", codes, (size,), -LIMIT, LIMIT)
        latents = tf.concat(checks.same_rows(noise=noise, codes=codes), axis=1)
        return {"image": self._images(latents)}

    def sample(self, seed, label, *values):
        """Images of a label: `sample_code` with a code that means it.

        Args:
            seed: int64 `(n,)`; decides the noise and, where several codes mean the label, which.
            label: int64 `(n,)`, each one of `labels`.
            *values: Each continuous code, float32 `(n,)`.

        Returns:
            As `sample_code`.
        """
        label = checks.among("label", label, self.labels)
        seed = checks.rows("seed", seed)
        seed, label = checks.same_rows(seed=seed, label=label)
        code = tf.map_fn(self._code_of, (seed, label), fn_output_signature=tf.int64)
        return self.sample_code(seed, code, *values)

    def sample_name(self, seed, label_name, *values):
        """Images of a label: `sample` by its name.

        Args:
            seed: As `sample`.
            label_name: Text `(n,)`, each one of `label_names`, or a label's number as text.
            *values: As `sample`.

        Returns:
            As `sample`.
        """
        texts = label_texts(self.labels, self.label_names)
        name = checks.among("label_name", label_name, list(texts))
        position = tf.argmax(tf.equal(name[:, None], tf.constant(list(texts))), axis=1)
        return self.sample(
            seed, tf.gather(tf.constant(list(texts.values()), tf.int64), position), *values
        )

    def sample_code(self, seed, code, *values):
        """Images of a code.

        Args:
            seed: int64 `(n,)`; decides the noise. Equal rows give equal images, alone or not.
            code: int64 `(n,)`, values of the categorical code.
            *values: Each continuous code, float32 `(n,)`.

        Returns:
            `image` as `generate`, and `png_bytes`, the same as PNG files, `(n,)`.
        """
        seed = checks.rows("seed", seed)
        code = checks.among("code", code, range(self._categorical.size))
        values = {
            name: checks.rows(name, value, (), -LIMIT, LIMIT)
            for name, value in zip(self.values, values, strict=True)
        }
        return self._row_by_row(*checks.same_rows(seed=seed, code=code, **values))

    def sample_any(self, seed):
        """Images of a model without codes; `seed` and what is returned as in `sample_code`."""
        return self._row_by_row(checks.rows("seed", seed))

    def _row_by_row(self, *rows):
        """What `sample_code` returns, for seeds, codes and the values of continuous codes."""

        def one(row):
            seed, *codes = row
            latents = self.latents.noise.sample(1, tf.stack([seed, 0]))
            if codes:
                latents = tf.concat([latents, self._codes(codes[0], codes[1:])], axis=1)
            return self._images(latents)[0]

        # Row by row: in a batch, the last digit of an image depends on the size of the batch.
        image = tf.map_fn(one, rows, fn_output_signature=tf.float32)
        image = tf.ensure_shape(image, (None, *self.image_shape))
        return {
            "image": image,
            "png_bytes": tf.map_fn(png.encode, image, fn_output_signature=tf.string),
        }

    def recognize(self, image):
        """What Q reads from images.

        Args:
            image: float32 in [0, 1], `(n, height, width, channels)`, like the training images.

        Returns:
            `code_probabilities`, `(n, values of the code)`; `code`, the most likely value, int64;
            `label`, the most likely label, int64, `label_name`, and `label_probability`, the sum
            over the codes that mean it; `<name>_mean` and `<name>_std` of each continuous code. All
            but the first are `(n,)`; the labels and their names are there if the model has any.
        """
        image = checks.rows("image", image, self.image_shape, 0.0, 1.0)
        features = self.model.trunk(2.0 * image - 1.0, training=False)
        parameters = self.model.recognizer(features, training=False)
        parameters = self.latents.split_parameters(parameters)
        result = {}
        if self.latents.categorical:
            probabilities = tf.nn.softmax(parameters[self.latents.categorical[0]])
            result["code_probabilities"] = probabilities
            result["code"] = tf.argmax(probabilities, axis=1)
        if self.labels:
            by_label = tf.matmul(probabilities, self._means_label())
            best = tf.argmax(by_label, axis=1)
            result["label"] = tf.gather(tf.constant(self.labels, tf.int64), best)
            if self.label_names:
                names = [self.label_names[label] for label in self.labels]
                result["label_name"] = tf.gather(tf.constant(names), best)
            result["label_probability"] = tf.reduce_max(by_label, axis=1)
        for position, name in zip(self.latents.continuous, self.values, strict=True):
            mean, std = self.latents.codes[position].mean_and_std(parameters[position])
            result[f"{name}_mean"], result[f"{name}_std"] = mean[:, 0], std[:, 0]
        return result

    def recognize_png(self, png_bytes):
        """`recognize` for PNG files, `(n,)`, see `png.decode`."""
        png_bytes = checks.rows("png_bytes", png_bytes)
        return self.recognize(
            tf.map_fn(
                lambda file: png.decode(file, self.image_shape),
                png_bytes,
                fn_output_signature=tf.TensorSpec(self.image_shape, tf.float32),
            )
        )

    @property
    def _categorical(self):
        return self.latents.codes[self.latents.categorical[0]]

    def _images(self, latents):
        images = self.model.sampler(latents, training=False)
        return tf.clip_by_value(0.5 * (images + 1.0), 0.0, 1.0)

    def _codes(self, code, values):
        """The codes of one row, `(1, codes size)`."""
        remaining = iter(values)
        parts = [
            tf.one_hot(code, kind.size)
            if position in self.latents.categorical
            else next(remaining)[None]
            for position, kind in enumerate(self.latents.codes)
        ]
        return tf.concat(parts, axis=0)[None]

    def _means_label(self):
        """1 where a code (row) means a label (column), else 0."""
        codes = range(self._categorical.size)
        return tf.constant(
            [[float(self.code_to_label.get(c) == v) for v in self.labels] for c in codes]
        )

    def _code_of(self, row):
        """The code of one row's seed and label."""
        seed, label = row
        matches = tf.equal(tf.constant(list(self.code_to_label.values()), tf.int64), label)
        codes = tf.boolean_mask(tf.constant(list(self.code_to_label), tf.int64), matches)
        chosen = tf.random.stateless_uniform(
            (), tf.stack([seed, 1]), maxval=tf.size(codes, tf.int64), dtype=tf.int64
        )
        return codes[chosen]


def _rows(name, dtype, *shape):
    return tf.TensorSpec((None, *shape), dtype, name=name)
