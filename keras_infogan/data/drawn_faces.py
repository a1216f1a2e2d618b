"""`drawn_faces`: five people drawn by this program, for want of photographs.

Stands in for FaceScrub's five people where those cannot be had: a person is a face shape, skin,
hair and what they wear; pictures of one differ in place, tilt, light, background, gaze and mouth.
"""

import dataclasses

import numpy as np
from PIL import Image, ImageDraw

from keras_infogan.data.image_data import split
from keras_infogan.data.source import Source

IMAGES_OF_EACH = 120
SIDE = 256  # drawn large and shrunk, so that edges are smooth


@dataclasses.dataclass(frozen=True)
class Person:
    """What stays the same in all pictures of somebody; lengths as shares of the face's height."""

    name: str
    skin: tuple
    hair: tuple
    width: float
    eyes: float
    fringe: float
    long_hair: bool = False
    beard: bool = False
    glasses: bool = False
    hat: tuple | None = None


PEOPLE = (
    Person("Ada", (242, 205, 180), (60, 40, 30), 0.72, 0.17, 0.24, long_hair=True),
    Person("Bo", (224, 172, 125), (25, 22, 22), 0.80, 0.19, 0.16, glasses=True),
    Person("Cleo", (141, 92, 60), (20, 16, 16), 0.70, 0.18, 0.30, hat=(190, 40, 60)),
    Person("Dan", (236, 188, 155), (170, 90, 40), 0.78, 0.16, 0.13, beard=True),
    Person("Eve", (250, 222, 200), (225, 190, 110), 0.66, 0.20, 0.20, long_hair=True, glasses=True),
)


def load(_, data_dir, fitting):
    """120 pictures of each of five people; every tenth is a test image (540 + 60)."""
    draws = np.random.default_rng(0)
    faces = np.stack([draw(person, draws) for person in PEOPLE for _ in range(IMAGES_OF_EACH)])
    labels = np.repeat(np.arange(len(PEOPLE)), IMAGES_OF_EACH)
    images = fitting.squares(faces, "drawn_faces")
    names = tuple(person.name for person in PEOPLE)
    return split("drawn_faces", np.array(images), labels, names)


def draw(person, draws):
    """One picture of a person.

    Args:
        person: A `Person`.
        draws: NumPy random generator that decides all else.

    Returns:
        uint8 array, `(64, 64, 3)`.
    """
    background = tuple(int(value) for value in draws.integers(90, 220, 3))
    picture = Image.new("RGB", (SIDE, SIDE), background)
    pen = ImageDraw.Draw(picture)
    height = SIDE * draws.uniform(0.60, 0.70)
    x = SIDE * (0.5 + draws.uniform(-0.05, 0.05))
    y = SIDE * (0.53 + draws.uniform(-0.04, 0.04))
    gaze, smile = height * draws.uniform(-0.02, 0.02), draws.uniform(0.0, 1.0)

    def oval(center_x, center_y, half_width, half_height, color, **options):
        box = (
            center_x - half_width,
            center_y - half_height,
            center_x + half_width,
            center_y + half_height,
        )
        pen.ellipse(box, fill=color, **options)

    half, wide = 0.5 * height, 0.5 * height * person.width
    if person.long_hair:
        oval(x, y + 0.15 * half, 1.3 * wide, 1.25 * half, person.hair)
    oval(x, y - 0.12 * half, 1.12 * wide, half, person.hair)
    if person.beard:
        oval(x, y + 0.22 * half, 1.02 * wide, 0.86 * half, person.hair)
    # The face leaves a fringe of hair above it.
    top = y - half + 2.0 * half * person.fringe
    pen.rounded_rectangle(
        (x - wide, top, x + wide, y + (0.55 if person.beard else 1.0) * half),
        radius=0.8 * wide,
        fill=person.skin,
    )
    if person.hat:
        pen.rectangle((x - 1.2 * wide, y - 1.1 * half, x + 1.2 * wide, top), fill=person.hat)
    for side in (-1, 1):
        eye = x + side * person.eyes * height
        oval(eye, y - 0.05 * height, 0.055 * height, 0.035 * height, (250, 250, 250))
        oval(eye + gaze, y - 0.05 * height, 0.028 * height, 0.032 * height, (40, 40, 60))
        if person.glasses:
            oval(
                eye,
                y - 0.05 * height,
                0.1 * height,
                0.08 * height,
                None,
                outline=(20, 20, 20),
                width=5,
            )
    if person.glasses:
        inner = person.eyes * height - 0.1 * height
        pen.line((x - inner, y - 0.05 * height, x + inner, y - 0.05 * height), (20, 20, 20), 5)
    shade = tuple(int(0.8 * value) for value in person.skin)
    pen.line(
        (x, y, x - 0.03 * height, y + 0.1 * height, x + 0.02 * height, y + 0.1 * height), shade, 6
    )
    mouth = (
        x - 0.11 * height,
        y + 0.12 * height,
        x + 0.11 * height,
        y + (0.2 + 0.1 * smile) * height,
    )
    pen.chord(mouth, 10, 170, fill=(165, 50, 60))
    picture = picture.rotate(draws.uniform(-8, 8), Image.Resampling.BILINEAR, fillcolor=background)
    pixels = np.asarray(picture.resize((64, 64), Image.Resampling.LANCZOS), np.float32)
    return np.clip(pixels * draws.uniform(0.75, 1.15), 0, 255).astype(np.uint8)


SOURCE = Source(load)
