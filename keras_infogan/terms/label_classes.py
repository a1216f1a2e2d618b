"""Labels as D's classes: D tells the labels of real images, and generated ones as one more."""

import keras
import tensorflow as tf
from keras import layers

from keras_infogan.networks.rewrites.rewrite import Rewrite, last_weighted_layer
from keras_infogan.terms.term import Term, require_range

CLASS_LOGITS = "class_logits"


@keras.saving.register_keras_serializable(package="keras_infogan")
class LogSumExp(layers.Layer):
    """`(batch_size, K)` → the logarithm of the sum of exponentials, `(batch_size, 1)`."""

    def call(self, x):
        """ln Σ exp(x)."""
        return tf.reduce_logsumexp(x, axis=1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)


@keras.saving.register_keras_serializable(package="keras_infogan")
class LabelClasses(Term, Rewrite):
    """Gives D an output for each of K labels, and adds weight · −log p(y | x) on real images.

    The class "generated" has the logit 0, so D(x) = Z / (Z + 1) with Z the sum over the labels of
    exp(logit): the logit of D is the logarithm of Z. This learns from labels, which nothing else
    does but `ConditionalGAN`. Source: Salimans et al., 2016, section 5.

    Args:
        weight: Weight of the term, 0 or more.
    """

    needs_labels = True
    order = 1  # its layer takes the place of the head's last one, whoever made that

    def __init__(self, weight: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        require_range("weight", weight)
        self.weight = weight

    def rewrite(self, networks, latents, num_labels, seed):
        if num_labels < 2:
            raise ValueError(
                "Labels as D's classes need data with at least two labels. "
                f"Received: num_labels={num_labels}."
            )
        head = networks["discriminator"]
        x = layers.Flatten()(last_weighted_layer(head).input)
        logits = layers.Dense(num_labels, name=CLASS_LOGITS)(x)
        return networks | {
            "discriminator": keras.Model(head.input, LogSumExp()(logits), name=head.name)
        }

    def attach(self, model):
        head = model.discriminator
        if not any(isinstance(layer, LogSumExp) for layer in head.layers):
            raise ValueError(
                "Labels as D's classes need networks that this term has rewritten. "
                f"Received: a {head.name} without LogSumExp."
            )
        classes = keras.Model(head.input, head.get_layer(CLASS_LOGITS).output)
        self.num_labels = classes.output_shape[-1]
        # Through a function, or the same layers would be saved a second time.
        self._class_logits = lambda features: classes(features, training=True)

    def d_loss(self, model, update):
        logits = self._class_logits(update.real.features)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(update.labels, logits)
        return self.weight * tf.reduce_mean(losses)

    def get_config(self):
        return super().get_config() | {"weight": self.weight}
