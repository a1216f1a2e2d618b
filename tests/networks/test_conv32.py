import keras
import pytest

from keras_infogan.networks import conv32


@pytest.fixture(scope="module")
def svhn():
    """The paper's SVHN networks: 124 noises, four codes of ten and four uniform ones."""
    return conv32.build(168, 44)


def kernels(model):
    return [tuple(weight.shape) for weight in model.weights if weight.name == "kernel"]


def test_weights_have_the_papers_shapes(svhn):
    """Supplement C.2: FC 2×2×448, upconv 256, 128, 64, 3; conv 64, 128, 256; Q's FC 128."""
    assert kernels(svhn["generator"]) == [
        (168, 2 * 2 * 448),
        (4, 4, 256, 448),
        (4, 4, 128, 256),
        (4, 4, 64, 128),
        (4, 4, 3, 64),
    ]
    assert kernels(svhn["trunk"]) == [(4, 4, 3, 64), (4, 4, 64, 128), (4, 4, 128, 256)]
    assert kernels(svhn["discriminator"]) == [(4 * 4 * 256, 1)]
    assert kernels(svhn["recognizer"]) == [(4 * 4 * 256, 128), (128, 44)]


def test_normalization_stands_where_the_paper_has_it(svhn):
    kinds = {
        name: [type(layer).__name__ for layer in svhn[name].layers]
        for name in ("generator", "trunk")
    }
    assert kinds["generator"] == [
        *("InputLayer", "Dense", "BatchNormalization", "ReLU", "Reshape"),
        *("Conv2DTranspose", "BatchNormalization", "ReLU"),
        *("Conv2DTranspose", "ReLU") * 2,
        "Conv2DTranspose",
    ]
    assert kinds["trunk"] == [
        *("InputLayer", "Conv2D", "LeakyReLU"),
        *("Conv2D", "BatchNormalization", "LeakyReLU") * 2,
        "Flatten",
    ]
    assert svhn["generator"].layers[-1].activation is keras.activations.tanh


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 32, 3)])
def test_other_sizes_are_refused(shape):
    with pytest.raises(ValueError, match=rf"32×32.*Received: image_shape=\({shape[0]}, {shape[1]}"):
        conv32.build(168, 44, shape)
