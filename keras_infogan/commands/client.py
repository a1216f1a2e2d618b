"""`python -m keras_infogan.commands.client --label 7 --out sevens.png`: asks a TensorFlow Serving server.

Draws images of a label (or of a code, where the data had no labels), or reads label and codes from
PNG files. The same from Python:

    from keras_infogan.commands import client
    from keras_infogan.serving.served_by_rest import RestModel

    with RestModel("http://localhost:8501") as model:
        images = client.sample(model, "label", 7, count=16, values={"c2": 1.5})
"""

import argparse
import pathlib
import sys

import numpy as np

from keras_infogan.serving import sheet
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.wording import continuous_codes
from keras_infogan import quiet
from keras_infogan.commands.arguments import OneLineParser, png_path, setting
from keras_infogan.errors import UserError

# Rows of one request: a server that batches refuses more than its max_batch_size, which is this in
# serving/batching.config. And so the time-out holds for a part, however many images are asked for.
ROWS = 64
SIGNATURES = {
    None: "sample",
    "label": "sample",
    "label_name": "sample_name",
    "code": "sample_code",
}
INT64 = range(-(2**63), 2**63)
DAY = 86_400


def sample(model, kind, value, count, seed=0, values=None):
    """Asks for images of one label or code.

    Args:
        model: A `ServedModel`.
        kind: "label", "code", or None for a model whose images have neither.
        value: Which one; a label's name or number as text too; None for neither.
        count: How many images.
        seed: Integer; image i is the one of seed + i, whatever the count.
        values: Dict of a continuous code's name to its value; 0 for those left out.

    Returns:
        float32 in [0, 1], `(count, height, width, channels)`.

    Raises:
        UserError: If an argument cannot be used, or as `ServedModel.predict`.
    """
    if count < 1:
        raise UserError(f"count must be at least 1. Received: {count}.")
    if isinstance(value, str):
        if "sample_name" in model.signatures():
            kind, value = "label_name", value.encode()
        else:
            value = _whole_number(kind, value)
    numbers = {"seed": seed, "seed + count - 1": seed + count - 1}
    if kind in ("label", "code"):
        numbers[kind] = value
    for name, number in numbers.items():
        if number not in INT64:
            raise UserError(f"{name} must be a 64-bit integer. Received: {number}.")
    signature = SIGNATURES[kind]
    values = values or {}
    taken = model.inputs(signature)
    if kind is not None and kind not in taken:
        raise UserError(f"The model's images cannot be asked for by {kind}.")
    if kind is None and "label" in taken:
        raise UserError("The model's images are asked for by label.")
    names = [name for name in taken if name not in ("seed", kind)]
    for name in values:
        if name not in names:
            raise UserError(
                f"The model's continuous codes are: {', '.join(sorted(names)) or 'none'}. "
                f"Received: {name}."
            )
    rows = {kind: value} if kind is not None else {}
    rows |= {name: values.get(name, 0.0) for name in names}
    parts = []
    for start in range(0, count, ROWS):
        number = min(ROWS, count - start)
        inputs = {name: [content] * number for name, content in rows.items()}
        inputs["seed"] = [seed + start + i for i in range(number)]
        images = model.predict(signature, inputs).get("image")
        if images is None or images.ndim != 4 or images.shape[-1] not in (1, 3):
            raise UserError(
                f"{model.model} at {model.address} is another kind of model: no images."
            )
        parts.append(images)
    return np.concatenate(parts)


def recognize(model, png):
    """Asks what a picture shows.

    Args:
        model: A `ServedModel`.
        png: Content of a PNG file.

    Returns:
        Dict of what the signature `recognize_png` gives, each a number or an array `(values of
        the code,)`.

    Raises:
        UserError: As `ServedModel.predict`.
    """
    found = model.predict("recognize_png", {"png_bytes": [png]})
    return {name: rows[0] for name, rows in found.items()}


