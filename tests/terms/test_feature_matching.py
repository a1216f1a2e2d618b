import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.models.update import G_LATENTS, step_seeds
from keras_infogan.terms.feature_matching import FeatureMatching


def test_value_by_hand(linear_gan, pixels, update_on):
    part = FeatureMatching(0.5)
    model = linear_gan(part)
    # Means (2, 3) and (-1, 1), whatever the numbers of images: ½ · (3² + 2²).
    update = update_on(model, pixels((1, 2), (3, 4)), pixels((0, 0), (-2, 3), (-1, 0)))
    assert float(part.g_loss(model, update)) == pytest.approx(6.5)
    assert part.d_loss(model, update) == 0.0


def test_g_moves_by_the_gradient_by_hand(linear_gan, pixels):
    model = linear_gan(FeatureMatching(0.25), adversarial_weight=0.0, matrix=(1.0, -2.0))
    real = pixels((1.0, 2.0), (3.0, 4.0))
    z = np.mean(model.latents.sample(2, step_seeds(model.seed, 0)[G_LATENTS]))
    matrix = np.array([1.0, -2.0])
    model.update_generator(real, None, tf.constant(0), step_seeds(model.seed, 0))
    # ¼ · ‖(2, 3) − z̄ · matrix‖², of which the slope is −½ · z̄ · ((2, 3) − z̄ · matrix).
    expected = matrix + 0.5 * z * (np.array([2.0, 3.0]) - z * matrix)
    np.testing.assert_allclose(model.generator.get_weights()[0][0], expected, rtol=1e-5)


def test_only_it_makes_g_look_at_real_images(tiny_gan, small_images):
    for parts, looks in (((), 3), ((FeatureMatching(),), 4)):
        model = tiny_gan(terms=parts)
        seen, judge = [], model.judge
        model.judge = lambda images, *rest, judge=judge, seen=seen, **options: (
            seen.append(images) or judge(images, *rest, **options)
        )
        model.train_step(small_images(5))
        assert len(seen) == looks
