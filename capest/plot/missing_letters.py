"""Letters of a picture that no font of this machine has."""

from __future__ import annotations

import unicodedata
import warnings
from typing import TYPE_CHECKING

from capest.errors import MissingFontWarning
from capest.plot.style import fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = 5


def missing_letters(figure: Figure) -> str:
    """Find letters that no font has, each once, in the order in which they stand.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    """
    from matplotlib import font_manager
    from matplotlib.text import Text

    written = "".join(text.get_text() for text in figure.findobj(Text) if text.get_visible())
    faces = [
        font_manager.get_font(font_manager.findfont(name, fallback_to_default=False))
        for name in fonts()
    ]
    known = set().union(*(face.get_charmap() for face in faces))
    return "".join(
        letter
        for letter in dict.fromkeys(written)
        if ord(letter) not in known and unicodedata.category(letter)[0] not in "CZ"
    )


def warn_of_boxes(figure: Figure) -> None:
    """Say in one line which letters are drawn as boxes, and what to install.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    """
    missing = missing_letters(figure)
    if not missing:
        return
    letters = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
    warnings.warn(
        f"no font here has {letters}: drawn as boxes; install a font such "
        "as fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora) for Chinese, "
        "Japanese or Korean, or write an .svg, which keeps the text",
        MissingFontWarning,
        stacklevel=3,
    )