def described(found):
    """One line of what `recognize` returns: label, probability, code, means of the others."""
    parts = []
    if "label" in found:
        label = found["label_name"].decode() if "label_name" in found else found["label"]
        parts += [f"label {label}", f"probability {found['label_probability']:.3f}"]
    if "code" in found:
        parts.append(f"code {found['code']}")
        if "label" not in found:
            parts.append(f"probability {found['code_probabilities'].max():.3f}")
    parts += [f"{name} {found[f'{name}_mean']:.2f}" for name in continuous_codes(found)]
    return ", ".join(parts)


def _whole_number(kind, text):
    try:
        return int(text)
    except ValueError:
        raise UserError(
            f"The model's {kind}s have no names, only whole numbers. Received: {text}."
        ) from None


def _draw(options):
    """Asks for images and writes them; returns what to print."""
    out = png_path(options.out)
    kind = next((kind for kind in ("label", "code") if getattr(options, kind) is not None), None)
    value = getattr(options, kind) if kind else None
    values = dict(map(setting, options.set))
    with _connect(options) as model:
        images = sample(model, kind, value, options.count, options.seed, values)
    sheet.save(out, images)
    return str(out)


def _read(options):
    """Asks what the files show; returns what to print."""
    contents = {}
    for path in options.recognize:
        try:
            contents[path] = pathlib.Path(path).read_bytes()
        except OSError as error:
            raise UserError(f"Cannot read {path}: {error.strerror}.") from None
    lines = []
    with _connect(options) as model:
        for path, content in contents.items():
            try:
                lines.append(f"{path}: {described(recognize(model, content))}")
            except UserError as error:
                raise UserError(f"{path}: {error}") from None
    return "\n".join(lines)


def _connect(options):
    arguments = (options.model, options.version, options.timeout)
    if options.grpc is None:
        return RestModel(options.url, *arguments)
    quiet.import_tensorflow()
    from keras_infogan.serving.served_by_grpc import GrpcModel

    return GrpcModel(options.grpc, *arguments)


def _parser():
    parser = OneLineParser(
        prog="python -m keras_infogan.commands.client",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--label", help="draw images of this label, by its name or its number")
    what.add_argument("--code", type=int, help="draw images of this value of the code")
    what.add_argument("--any", action="store_true", help="draw images of a model without codes")
    what.add_argument("--recognize", nargs="+", metavar="PNG", help="say what these files show")
    parser.add_argument("--out", help="PNG file for the images; needed to draw")
    parser.add_argument("--count", type=int, default=16, help="images (default: 16)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first image; the next has SEED + 1 (default: 0)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="a continuous code, such as c2=1.5; repeatable (default: 0 each)",
    )
    server = parser.add_mutually_exclusive_group()
    server.add_argument(
        "--url", default="http://localhost:8501", help="REST (default: %(default)s)"
    )
    server.add_argument("--grpc", metavar="HOST:PORT", help="gRPC instead, such as localhost:8500")
    parser.add_argument("--model", default="generator", help="name (default: %(default)s)")
    parser.add_argument("--version", type=int, help="(default: the one that the server takes)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="wait no longer for an answer (default: 10)",
    )
    return parser


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if not 0.0 < options.timeout <= DAY:
            raise UserError(f"--timeout must be above 0, up to {DAY}. Received: {options.timeout}.")
        if options.version is not None and options.version not in INT64:
            raise UserError(f"--version must be a 64-bit integer. Received: {options.version}.")
        if not options.model.isprintable() or not options.model.strip():
            raise UserError(f"--model must be a printable name. Received: {options.model!a}.")
        if options.recognize is None and options.out is None:
            raise UserError("--label, --code and --any need --out, a .png file.")
        for name in ("out", "count", "seed", "set"):
            if options.recognize and getattr(options, name) != parser.get_default(name):
                raise UserError(f"--{name} is for --label, --code and --any.")
        print(_draw(options) if options.recognize is None else _read(options))
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
