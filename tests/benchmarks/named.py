"""Measure how often "named now" and "no longer named" are true of real names, on claims judged by a reader.

``tests/acceptance/coding/names.csv`` holds names drawn from all that is claimed of pairs of odd sessions,
two apart, of the UN General Debate (seed 20261127, among the 22,071 claims of that day). Rules and tables
were made on even sessions. A row has the place of the name and a digest of both texts, none of their text.
The reader, who had made the rules, looked for the name in both texts in full: ``right``; ``elsewhere``, where
the other text has it in some form; ``no name``.

Run as ``python -m tests.benchmarks.named`` in the root of the repository. ``draw SEED NUMBER`` writes such a
sheet without verdicts to the output; ``read FILE`` prints its names with the words around them, and what in
the other text begins like one of their words.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.coded_sheets import CODING, load_speech
from tests.shared_data import require
from tracker.comparing.names.texts import compare_names
from tracker.references import own_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.model.changes import NameChange

SHEET = CODING / "names.csv"
VERDICTS = ("right", "elsewhere", "no name")
_APART = 2
_BEGINNING = 4
_AROUND = 60


class Claim(NamedTuple):
    """A row of the sheet."""

    country: str
    old: str
    new: str
    status: str
    name: str
    place: str
    """Segment of the side that has it, and where in it: ``12:4-9``."""
    digest: str
    verdict: str = ""


def list_pairs() -> Iterator[tuple[str, str, str]]:
    """Return country, older and newer session of each pair of odd sessions two apart."""
    for folder in sorted(require("ungdc").iterdir()):
        sessions = sorted(int(path.name.partition("_")[0]) for path in folder.glob("[0-9]*.txt"))
        for session in sessions:
            if session % 2 and session - _APART in sessions:
                yield folder.name, str(session - _APART), str(session)


@lru_cache(maxsize=512)
def list_claims(country: str, old: str, new: str) -> tuple[Claim, ...]:
    """Return what is claimed of a pair."""
    sides = load_speech(country, old).version, load_speech(country, new).version
    texts = "\0".join(side.text for side in sides)
    digest = hashlib.sha256(texts.encode()).hexdigest()[:12]
    changes = compare_names(*sides, own_names(country))
    return tuple(Claim(country, old, new, each.status, each.name, _place(each), digest) for each in changes)


def _place(change: NameChange) -> str:
    found = change.evidence
    return f"{found.segment}:{found.start}-{found.end}"


def draw(seed: int, number: int) -> list[Claim]:
    """Return so many claims from all of them, each as likely as any other."""
    every = [claim for pair in list_pairs() for claim in list_claims(*pair)]
    print(f"{len(every):,} claims", file=sys.stderr)
    return sorted(Random(seed).sample(every, number))  # noqa: S311 (a sample, not secrecy)


def write(claims: Iterable[Claim]) -> None:
    """Write a sheet to the output."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerows([Claim._fields, *claims])


def load(path: Path) -> list[Claim]:
    """Read a sheet."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Claim(**row) for row in csv.DictReader(file)]


def show(claims: Iterable[Claim]) -> None:
    """Print each name as its text has it, and what may be a form of it in the other text."""
    for claim in claims:
        sides = (claim.new, claim.old) if claim.status == "named now" else (claim.old, claim.new)
        here, there = (load_speech(claim.country, side).version for side in sides)
        segment, start, end = map(int, re.findall(r"\d+", claim.place))
        text = here.segments[segment].text
        print(f"\n{claim.country} {claim.old} → {claim.new}, {claim.status}: {claim.name}")
        print(f"   {text[max(0, start - _AROUND) : start]}[{text[start:end]}]{text[end : end + _AROUND]}")
        begun = {word[:_BEGINNING] for word in re.findall(r"\w{3,}", claim.name)}
        like = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(begun)))})", re.IGNORECASE)
        for segment_there in there.segments:
            for found in like.finditer(segment_there.text):
                around = segment_there.text[max(0, found.start() - _AROUND // 2) : found.end() + _AROUND // 2]
                print(f"      ? {around}")


def main() -> None:
    """Print how many claims were read, and what they were found to be."""
    match sys.argv[1:]:
        case ["draw", seed, number]:
            write(draw(int(seed), int(number)))
        case ["read", path]:
            show(load(Path(path)))
        case _:
            claims = load(SHEET)
            made = sum(
                claim._replace(verdict="") in list_claims(claim.country, claim.old, claim.new)
                for claim in claims
            )
            judged = Counter(claim.verdict for claim in claims)
            print(f"{len(claims)} claims read, of which {made} are still made of the same texts")
            print(", ".join(f"{judged[verdict]} {verdict}" for verdict in VERDICTS))


if __name__ == "__main__":
    main()
