"""Folders of image files: every mode and format, what is skipped, and what is refused."""

import os

import numpy as np
import pytest
from PIL import Image

from keras_infogan.data import folder, sources, storage
from keras_infogan.errors import UserError


def save(path, image, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(path, **options)


def flat(number, mode="L", size=(4, 4)):
    """An image of one color."""
    return Image.new(mode, size, number)


def load(path, size=4, **options):
    return sources.load(f"folder:{path}", None, size, **options)


def everything(data):
    """Training and test images together."""
    return np.concatenate([data.train_images, data.test_images])


# Classes


@pytest.fixture
def people(tmp_path):
    """Three people of twelve, nine and two images; image i of person p is all 50p + i."""
    for person, (name, count) in enumerate([("Ann", 12), ("Bo Li", 9), ("Cé", 2)]):
        for i in range(count):
            save(tmp_path / name / f"{i:02d}.png", flat(50 * person + i))
    return tmp_path


def test_folders_are_labels_and_each_is_held_out_in_part(people):
    data = load(people)
    assert data.name == f"folder:{people}"
    assert data.label_names == ("Ann", "Bo Li", "Cé")
    assert data.train_images.shape == (20, 4, 4, 1)
    assert data.train_images.dtype == np.uint8
    assert data.test_images[:, 0, 0, 0].tolist() == [9, 58, 101]
    assert data.test_labels.tolist() == [0, 1, 2]
    expected = [i for i in range(12) if i != 9] + [50 + i for i in range(8)] + [100]
    assert data.train_images[:, 3, 3, 0].tolist() == expected
    assert data.train_labels.tolist() == [0] * 11 + [1] * 8 + [2]


def test_folders_within_a_class_belong_to_it(people):
    save(people / "Cé" / "more" / "x.png", flat(200))
    data = load(people)
    assert data.label_names == ("Ann", "Bo Li", "Cé")
    assert np.bincount(np.concatenate([data.train_labels, data.test_labels])).tolist() == [12, 9, 3]


def test_images_beside_the_classes_are_left_out_and_told(people, capfd):
    save(people / "overview.png", flat(255))
    assert len(everything(load(people))) == 23
    assert capfd.readouterr().err == f"{people}: images beside the class folders are left out: 1\n"


@pytest.mark.parametrize("place", [".", "images"])
def test_without_two_folders_there_are_no_labels(tmp_path, place):
    for i in range(11):
        save(tmp_path / place / f"{i:02d}.png", flat(i))
    data = load(tmp_path)
    assert data.train_labels is data.test_labels is data.label_names is None
    assert data.test_images[:, 0, 0, 0].tolist() == [9]
    assert len(data.train_images) == 10


def test_other_and_hidden_files_and_folders_are_passed_over(people, capfd):
    for name in ("notes.txt", ".DS_Store", "Thumbs.db", "Ann/._00.png", ".cache/a.png", "x/a.csv"):
        path = people / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no image")
    os.mkfifo(people / "pipe")
    os.mkfifo(people / "Ann" / "pipe.png")
    (people / "Ann" / "device.png").symlink_to("/dev/zero")
    data = load(people)
    assert len(everything(data)) == 23 and data.label_names == ("Ann", "Bo Li", "Cé")
    ann = people / "Ann"
    assert capfd.readouterr().err == (
        f"{ann}/device.png cannot be read and is left out: {ann}/device.png is no regular file\n"
        f"{ann}/pipe.png cannot be read and is left out: {ann}/pipe.png is no regular file\n"
        f"{people}: files that are no images are left out: 4 (Thumbs.db, notes.txt, pipe, ...)\n"
    )


def test_class_names_are_text_that_can_be_written(tmp_path, capfd):
    for name in (b"caf\xe9", b"two\nlines", "Łódź".encode()):
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(folder)
        for i in (b"a.png", b"b.png"):
            flat(1).save(os.path.join(folder, i).decode("utf-8", "surrogateescape"))
    data = load(tmp_path)
    assert data.label_names == ("caf\\xe9", "two\\nlines", "Łódź")
    assert len(everything(data)) == 6
    assert capfd.readouterr().err == (
        f"{tmp_path}: class names that are no plain text are written as caf\\xe9, two\\nlines\n"
    )


# Data that are split already


@pytest.fixture
def parted(tmp_path):
    """A function: names of folders → six, two and two images of two classes in each."""

    def make(*names):
        for part, name in enumerate(names):
            for label, kind in enumerate(("cats", "dogs")):
                for i in range(2 if part else 6):
                    save(tmp_path / name / kind / f"{i}.png", flat(100 * part + 10 * label + i))
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("Training_Set", "test_set"), ("train", "val")]
)
def test_folders_train_and_test_are_the_split(parted, capfd, train, test):
    root = parted(train, test)
    data = load(root)
    assert data.label_names == ("cats", "dogs")
    assert data.train_images[:, 0, 0, 0].tolist() == [*range(6), *range(10, 16)]
    assert data.train_labels.tolist() == [0] * 6 + [1] * 6
    assert data.test_images[:, 0, 0, 0].tolist() == [100, 101, 110, 111]
    assert data.test_labels.tolist() == [0, 0, 1, 1]
    said = f"{root}: {train} is trained on and {test} is held out\n"
    assert capfd.readouterr().err == said


