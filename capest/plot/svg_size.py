"""SVG made small: images by numbers of colours where those are few, lines to what is seen."""

from __future__ import annotations

import base64
import io
import re

import numpy as np

_MOST_COLOURS = 256
_IMAGE = re.compile(rb"(data:image/png;base64,)\s*([A-Za-z0-9+/=\s]+)")


_PATH = re.compile(rb' d="([^"]{1000,})"')
_DECIMALS = re.compile(rb"(\.\d\d)\d+")


def smaller(svg: bytes) -> bytes:
    """Pack the images and the long lines of an SVG more tightly.

    Parameters
    ----------
    svg : bytes
        As matplotlib writes it: images have four bytes a pixel.

    Returns
    -------
    bytes
        The same, but images of up to 256 colours have a palette and one byte a pixel, and lines of
        many points have them to 1/100 of a point.
    """
    svg = _IMAGE.sub(lambda found: found[1] + _with_palette(found[2]), svg)
    return _PATH.sub(lambda found: b' d="' + _shorter(found[1]) + b'"', svg)


def _shorter(path: bytes) -> bytes:
    """Points of lines to fewer digits; after a point comes a line where nothing else is said."""
    path = _DECIMALS.sub(rb"\1", path)
    is_straight = not re.search(rb"[CQ]", path)
    return re.sub(rb"\s*\nL ", b" ", path) if is_straight else path


def _with_palette(encoded: bytes) -> bytes:
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    if image.mode != "RGBA":
        return encoded
    pixels = np.ascontiguousarray(np.asarray(image)).view(np.uint32)[..., 0]
    colours, number = np.unique(pixels, return_inverse=True)
    if len(colours) > _MOST_COLOURS:
        return encoded
    palette = colours.view(np.uint8).reshape(-1, 4)
    packed = Image.fromarray(number.reshape(pixels.shape).astype(np.uint8))
    packed.putpalette(palette[:, :3].tobytes())
    written = io.BytesIO()
    packed.save(written, "png", optimize=True, transparency=palette[:, 3].tobytes())
    return base64.b64encode(written.getvalue())
