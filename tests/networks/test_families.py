import pytest

from keras_infogan import networks
from keras_infogan.networks import conv28, dcgan64, mlp


def test_get_takes_a_name_or_a_callable():
    assert networks.get("dcgan64") is dcgan64.build
    assert networks.get("conv28") is conv28.build
    assert networks.get("mlp") is mlp.build

    def own(latent_size, parameter_size, image_shape):
        return {}

    assert networks.get(own) is own


@pytest.mark.parametrize("identifier", ["dcgan128", "", None])
def test_get_refuses_an_unknown_name(identifier):
    with pytest.raises(ValueError, match=f"'conv28', 'dcgan64', 'mlp'.*Received: {identifier!r}"):
        networks.get(identifier)


@pytest.mark.parametrize(
    "build, shape",
    [(dcgan64.build, (64, 64, 1)), (conv28.build, (8, 8, 1)), (mlp.build, (3, 5, 1))],
)
def test_families_build_the_same_four_networks(build, shape):
    built = build(9, 7, shape)
    assert set(built) == {"generator", "trunk", "discriminator", "recognizer"}
    assert {name: model.name for name, model in built.items()} == {name: name for name in built}
    assert built["generator"].input_shape == (None, 9)
    assert built["generator"].output_shape == built["trunk"].input_shape == (None, *shape)
    assert built["discriminator"].input_shape == built["trunk"].output_shape
    assert built["recognizer"].input_shape == built["trunk"].output_shape
    assert built["discriminator"].output_shape == (None, 1)
    assert built["recognizer"].output_shape == (None, 7)
