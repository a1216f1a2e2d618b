"""Whose losses a report says are summed."""

import pytest

from keras_infogan.config import RunConfig
from keras_infogan.reports import losses

LATENTS = "normal(3) + cat(10) + uniform(-1, 1)"


@pytest.mark.parametrize(
    "options, rows",
    [
        (
            {"trunk_learns_information": False},
            [
                ("discriminator and trunk", "L_D"),
                ("generator and recognizer", "L_G + 2 · L_cat + 0.1 · L_cont"),
            ],
        ),
        (
            {"trunk_learns_information": True},
            [
                ("discriminator and trunk", "L_D + 2 · L_cat + 0.1 · L_cont"),
                ("generator and recognizer", "L_G + 2 · L_cat + 0.1 · L_cont"),
            ],
        ),
        (
            {"trunk_learns_information": False, "q_update": "discriminator"},
            [
                ("discriminator and trunk", "L_D"),
                ("generator", "L_G + 2 · L_cat + 0.1 · L_cont"),
                ("recognizer", "2 · L_cat + 0.1 · L_cont"),
            ],
        ),
        (
            {"q_update": "discriminator"},
            [
                ("discriminator, trunk and recognizer", "L_D + 2 · L_cat + 0.1 · L_cont"),
                ("generator", "L_G + 2 · L_cat + 0.1 · L_cont"),
            ],
        ),
        (
            {"information_weight": 0.0, "real_information_weight": 2.0, "shear": 0.1},
            [
                ("discriminator and trunk", "L_D"),
                ("generator", "L_G"),
                ("recognizer", "L_cat + 0.1 · L_cont"),
            ],
        ),
        (
            {"trunk_learns_information": False, "q_update": "own", "q_learning_rate": 1e-3},
            [
                ("discriminator and trunk", "L_D"),
                ("generator", "L_G"),
                ("generator and recognizer", "2 · L_cat + 0.1 · L_cont"),
            ],
        ),
    ],
)
def test_each_player_has_the_losses_that_it_learns_from(options, rows):
    options = {"information_weight": 2.0, **options}
    config = RunConfig(preset="own", latents=LATENTS, **options)
    assert losses.describe(config)["rows"] == rows


def test_a_gan_has_no_recognizer():
    config = RunConfig(preset="own", model="gan", latents="normal(3)")
    assert losses.describe(config)["rows"] == [
        ("discriminator and trunk", "L_D"),
        ("generator", "L_G"),
    ]


@pytest.mark.parametrize(("weight", "told"), [(1.0, ", told_codes=True"), (0.0, "")])
def test_a_second_discriminator_says_whether_it_is_told_the_codes(weight, told):
    config = RunConfig(
        preset="own", critic_weight=10.0, critic_told_codes=True, information_weight=weight
    )
    ((text, adds),) = losses.describe(config)["terms"]
    assert text == f"picture_critic(10{told})"
    assert adds.startswith("Adds weight")
