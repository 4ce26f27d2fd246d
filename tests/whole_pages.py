"""Pages that tell of everything, and pairs at the desk, as a worker answers them, which has no pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.publish.answering import answer
from tracker.publish.desk.opening import compare
from tracker.publish.open_copy import refresh_open_copy
from tracker.publish.shelf import open_shelf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.publish.desk.rows import Row

FIRST: Final = ("topics.html", "series/XAA/CCPCJ.html", "series/XBB/CCPCJ.html")
"""Pages for which all is read and compared: before that, others tell how much was read until then."""

Shown = tuple[int, bytes] | tuple["Row", ...]


def show(folder: Path, asked: tuple[str, ...]) -> Shown:
    """Return a page by its path, with its status, or the rows that the desk asks of two statements."""
    place = refresh_open_copy(folder)
    kind, *words = asked
    if kind == "desk":
        return compare(place, *words).rows
    with open_shelf(place) as shelf:
        found = [answer(shelf, path) for path in (*FIRST, *words)][-1]
        return found.status, found.body


def show_all(folder: Path, asked: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Shown]:
    """Return what is shown of each."""
    return {each: show(folder, each) for each in asked}
