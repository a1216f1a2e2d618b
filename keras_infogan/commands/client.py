"""Asks a TensorFlow Serving server for images, or what pictures show.

infogan client --label 7 --out sevens.png
infogan client --recognize seven.png three.png
"""

from keras_infogan import quiet
from keras_infogan.commands import program
from keras_infogan.commands.image_options import DEFAULTS, add_image_options, check_count, settings
from keras_infogan.errors import UserError
from keras_infogan.serving import client, sheet
from keras_infogan.serving.drawing import MOST_BYTES
from keras_infogan.serving.served_by_rest import RestModel

DAY = 86_400


def draw(options):
    """Asks for images, writes them and prints the file's name."""
    if options.out is None:
        raise UserError("--label, --code and --any need --out, a .png file.")
    out = program.output_file(options.out, ".png", folder_is_made=True)
    kind = next((kind for kind in ("label", "code") if getattr(options, kind) is not None), None)
    value = getattr(options, kind) if kind else None
    values = settings(options.set)
    check_count(options.count)
    with _connect(options) as model:
        images = client.sample(model, kind, value, options.count, options.seed, values)
    sheet.save(out, images)
    print(out)


def read(options):
    """Asks what the files show and prints a line for each."""
    for name, default in DEFAULTS.items():
        if getattr(options, name) != default:
            raise UserError(f"--{name} is for --label, --code and --any.")
    contents = {path: _content(path) for path in options.recognize}
    lines = []
    with _connect(options) as model:
        for path, content in contents.items():
            try:
                lines.append(f"{path}: {client.described(client.recognize(model, content))}")
            except UserError as error:
                raise UserError(f"{path}: {error}") from None
    print("\n".join(lines))


def _content(path):
    """The bytes of a file, which may be a pipe or a device that does not end."""
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise UserError(f"{path} has more than {MOST_BYTES:,} bytes.")
    return content


def run(options):
    """Draws or reads."""
    if not 0.0 < options.timeout <= DAY:
        raise UserError(f"--timeout must be above 0, up to {DAY}. Received: {options.timeout}.")
    if options.version is not None and not client.is_int64(options.version):
        raise UserError(f"--version must be a 64-bit integer. Received: {options.version}.")
    if not options.model.isprintable() or not options.model.strip():
        raise UserError(f"--model must be a printable name. Received: {options.model!a}.")
    (draw if options.recognize is None else read)(options)


def _connect(options):
    arguments = (options.model, options.version, options.timeout)
    if options.grpc is None:
        return RestModel(options.url, *arguments)
    quiet.import_tensorflow()
    from keras_infogan.serving.served_by_grpc import GrpcModel

    return GrpcModel(options.grpc, *arguments)


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan client", __doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--label", help="draw images of this label, by its name or its number")
    what.add_argument("--code", type=int, help="draw images of this value of the code")
    what.add_argument(
        "--any", action="store_true", help="draw images of a model without categorical codes"
    )
    what.add_argument("--recognize", nargs="+", metavar="PNG", help="say what these files show")
    add_image_options(parser)
    server = parser.add_mutually_exclusive_group()
    server.add_argument(
        "--url", default="http://localhost:8501", help="REST address (default: %(default)s)"
    )
    server.add_argument("--grpc", metavar="HOST:PORT", help="use gRPC, such as localhost:8500")
    parser.add_argument("--model", default="generator", help="name (default: %(default)s)")
    parser.add_argument("--version", type=int, help="(default: the one that the server chooses)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 10)",
    )
    return program.run(parser, run, arguments)
