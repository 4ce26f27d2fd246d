"""What statements and comparisons are called in paths."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.publish.answers import NotThere
from tracker.references import parse_reference

if TYPE_CHECKING:
    from tracker.model.texts import Reference

BETWEEN: Final = ".."
"""What stands between both in a path: ``GBR/UNGA/78..79``."""
_PARTS: Final = 2
"""Slashes in a reference with its country and its body."""
_TWO: Final = "A comparison is of two statements, as in GBR/UNGA/78..79."


def bare(reference: Reference) -> Reference:
    """Return a statement without its edition: the one that is preferred is shown."""
    return replace(reference, kind=None, language=None, snapshot=None)


def name_statement(reference: Reference) -> str:
    """Return what the page of a statement is called, whichever its edition."""
    return str(bare(reference))


def edition(reference: Reference) -> Reference:
    """Return an edition without its snapshot: the latest one is shown."""
    return replace(reference, snapshot=None)


def name_pair(old: Reference, new: Reference) -> str:
    """Return what a comparison is called: the new side without its series where that is the old one's."""
    return f"{old}{BETWEEN}{str(new).removeprefix(f'{old.country}/{old.body}/')}"


def read_pair(text: str) -> tuple[Reference, Reference]:
    """Return both statements that a name means.

    Raises ``NotThere`` where it means no two statements, ``ReferenceInvalid`` where one cannot be read.
    """
    first, between, second = text.partition(BETWEEN)
    if not between:
        raise NotThere(_TWO)
    old = parse_reference(first)
    is_whole = second.partition("~")[0].count("/") >= _PARTS
    new = parse_reference(second if is_whole else f"{old.country}/{old.body}/{second}")
    if old.session is None or new.session is None:
        raise NotThere(_TWO)
    return old, new
