"""Colours and sizes of pictures: told apart without colour vision and in grey, legible in print."""

from __future__ import annotations

from typing import Final

INK: Final = "#1a1a1a"
QUIET: Final = "#595959"
RULE: Final = "#d0d0d0"
PAPER: Final = "#ffffff"

STEPS: Final = ("#5890c2", "#336a9e", "#194672", "#081c36")
"""One hue, each step 1.6 times darker than the one before, the lightest three times darker than paper."""

MORE: Final = "#123a63"
LESS: Final = "#c25200"

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
