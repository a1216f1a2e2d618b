"""What the page shows, asked of a model made by hand."""

import base64
import io
import re
import types

import numpy as np
import pytest
from PIL import Image

from keras_infogan.errors import UserError
from keras_infogan.serving.answers import Answers
from keras_infogan.serving.sheet import png_bytes, sheet

MEANINGS = {"c2": {"moves": "stroke width", "rank_correlation": 0.93}}


def test_a_folder_named_like_digits_is_no_digits():
    answers = Answers(model("folder:cats on mnist"))
    assert answers.dataset == "folder:cats on mnist" and not answers.digits


def model(dataset="mnist", channels=1, **attributes):
    """What `Answers` needs of an `Exported`: two codes; it remembers what it was shown."""
    fake = types.SimpleNamespace(
        path="bars",
        codes=2,
        labels=[4],
        label_names={},
        code_to_label={1: 4},
        others={name: {"low": -2.0, "middle": 0.0, "high": 2.0} for name in ("c2", "c3")},
        image_shape=(8, 8, channels),
        about={"summary": {"dataset": dataset, "continuous": MEANINGS}},
        seen=None,
    )
    vars(fake).update(attributes)

    def sample(count, seed=0, label=None, code=None, values=None):
        if isinstance(label, str):
            (label,) = (number for number, name in fake.label_names.items() if name == label)
        brightness = code if code is not None else label / 8
        return np.full((count, *fake.image_shape), brightness, np.float32)

    def recognize(images):
        fake.seen = images
        found = {"code_probabilities": [[0.25, 0.75]], "code": [1]}
        found |= {"c2_mean": [-0.5], "c2_std": [1.0], "c3_mean": [1.5], "c3_std": [0.125]}
        if fake.labels:
            found |= {"label": [4], "label_probability": [0.75]}
        return {name: np.asarray(value) for name, value in found.items()}

    fake.sample, fake.recognize = sample, recognize
    return fake


def picture(ink, size=(20, 40)):
    """A picture file, black with a bright spot left of the middle."""
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[8:12, 14:18] = ink
    return png_bytes(pixels)


def urls(html):
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
        for text in re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    ]


def test_digits_are_called_digits_and_others_labels_or_codes():
    answers = Answers(model())
    assert (answers.thing, answers.by, answers.choices) == ("digit", "label", [4])
    assert Answers(model(dataset="emnist/digits")).thing == "digit"
    answers = Answers(model(dataset="fashion_mnist"))
    assert (answers.thing, answers.by, answers.choices) == ("label", "label", [4])
    answers = Answers(model(labels=[]))
    assert (answers.thing, answers.by, answers.choices) == ("code", "code", [0, 1])


def test_codes_are_titled_by_their_meaning_if_it_is_known():
    assert Answers(model()).titles == {"c2": "c2: stroke width", "c3": "c3"}
    assert Answers(model(about={"summary": {}})).titles == {"c2": "c2", "c3": "c3"}


def test_a_sheet_holds_its_images_and_the_name_of_its_file():
    html = Answers(model()).sheet(4, 12, 3, 0.0, 0.0)
    (pixels,) = urls(html)
    np.testing.assert_array_equal(pixels, sheet(np.full((3, 8, 8, 1), 0.5)))
    assert 'data-file="digit-4-seed-12.png"' in html


def test_what_is_read_is_told():
    bars, pictures, table = Answers(model()).read(picture(255))
    assert bars == {"no label (code 0)": 0.25, "4 (code 1)": 0.75}
    cells = re.findall("<th>(.*?)</th><td>(.*?)</td>", table)
    assert cells == [
        ("digit", "4 (probability 0.750)"),
        ("code", "1 (probability 0.750)"),
        ("c2: stroke width", "-0.50"),
        ("c3", "+1.50 ± 0.12"),
    ]
    read, copy = urls(pictures)
    assert read.shape == copy.shape == (112, 112)
    assert (copy == 255).all()  # of code 1


def test_digits_are_centered_and_other_pictures_are_not():
    digits, others = model(), model(dataset="fashion_mnist")
    for fake in (digits, others):
        Answers(fake).read(picture(255))
    # Columns 4 to 8 of the central 20 are 1.6 to 3.2 of 8; as a digit the spot is 20/28 of 8 wide.
    assert others.seen[0].sum(axis=(0, 2)).argmax() == 2
    assert (digits.seen[0].sum(axis=(0, 2)) > 0).tolist() == [False] + [True] * 6 + [False]


def test_without_labels_codes_are_named_by_number():
    bars, _, table = Answers(model(labels=[])).read(picture(255))
    assert bars == {"code 0": 0.25, "code 1": 0.75}
    assert table.startswith("<table><tr><th>code</th><td>1 (probability 0.750)</td></tr>")


def test_labels_with_names_are_called_by_them():
    answers = Answers(model(dataset="faces", label_names={4: 'Ann "<b>"'}))
    assert answers.choices == ['Ann "<b>"']
    html = answers.sheet('Ann "<b>"', 12, 3, 0.0, 0.0)
    (pixels,) = urls(html)
    np.testing.assert_array_equal(pixels, sheet(np.full((3, 8, 8, 1), 0.5)))
    assert 'data-file="label-Ann &quot;&lt;b&gt;&quot;-seed-12.png"' in html
    bars, _, table = answers.read(picture(255))
    assert bars == {"no label (code 0)": 0.25, 'Ann "<b>" (code 1)': 0.75}
    assert "<td>Ann &quot;&lt;b&gt;&quot; (probability 0.750)</td>" in table


def test_color_is_kept():
    fake = model(dataset="cifar10", channels=3)
    _, pictures, _ = Answers(fake).read(picture((255, 0, 0)))
    assert fake.seen[0, ..., 0].sum() > 0 and fake.seen[0, ..., 1:].sum() == 0
    assert [pixels.shape for pixels in urls(pictures)] == [(112, 112, 3)] * 2


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist"])
def test_of_an_empty_picture_nothing_is_read(dataset):
    answers = Answers(model(dataset))
    assert answers.read(picture(0)) == answers.nothing_read()
    bars, pictures, table = answers.nothing_read()
    assert (bars, urls(pictures), table) == (None, [], "")


def test_what_cannot_be_answered_is_refused_in_a_sentence():
    with pytest.raises(UserError, match="The seed must be a whole number."):
        Answers(model()).sheet(4, None, 3, 0.0, 0.0)
    with pytest.raises(UserError, match="bars cannot be shown: the model has no codes"):
        Answers(model(codes=0, others={}))
