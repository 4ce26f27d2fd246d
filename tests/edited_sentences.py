"""Sheets of edited sentences: real ones by reference and digest, since no text of a corpus is kept here.

A row whose ``source`` is a file of the shared data has no ``old`` text: ``at`` and ``length`` tell where it
stands in the file with its white space made single blanks, ``digest`` is the beginning of its SHA-256, and
``new`` is a list of edits of its words, ``[first, last, words]`` with ``last`` outside. The other rows hold
both texts.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING

from tests.shared_data import require

if TYPE_CHECKING:
    from pathlib import Path

OWN = "own"
"""The source of sentences that were written for a sheet."""


@dataclass(frozen=True, slots=True)
class EditedSentence:
    """One sentence before and after an edit, and what a reader says of the edit."""

    id: str
    language: str
    source: str
    old: str
    new: str
    half: str
    """``work``, to develop on, or ``report``, to measure on."""
    answer: dict[str, str]
    """The other columns of the sheet."""


def read_edited(path: Path) -> tuple[EditedSentence, ...]:
    """Return the rows of a sheet. Raises ``ValueError`` where a file is not the one that was coded."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_read_row(row) for row in csv.DictReader(file))


def _read_row(row: dict[str, str]) -> EditedSentence:
    old, new = row.pop("old"), row.pop("new")
    place = {name: row.pop(name) for name in ("at", "length", "digest")}
    if row["source"] != OWN:
        start = int(place["at"])
        old = _read_blanked(row["source"])[start : start + int(place["length"])]
        if digest_text(old) != place["digest"]:
            raise ValueError(f"{row['id']}: {row['source']} is not the file that was coded")
        new = apply_edits(old, json.loads(new))
    known = {name: row.pop(name) for name in ("id", "language", "source", "half")}
    return EditedSentence(**known, old=old, new=new, answer=row)


@cache
def _read_blanked(source: str) -> str:
    return re.sub(r"\s+", " ", (require(".") / source).read_text("utf-8-sig"))


def digest_text(text: str) -> str:
    """Return the first digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_edits(old: str, new: str) -> list[list[int | str]]:
    """Return the edits of words that make the new sentence of the old one."""
    a, b = old.split(" "), new.split(" ")
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [[i, j, " ".join(b[k:m])] for tag, i, j, k, m in codes if tag != "equal"]


def apply_edits(old: str, edits: list[list[int | str]]) -> str:
    """Return the sentence that ``find_edits`` took apart."""
    words = old.split(" ")
    for first, last, text in reversed(edits):
        words[int(first) : int(last)] = str(text).split(" ") if text else []
    return " ".join(words)
