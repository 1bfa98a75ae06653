"""Opens pictures that strangers made: none too large, damaged or moving gets far. Reads no text.

What is told of a picture by its first bytes is checked before its pixels are decoded.
"""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from components.errors import LoadingError

_LONGEST_SIDE_POINTS = 842.0  # of a picture as a page: as if it were of A4
_MOST_PIXELS = 50_000_000  # A4 at 600 dots an inch has 35 million
_LONGEST_SIDE = 3_000  # pixels that are read
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")


def opened(data: bytes, path: Path) -> Image.Image:
    """A picture whose size is known and not too large, and whose pixels are still unread.

    Raises:
        LoadingError: it is damaged, or larger than is read.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise LoadingError(path, f"has too many pixels ({error}); scan it at 300 dots an inch") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise LoadingError(path, "is a picture that is truncated or damaged") from error
    _check_size(picture, path)
    return picture


def page_size(pixels: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a picture as a page, in points."""
    scale = _LONGEST_SIDE_POINTS / max(pixels)
    return pixels[0] * scale, pixels[1] * scale


def _check_size(picture: Image.Image, path: Path) -> None:
    across, high = picture.size
    if across * high > _MOST_PIXELS:
        reason = f"has {across:,} x {high:,} pixels, over the limit of {_MOST_PIXELS / 1e6:g} million in all"
        raise LoadingError(path, f"{reason}; scan it at 300 dots an inch, or cut it")


def shown(picture: Image.Image, path: Path) -> Image.Image:
    """The page as it is shown: upright as the camera says, on white, no larger than is read.

    Raises:
        LoadingError: its pixels are damaged, or more than those of the first page.
    """
    _check_size(picture, path)
    try:
        picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        coloured = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise LoadingError(path, f"is a picture that is truncated or damaged ({error})") from error
    if coloured.mode == "RGB":
        return coloured
    paper = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(paper, coloured).convert("RGB")