def test_beside_a_test_folder_the_validation_folder_is_left_out(parted, capfd):
    root = parted("train", "test", "valid")
    save(root / "test" / "x.png", flat(3))
    (root / "train" / "dogs" / "3.png").write_bytes(b"")
    data = load(root)
    assert len(data.train_images) == 11 and len(data.test_images) == 4
    broken, split, beside = capfd.readouterr().err.splitlines()
    assert broken.startswith(f"{root / 'train' / 'dogs' / '3.png'} cannot be read")
    assert split.endswith(
        "train is trained on and test is held out; images elsewhere are left out: 4"
    )
    assert beside.endswith("images beside the class folders are left out: 1")


def test_a_split_without_classes_has_no_labels(tmp_path):
    for i in range(4):
        save(tmp_path / ("test" if i == 3 else "train") / f"{i}.png", flat(i))
    data = load(tmp_path)
    assert data.train_images[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert data.test_images[:, 0, 0, 0].tolist() == [3]
    assert data.train_labels is data.test_labels is data.label_names is None


def test_a_split_into_other_classes_is_refused(parted):
    root = parted("train", "test")
    (root / "test" / "dogs").rename(root / "test" / "wolves")
    with pytest.raises(UserError) as refused:
        load(root)
    assert str(refused.value) == (
        f"{root} is split into train and test, which must hold the same class folders (or name one "
        f"alone, folder:{root / 'train'}). Received: cats, dogs and cats, wolves."
    )


def test_classes_one_of_which_is_called_train_are_classes(parted):
    root = parted("train", "plane", "test")
    assert load(root).label_names == ("plane", "test", "train")


def test_links_are_followed_once(people, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    save(elsewhere / "a.png", flat(1))
    save(elsewhere / "b.png", flat(2))
    os.symlink(elsewhere, people / "Dee")
    os.symlink(people, people / "Ann" / "loop")
    data = load(people)
    assert data.label_names == ("Ann", "Bo Li", "Cé", "Dee")
    assert len(everything(data)) == 25


def test_the_name_loads_the_same_from_elsewhere(people, monkeypatch):
    monkeypatch.chdir(people.parent)
    data = load(people.name)
    monkeypatch.chdir("/")
    np.testing.assert_array_equal(sources.load(data.name, None, 4).train_images, data.train_images)


# Formats, modes, sizes


def only(path, **options):
    """The image of a file, loaded twice over since it takes two."""
    (path.parent / f"z{path.name}").write_bytes(path.read_bytes())
    first, second = everything(load(path.parent, **options))
    np.testing.assert_array_equal(first, second)
    return first


@pytest.mark.parametrize(
    ("name", "mode", "color", "expected"),
    [
        ("a.png", "1", 1, [255]),
        ("a.png", "L", 77, [77]),
        ("a.png", "LA", (100, 255), [100]),
        # Over white: 100 · 0.2 + 255 · 0.8
        ("a.png", "LA", (100, 51), [224]),
        ("a.png", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.png", "RGBA", (200, 100, 50, 0), [255, 255, 255]),
        ("a.png", "RGBA", (200, 100, 50, 51), [244, 224, 214]),
        ("a.PNG", "I;16", 257 * 90, [90]),
        ("a.pgm", "I", 257 * 90, [90]),
        ("a.tif", "I;16", 65535, [255]),
        ("a.tiff", "CMYK", (0, 255, 255, 0), [255, 0, 0]),
        ("a.bmp", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.ppm", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.pbm", "1", 0, [0]),
        ("a.gif", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.webp", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.jpg", "L", 77, [77]),
        ("a.jpeg", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.jfif", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.jpe", "L", 77, [77]),
        ("a.avif", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.jp2", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.tga", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.pcx", "L", 77, [77]),
        ("noend", "L", 77, [77]),
        ("a.photo", "RGB", (200, 100, 50), [200, 100, 50]),
        ("a.jpg", "CMYK", (0, 255, 255, 0), [255, 0, 0]),
    ],
)
def test_every_mode_and_format_is_read(tmp_path, name, mode, color, expected):
    options = {"lossless": True} if name.endswith("webp") else {}
    if not Image.registered_extensions().get(os.path.splitext(name)[1].lower()):
        options = {"format": "PNG"}
    save(tmp_path / name, flat(color, mode), **options)
    image = only(tmp_path / name)
    assert image.shape == (4, 4, len(expected))
    exact = 2 if name.endswith(("jpg", "jpeg", "jfif", "jpe", "avif", "jp2")) else 0
    assert np.abs(image.astype(int) - expected).max() <= exact


def test_palettes_are_looked_up(tmp_path):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    image.putpalette([10, 20, 30, 200, 100, 50])
    save(tmp_path / "a.png", image)
    assert only(tmp_path / "a.png", size=2)[0].tolist() == [[10, 20, 30], [200, 100, 50]]


def test_a_transparent_color_of_a_palette_is_white(tmp_path):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    image.putpalette([10, 20, 30, 200, 100, 50])
    save(tmp_path / "a.gif", image, transparency=1)
    assert only(tmp_path / "a.gif", size=2)[0].tolist() == [[10, 20, 30], [255, 255, 255]]


def test_a_grey_palette_is_grey(tmp_path):
    save(tmp_path / "a.gif", np.arange(16, dtype=np.uint8).reshape(4, 4))
    assert only(tmp_path / "a.gif")[..., 0].tolist() == np.arange(16).reshape(4, 4).tolist()


def test_of_several_frames_the_first_counts(tmp_path):
    save(tmp_path / "a.gif", flat(10), save_all=True, append_images=[flat(200)])
    assert (only(tmp_path / "a.gif") == 10).all()


def test_photos_are_turned_as_their_exif_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera turned: a quarter turn to the right puts it up
    save(tmp_path / "a.png", np.array([[1, 2], [3, 4]], np.uint8), exif=exif)
    assert only(tmp_path / "a.png", size=2)[..., 0].tolist() == [[3, 1], [4, 2]]


def test_sizes_and_modes_mix(tmp_path):
    save(tmp_path / "a.png", flat(100, "L", (9, 5)))
    save(tmp_path / "b.jpg", flat((200, 100, 50), "RGB", (40, 60)))
    save(tmp_path / "c.png", flat(30, "L", (1, 1)))
    images = everything(load(tmp_path))
    assert images.shape == (3, 4, 4, 3)
    np.testing.assert_array_equal(images[0], 100)
    assert np.abs(images[1].astype(int) - [200, 100, 50]).max() <= 2
    np.testing.assert_array_equal(images[2], 30)
    grey = everything(load(tmp_path, channels=1))
    assert grey.shape == (3, 4, 4, 1)
    assert grey[1].min() == pytest.approx(124, abs=2)  # 0.299·200 + 0.587·100 + 0.114·50


def test_the_crop_is_taken_before_the_size(tmp_path):
    pixels = np.zeros((20, 30), np.uint8)
    pixels[5:15, 10:20] = 255
    save(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(only(tmp_path / "a.png", crop=10), np.full((4, 4, 1), 255))
    assert load(tmp_path, crop=20).train_images[0, 0, 0, 0] < 10


# What cannot be read


def test_files_that_cannot_be_read_are_named_and_skipped(people, capfd):
    broken = people / "Ann" / "09.png"
    broken.write_bytes(broken.read_bytes()[:30])
    (people / "Cé" / "x.jpg").write_bytes(b"no JPEG")
    data = load(people)
    # Ann's tenth image is another one now.
    assert data.test_images[:, 0, 0, 0].tolist() == [10, 58, 101]
    assert len(data.train_images) == 19
    first, second = capfd.readouterr().err.splitlines()
    assert first.startswith(f"{broken} cannot be read and is left out: ")
    assert second.startswith(f"{people / 'Cé' / 'x.jpg'} cannot be read and is left out: cannot")


@pytest.mark.parametrize(
    "image", [Image.new("F", (4, 4), 0.5), Image.new("I", (4, 4), 70_000)], ids=["F", "I"]
)
def test_numbers_of_no_known_range_cannot_be_read(people, capfd, image):
    save(people / "Ann" / "x.tiff", image)
    assert len(everything(load(people))) == 23
    assert capfd.readouterr().err.count("x.tiff cannot be read and is left out: it") == 1


def test_a_bomb_is_not_unpacked(people, capfd, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    save(people / "Ann" / "x.png", flat(1, size=(11, 11)))
    assert len(everything(load(people))) == 23
    assert "it has 11×11 pixels, more than 100 in all" in capfd.readouterr().err


@pytest.mark.parametrize(("sound", "broken"), [(20, 10), (285, 15)])
def test_up_to_ten_or_a_twentieth_may_be_broken(tmp_path, capfd, sound, broken):
    for i in range(sound):
        save(tmp_path / f"{i}.bmp", flat(7))
    for i in range(broken):
        (tmp_path / f"x{i}.bmp").write_bytes(b"BM")
    assert len(everything(load(tmp_path))) == sound
    assert capfd.readouterr().err.count("\n") == broken

    (tmp_path / "y.bmp").write_bytes(b"")
    with pytest.raises(UserError) as refused:
        load(tmp_path)
    assert str(refused.value).startswith(
        f"{tmp_path} has too many files that cannot be read: {broken + 1} of the first "
        f"{sound + broken + 1}. The last: {tmp_path / 'y.bmp'}: "
    )
    assert "\n" not in str(refused.value)


def test_hardly_any_image_is_refused(tmp_path, capfd):
    save(tmp_path / "a.png", flat(1))
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(UserError, match=f"^{tmp_path} must hold at least two images that can be"):
        load(tmp_path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("function", [sources.check, sources.load])
def test_what_holds_no_images_is_refused(tmp_path, function):
    def refusal(name):
        with pytest.raises(UserError) as refused:
            function(name)
        return str(refused.value)

    for name in ("folder", "folder:"):
        assert refusal(name) == f"--dataset must be written folder:PATH. Received: {name}."
    (tmp_path / "file.png").touch()
    for path in ("/no/such", tmp_path / "file.png"):
        assert refusal(f"folder:{path}") == (
            f"--dataset folder:PATH must name a directory. Received: folder:{path}."
        )
    line = refusal(f"folder:{tmp_path}")
    assert line.startswith(f"{tmp_path} must hold at least two images of formats that Pillow reads")
    assert line.endswith("in folders or not. Received: 1.")
    (tmp_path / "file.png").rename(tmp_path / "file.heic")
    line = refusal(f"folder:{tmp_path}")
    assert line.endswith("Received: 0 and 1 other files (file.heic).")


def test_one_image_a_class_is_refused(tmp_path):
    save(tmp_path / "a" / "a.png", flat(1))
    save(tmp_path / "b" / "b.png", flat(1))
    with pytest.raises(UserError, match="has nothing to hold out: it takes two images of one lab"):
        load(tmp_path)


def test_a_crop_larger_than_an_image_names_the_image(people):
    save(people / "Ann" / "x.png", flat(1, size=(9, 5)))
    save(people / "Ann" / "00.png", flat(1, size=(6, 6)))
    with pytest.raises(UserError) as refused:
        load(people, crop=5)
    assert str(refused.value) == (
        f"--crop must not exceed the images, and {people / 'Ann' / '01.png'} has 4×4 pixels. "
        "Received: 5."
    )


def test_a_folder_on_disk_is_the_folder_in_memory(people, monkeypatch):
    (people / "Ann" / "00.png").write_bytes(b"")
    in_memory = load(people)
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    monkeypatch.setattr(folder, "PART", 5)
    on_disk = load(people)
    assert isinstance(on_disk.train_images, np.memmap)
    for part in ("train_images", "train_labels", "test_images", "test_labels"):
        np.testing.assert_array_equal(getattr(on_disk, part), getattr(in_memory, part))
