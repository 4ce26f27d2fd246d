"""``tracker.compare``: texts or files compared by a program, or in a notebook, which shows its report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.comparing.pipeline import Basis, text_side
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.diff.sides import file_side
from tracker.errors import ReferenceInvalid
from tracker.model.changes import register_page
from tracker.model.topics import SURE
from tracker.text.encoder import DEFAULT
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from tracker.model.changes import Comparison
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder


def compare(
    old: str | Path,
    new: str | Path,
    *,
    language: str | None = None,
    vocabulary: Vocabulary | None = None,
    encoder: Encoder | None = DEFAULT,
    sure: float = SURE,
) -> Comparison:
    """Compare two texts, given as strings, or two files, given as paths, as ``tracker diff`` compares files.

    ``language`` is an ISO 639-1 code for both; without it each text's own is detected. ``vocabulary`` is the
    shipped one unless given. Without an ``encoder``, words alone decide which sentences correspond. ``sure``
    is 0.9, 0.8 or 0.7: how many of the claims about topics are to be true. Raises ``DocumentUnreadable`` for
    a file that is missing or holds no text, and ``ReferenceInvalid`` for a string that is the name of a file.
    """
    sides = (_read_side("old", old, language), _read_side("new", new, language))
    return compare_sides(*sides, Basis(vocabulary or load_vocabulary(), encoder, sure=sure))


def _read_side(name: str, given: str | Path, language: str | None) -> Side:
    if isinstance(given, Path):
        return file_side(given, language)
    if "\n" not in given and os.path.isfile(given):  # noqa: PTH113 (Path's own raises for a long text)
        raise ReferenceInvalid(f"{given!r} is a file, and a string is a text; for the file: Path({given!r})")
    return text_side(name, read_text(given, language=language))


def _show(comparison: Comparison) -> str:
    from tracker.report.comparison.build import show_part  # noqa: PLC0415 (few programs show one)

    return show_part(comparison)


register_page(_show)
