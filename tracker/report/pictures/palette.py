"""Colours, sizes and fonts of pictures: legible in print, in grey, without colour vision, in all scripts."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

INK: Final = "#1a1a1a"
QUIET: Final = "#595959"
RULE: Final = "#d0d0d0"
PAPER: Final = "#ffffff"

STEPS: Final = ("#5890c2", "#336a9e", "#194672", "#081c36")
"""One hue, each step 1.6 times darker than the one before, the lightest three times darker than paper."""

MORE: Final = "#123a63"
LESS: Final = "#a84600"
"""The one pair of colours: of what grew and what shrank here, of what came and what is gone on a page."""

LINES: Final = (
    ("#1a1a1a", "o"),
    ("#0072b2", "s"),
    ("#b34700", "^"),
    ("#00634a", "D"),
    ("#8a3d6b", "v"),
    ("#6b6b6b", "P"),
    ("#7a6200", "p"),
    ("#4b3f9e", "X"),
)
"""Colour and shape of each of several lines, which has its name at its end as well."""

ONE_COLUMN: Final = 90.0
TWO_COLUMNS: Final = 180.0
TALLEST: Final = 240.0
"""Millimetres: the columns of a journal, and what of its page is left for a picture."""

MARGIN: Final = 2.0
TITLE, LABEL, SMALL = 8.0, 6.5, 6.0
"""Sizes of text in points, as printed."""

_OWN = "DejaVu Sans"


def find_font(text: str, size: float, *, bold: bool = False) -> FontProperties:
    """Return a font that has every character of a text; raises ``TrackerError`` where there is none.

    What comes with Matplotlib has Latin, Greek, Cyrillic and Arabic, and is the same on every machine.
    """
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    own = str(Path(get_data_path(), "fonts", "ttf", name))
    missing = frozenset(char for char in text if _is_drawn(char) and ord(char) not in _read_characters(own))
    if not missing:
        return FontProperties(fname=own, size=size)
    weight = "bold" if bold else "normal"
    return FontProperties(family=[_OWN, _find_other(missing)], size=size, weight=weight)


def _is_drawn(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) != "Cf" and char != "\ufe0f"


@cache
def _read_characters(path: str) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):  # a file that is no font
        return frozenset()


@cache
def _find_other(missing: frozenset[str]) -> str:
    """Return the name of a font of the system with these characters, regular before others, then by name.

    Matplotlib's own list of fonts is a cache that may be older than the font.
    """
    from matplotlib.font_manager import findSystemFonts, fontManager, get_font

    wanted = set(map(ord, missing))
    for path in sorted(findSystemFonts(), key=lambda path: ("Regular" not in path, Path(path).name, path)):
        if wanted <= _read_characters(path):
            fontManager.addfont(path)
            return str(get_font(path).family_name)
    shown = "".join(sorted(missing)[:5])
    raise TrackerError(
        f"--plot: no font of this system has {shown}; install one that does, such as Noto Sans"
        " (Noto Sans CJK for Chinese)"
    )
