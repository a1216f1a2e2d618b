"""Pictures of a run inside the page."""

import base64
import io

from PIL import Image

from keras_infogan.pictures import GAP

AS_IT_IS = 60_000  # bytes of a PNG; larger pictures are written again as WebP
WIDEST = 700  # pixels


def embed(picture):
    """A `PIL.Image` as a dict of `url` (its content), `width` and `height`."""
    if picture.width > WIDEST:
        size = WIDEST, round(picture.height * WIDEST / picture.width)
        picture = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    content, kind = _encoded(picture, "PNG", optimize=True), "png"
    if len(content) > AS_IT_IS:
        content, kind = _encoded(picture.convert("RGB"), "WEBP", quality=75), "webp"
    url = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return {"url": url, "width": picture.width, "height": picture.height}


def rows(picture, count):
    """The rows of a grid of `pictures.tile`, each a `PIL.Image`."""
    height = (picture.height + GAP) // count
    return [
        picture.crop((0, row * height, picture.width, row * height + height - GAP))
        for row in range(count)
    ]


def _encoded(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
