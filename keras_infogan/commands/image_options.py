"""What the programs that draw images share: number, seed and codes of the images, and the file."""

from keras_infogan.errors import UserError

FLOAT32_MAX = 3.4028e38
MOST_IMAGES = 10_000  # of one noise; a sheet of more is none to look at
DEFAULTS = {"out": None, "count": 16, "seed": 0, "set": []}


def add_image_options(parser, out_required=False):
    """Adds --out, --count, --seed and --set; `DEFAULTS` has their defaults."""
    parser.add_argument(
        "--out", required=out_required, metavar="FILE.png", help="file for the sheet of images"
    )
    parser.add_argument(
        "--count", type=int, default=DEFAULTS["count"], help="number of images (default: 16)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULTS["seed"],
        help="seed of the first image; the next one has SEED + 1 (default: 0)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=DEFAULTS["set"],
        metavar="NAME=NUMBER",
        help="set another code, such as c2=1.5, or c2=3 for a categorical one; may be repeated",
    )


def check_count(count):
    """Refuses a number of images that no sheet holds.

    Raises:
        UserError: If it is below 1 or above `MOST_IMAGES`.
    """
    if not 1 <= count <= MOST_IMAGES:
        raise UserError(f"--count must be from 1 to {MOST_IMAGES}. Received: {count}.")


def settings(texts):
    """`["c2=3", "c3=1.5"]` → `{"c2": 3, "c3": 1.5}`.

    Raises:
        UserError: If one is anything else.
    """
    return dict(map(_setting, texts))


def _setting(text):
    name, _, value = text.partition("=")
    for kind in (int, float):
        try:
            number = kind(value)
        except ValueError:
            continue
        if abs(number) <= FLOAT32_MAX:  # NaN is not
            return name, number
    raise UserError(f"--set takes NAME=NUMBER, such as c2=1.5. Received: {text}.")
