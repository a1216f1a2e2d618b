"""Options that are declared once, and found wherever options are used."""

import dataclasses
import json
import math

import pytest

from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS, Group, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Weather(Group):
    """The weather."""

    title = "Weather"
    models = ("infogan",)

    wind: float = option(2.0, "speed of the wind, in m/s", least=0, below=50)
    sky: str | None = option(None, "color of the sky", choices=("blue", "grey"))
    clouds: PARTS = option((), "a cloud; may be repeated", flag="cloud", parts="term")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutdoorConfig(Weather, RunConfig):
    """A RunConfig with one more group."""


CONFIG = OutdoorConfig(preset="own")


def test_an_option_added_in_one_place_is_found_among_the_options():
    found = OutdoorConfig.options()
    assert set(found) == {*RunConfig.options(), "wind", "sky", "clouds"}
    wind, sky, clouds = (found[name] for name in ("wind", "sky", "clouds"))
    assert (wind.flag, wind.type, wind.default, wind.optional) == ("--wind", float, 2.0, False)
    assert (wind.help, wind.range) == ("speed of the wind, in m/s", "at least 0 and below 50")
    assert (sky.flag, sky.type, sky.optional) == ("--sky", str, True)
    assert (clouds.flag, clouds.type) == ("--cloud", PARTS)
    assert Weather in OutdoorConfig.groups() and Weather.key() == "weather"
    assert "wind" not in RunConfig.options()


def test_it_is_found_by_the_checks():
    for changes, message in (
        ({"wind": 50.0}, "^--wind must be at least 0 and below 50. Received: 50.0."),
        ({"wind": math.nan}, "^--wind must be finite. Received: nan."),
        ({"sky": "pink"}, "^--sky must be one of blue, grey. Received: pink."),
        (
            {"clouds": ("wgan",)},
            "^--cloud: The term must be one of .* mean wgan_gp. Received: wgan.",
        ),
    ):
        with pytest.raises(UserError, match=message):
            dataclasses.replace(CONFIG, **changes)
    with pytest.raises(UserError, match="--wind is for infogan only, and this is model=gan"):
        dataclasses.replace(CONFIG, model="gan", latents="normal(3)", wind=3.0)


def test_it_is_found_by_with_options_and_differences():
    changed = CONFIG.with_options(wind=3, clouds=("r1(5)",), batch_size=8)
    assert (changed.wind, changed.clouds, changed.batch_size) == (3, ("r1(5)",), 8)
    assert set(changed.differences(CONFIG)) == {"wind", "clouds", "batch_size"}
    with pytest.raises(UserError, match="The options are .*wind.* Received: wnd."):
        CONFIG.with_options(wnd=3)


def test_it_is_found_by_json_in_a_group_of_its_own():
    changed = CONFIG.with_options(wind=3.5, sky="grey", clouds=("r1(5)",))
    content = json.loads(json.dumps(changed.to_json()))
    assert content["weather"] == {"wind": 3.5, "sky": "grey", "clouds": ["r1(5)"]}
    assert OutdoorConfig.from_json(content) == changed
    gan = OutdoorConfig(preset="own", model="gan", latents="normal(3)")
    assert "weather" not in gan.to_json()
    assert OutdoorConfig.from_json(gan.to_json()) == gan
    with pytest.raises(UserError, match="does not describe a run of this version.*hail"):
        OutdoorConfig.from_json({**content, "weather": {"hail": 1}})


@pytest.mark.parametrize("config", [RunConfig, RunOptions])
def test_every_option_has_a_help_a_flag_of_its_own_and_a_default_that_passes(config):
    options = config.options().values()
    assert len({one.flag for one in options}) == len(options) > 8
    for one in options:
        assert one.help and one.flag.startswith("--") and "_" not in one.flag
        one.check(one.default)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("batch_size", "64", 64),
        ("d_learning_rate", "1e-3", 1e-3),
        ("max_steps", "none", None),
        ("jit", "true", True),
        ("trunk_learns_information", "False", False),
        ("dataset", "mnist5k", "mnist5k"),
        ("terms", "r1(5); label_smoothing", ("r1(5)", "label_smoothing")),
        ("terms", "", ()),
    ],
)
def test_a_text_means_a_value(name, text, value):
    assert RunConfig.options()[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("batch_size", "1.5", "--batch-size must be a whole number. Received: 1.5."),
        ("batch_size", "none", "--batch-size must be a whole number. Received: none."),
        ("shear", "much", "--shear must be a number. Received: much."),
        ("jit", "yes", "--jit must be true or false. Received: yes."),
    ],
)
def test_a_text_that_means_none_is_refused(name, text, message):
    with pytest.raises(UserError, match=message):
        RunConfig.options()[name].parse(text)
