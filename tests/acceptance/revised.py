"""Check the sheets of the revisions: extracts stand in their texts, ranks are whole, halves are as drawn.

Run as ``python -m tests.acceptance.revised [--draw] [--half chosen|report [--list]]``. ``coding/revised/``
holds thirty pairs of whole texts, and in ``abstracts.csv`` the changes that readers would name first of each;
its README describes the columns. ``--draw`` writes ``drawn.csv``: by the seed below, half of the pairs are
*chosen*, to look at while the first screen is made, and half are for the *report*, scored once. ``--half``
prints how many of the changes the first screen shows, by reader, and with ``--list`` those that it lacks.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.first_screens import is_shown, show_screen

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "coding" / "revised"
SEED = "thirty revisions"
HALVES = ("chosen", "report")
NOT_ENGLISH = frozenset(
    ("05-resolution", "10-terms", "15-central-bank", "20-statute", "25-web-page", "30-speech")
)
RANKS = ["1", "2", "3"]
KINDS = frozenset(
    ("new", "dropped", "stronger", "weaker", "figure", "date", "scope", "name", "moved", "other")
)
SIDES = {"old": ("old",), "new": ("new",), "both": ("old", "new")}
MOST_WORDS = 25


def main() -> None:
    """Print what first screens show, or what is wrong with the sheets, after drawing where asked to."""
    parser = argparse.ArgumentParser(
        description="Check the sheets of the revisions, and score first screens."
    )
    parser.add_argument("--draw", action="store_true", help="write drawn.csv first")
    parser.add_argument("--half", choices=HALVES, help="score the first screens of these pairs")
    parser.add_argument("--list", action="store_true", help="show the changes that a screen lacks")
    asked = parser.parse_args()
    if asked.draw:
        with (HERE / "drawn.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows((("pair", "half", "digest"), *draw()))
    if asked.half:
        print_scores(asked.half, show=asked.list)
        return
    wrong = [*check_draw(), *check_abstracts()]
    print("\n".join(wrong) or f"{len(list_pairs())} pairs, sheets in order")
    sys.exit(bool(wrong))


def score(half: str) -> dict[str, list[tuple[dict[str, str], bool]]]:
    """Return by reader each change that they named, and whether the first screen shows it."""
    pairs = {row["pair"] for row in read_rows("drawn.csv") if row["half"] == half}
    screens = {pair: show_screen(read_text(pair, "old"), read_text(pair, "new")) for pair in sorted(pairs)}
    shown: dict[str, list[tuple[dict[str, str], bool]]] = defaultdict(list)
    for row in read_rows("abstracts.csv"):
        if row["pair"] in pairs:
            found = any(is_shown(screens[row["pair"]], row["extract"], side) for side in SIDES[row["side"]])
            shown[row["reader"]].append((row, found))
    return dict(sorted(shown.items()))


def print_scores(half: str, *, show: bool) -> None:
    """Print how many changes of each reader the first screens show, and how many of those named first."""
    for reader, answers in score(half).items():
        for row, is_found in answers:
            if show and not is_found:
                print(f"{row['pair']} {reader}{row['rank']} {row['kind']}: {row['extract']}")
        first = [is_found for row, is_found in answers if row["rank"] == RANKS[0]]
        every = sum(is_found for _, is_found in answers)
        print(f"{reader}: {every} of {len(answers)} shown, {sum(first)} of {len(first)} named first")


def list_pairs() -> list[str]:
    """Return the names of the pairs, such as ``07-terms``."""
    return sorted(path.parent.name for path in HERE.glob("*/old.txt"))


def read_text(pair: str, side: str) -> str:
    """Return one text of a pair."""
    return (HERE / pair / f"{side}.txt").read_text("utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a sheet."""
    return list(csv.DictReader((HERE / name).read_text("utf-8").splitlines()))


def draw() -> list[tuple[str, str, str]]:
    """Return pair, half and digest; the English pairs of each kind are halved, and so are the others."""
    groups: dict[str, list[str]] = defaultdict(list)
    for pair in list_pairs():
        groups["other" if pair in NOT_ENGLISH else pair.partition("-")[2]].append(pair)
    chance = random.Random(SEED)  # noqa: S311
    half = {
        pair: HALVES[at % 2]
        for _, pairs in sorted(groups.items())
        for at, pair in enumerate(chance.sample(pairs, len(pairs)))
    }
    return [(pair, half[pair], digest(pair)) for pair in list_pairs()]


def digest(pair: str) -> str:
    """Return the beginning of a digest of both texts, by which a later change of them is seen."""
    return sha256("\0".join(read_text(pair, side) for side in ("old", "new")).encode()).hexdigest()[:12]


def check_draw() -> Iterator[str]:
    """Yield what ``drawn.csv`` says otherwise than the draw."""
    drawn = {tuple(row.values()) for row in read_rows("drawn.csv")}
    yield from (f"drawn.csv: not as drawn: {' '.join(row)}" for row in sorted(drawn ^ set(draw())))


def check_abstracts() -> Iterator[str]:
    """Yield the rows of ``abstracts.csv`` that break its rules, and the pairs that a reader left out."""
    ranks: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows("abstracts.csv"):
        ranks[row["reader"]][row["pair"]].append(row["rank"])
        place = f"{row['reader']} {row['pair']} {row['rank']}"
        if row["kind"] not in KINDS:
            yield f"{place}: no such kind: {row['kind']}"
        if len(row["extract"].split()) > MOST_WORDS or not row["extract"]:
            yield f"{place}: the extract is empty or too long"
        for side in SIDES[row["side"]]:
            if row["extract"] not in read_text(row["pair"], side):
                yield f"{place}: not in {side}.txt: {row['extract']}"
    for reader, pairs in ranks.items():
        yield from (
            f"{reader} {pair}: ranks {pairs[pair]}" for pair in list_pairs() if sorted(pairs[pair]) != RANKS
        )


if __name__ == "__main__":
    main()
