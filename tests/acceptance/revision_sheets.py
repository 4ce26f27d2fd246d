"""Score what is said of revisions against the sheets in ``coding/``: ten classes, and three sheets of edits.

Run as ``python -m tests.acceptance.revision_sheets [--half chosen|report] [--list] [CLASS ...]``;
``edits240``, ``edits96`` and ``edits60`` are classes too. For each class and language it prints how many
answers were given and how many of them a reader gives or would allow (*right*), and how many answers
readers give and how many of these were given (*found*). ``--list`` shows each case that is not wholly
right. An answer is a direction on one axis, a name, or whatever the scorer of the class counts; where
readers say ``none`` or ``unranked``, the right answer is none.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tracker
from tests.acceptance.first_screens import is_shown, show_screen
from tests.comparisons import version
from tracker.comparing.alignment.align import align
from tracker.comparing.changes import describe_changes
from tracker.comparing.topics.mentions import find_ceremony
from tracker.model.changes import AXES, Link
from tracker.report.comparison.sentences import is_revision
from tracker.text.reading import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.model.changes import Shift

    Case = Mapping[str, Any]

SIDES: Final = ("old", "new")
SHEETS: Final = ("edits240", "edits96", "edits60")
"""The sheets of edits of one sentence; the second has rows to score at the end alone, the third is French."""
CODING = Path(__file__).parent / "coding"
SILENT: Final = {"none", "unranked"}
"""Answers of readers by which no direction may be given."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers given, those right, answers wanted, and those found; and what to show of a case."""

    given: int = 0
    right: int = 0
    wanted: int = 0
    found: int = 0
    note: str = ""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.given + other.given,
            self.right + other.right,
            self.wanted + other.wanted,
            self.found + other.found,
        )

    @property
    def is_perfect(self) -> bool:
        return self.given == self.right and self.wanted == self.found

    def __str__(self) -> str:
        right, found = (f"{part / whole:.2f}" if whole else "-" for part, whole in self._shares())
        return f"right {self.right} of {self.given} = {right}, found {self.found} of {self.wanted} = {found}"

    def _shares(self) -> Iterable[tuple[int, int]]:
        return (self.right, self.given), (self.found, self.wanted)


# Edits of one sentence ------------------------------------------------------------------------------


def score_edit(case: Case) -> Tally:
    """Score the directions given to an edit of one sentence, axis by axis."""
    wanted = {axis: {case["expected"].get(axis, "none")} for axis in AXES}
    allowed = {axis: values | {case.get("or", {}).get(axis, "")} for axis, values in wanted.items()}
    return score_axes(wanted, allowed, find_edit_shifts(case))


def find_edit_shifts(case: Case) -> tuple[Shift, ...]:
    """Return the shifts between two sentences that are linked."""
    old, new = (version([case[side]], language=case["language"]) for side in ("old", "new"))
    (change,) = describe_changes(old, new, [Link((0,), (0,), 0.9, "likeness")])
    return change.shifts


def score_axes(
    wanted: Mapping[str, set[str]], allowed: Mapping[str, set[str]], shifts: Iterable[Shift]
) -> Tally:
    """Score shifts against the direction that readers give on each axis, and those that they would allow.

    Two directions on one axis are one answer, right where both are allowed; of names, one added and one
    removed are what readers call changed.
    """
    said: dict[str, set[str]] = defaultdict(set)
    for shift in shifts:
        said[shift.axis].add(shift.direction)
    if len(said["name"]) > 1:
        said["name"] = {"changed"}
    given = {axis: directions for axis, directions in said.items() if directions}
    right = {axis for axis, directions in given.items() if directions <= allowed[axis]}
    asked = {axis for axis in wanted if not allowed[axis] & SILENT}
    shown = "; ".join(f"{s.axis} {s.direction} ({s.rule})" for s in shifts) or "nothing"
    want = ", ".join(
        f"{axis} {'/'.join(sorted(filter(None, allowed[axis])))}"
        for axis in wanted
        if allowed[axis] != {"none", ""}
    )
    return Tally(
        len(given), len(right), len(asked), len(asked & right), f"wanted {want or 'nothing'}; said {shown}"
    )


def score_sheet_edit(case: Case) -> Tally:
    """Score a row of a sheet of edits, of which each reader's answer is right."""
    return score_axes(case["wanted"], case["allowed"], find_edit_shifts(case))


def read_edits(name: str, half: str) -> list[Case]:
    """Return the rows of a sheet of edits, with what its readers want and allow on each axis."""
    answers: dict[str, list[dict[str, str]]] = defaultdict(list)
    for answer in read_csv(f"{name}_answers.csv"):
        answers[answer["id"]].append(answer)
    cases: list[Case] = []
    for row in read_csv(f"{name}.csv"):
        if row["half"] != half:
            continue
        wanted = {axis: {answer[axis] for answer in answers[row["id"]]} for axis in AXES}
        allowed = {axis: set(values) for axis, values in wanted.items()}
        for answer in answers[row["id"]]:
            if answer["note"].startswith("or ") and "=" in answer["note"]:
                axis, _, value = answer["note"].removeprefix("or ").partition("=")
                allowed[axis].add(value.split()[0].strip(",;"))
        cases.append({**row, "kind": row["class"], "wanted": wanted, "allowed": allowed})
    return cases


# Names ----------------------------------------------------------------------------------------------


def score_names(case: Case) -> Tally:
    """Score the names that only one side has, as the whole comparison of both texts tells them."""
    comparison = tracker.compare(case["old"], case["new"], language=case["language"])
    said: dict[str, set[str]] = {"removed": set(), "added": set()}
    for change in comparison.changes:
        for shift in change.shifts:
            if shift.axis == "name":
                said["removed"] |= {shift.old.text} if shift.old else set()
                said["added"] |= {shift.new.text} if shift.new else set()
    tally = Tally()
    for side, told in said.items():
        wanted = case[side]
        right = sum(any(_is_same_name(name, other) for other in wanted) for name in told)
        found = sum(any(_is_same_name(name, other) for other in told) for name in wanted)
        tally += Tally(len(told), right, len(wanted), found)
    want = "; ".join(f"{side} {', '.join(case[side])}" for side in said if case[side])
    shown = "; ".join(f"{side} {', '.join(sorted(told))}" for side, told in said.items() if told)
    return Tally(
        tally.given,
        tally.right,
        tally.wanted,
        tally.found,
        f"wanted {want or 'nothing'}; said {shown or 'nothing'}",
    )


def _is_same_name(one: str, other: str) -> bool:
    """Return whether two names are one, with or without an article or a title before it."""
    return one.casefold().endswith(other.casefold()) or other.casefold().endswith(one.casefold())


# Figures --------------------------------------------------------------------------------------------

ALONE: Final = {"added", "dropped", "same"}
"""What is no change from one figure to another: nothing need be said of it."""


def score_figures(case: Case) -> Tally:
    """Score the figures told as changed, and the dates that stand in a pair of the case.

    One is right where both sides overlap a pair and it goes the same way; more days are a later date.
    """
    shifts = [
        shift
        for shift in find_edit_shifts(case)
        if shift.axis == "figure"
        or (shift.axis == "date" and any(_overlaps(shift, pair) for pair in case["pairs"]))
    ]
    wanted = [pair for pair in case["pairs"] if pair["direction"] not in ALONE]
    told = [[pair for pair in wanted if _tells(shift, pair)] for shift in shifts]
    found = {id(pair) for pairs in told for pair in pairs}
    missed = [f"{pair['old']} > {pair['new']}" for pair in wanted if id(pair) not in found]
    wrong = [
        " > ".join(side.text if side else "" for side in (shift.old, shift.new))
        for shift, pairs in zip(shifts, told, strict=True)
        if not pairs
    ]
    note = f"missed {'; '.join(missed) or 'nothing'}; wrong {'; '.join(wrong) or 'nothing'}"
    return Tally(len(shifts), len(shifts) - len(wrong), len(wanted), len(found), note)


def _tells(shift: Shift, pair: Mapping[str, Any]) -> bool:
    """Return whether a shift is the change of a pair."""
    spans = {"raised": "later", "lowered": "earlier"}
    return shift.direction in {pair["direction"], spans.get(pair["direction"])} and _overlaps(shift, pair)


def _overlaps(shift: Shift, pair: Mapping[str, Any]) -> bool:
    return all(
        evidence is not None
        and pair[side]
        and pair[f"{side}_at"] < evidence.end
        and evidence.start < pair[f"{side}_at"] + len(pair[side])
        for side, evidence in (("old", shift.old), ("new", shift.new))
    )


# Sentences that correspond, and where they end ------------------------------------------------------


def score_links(case: Case) -> Tally:
    """Score the pairs of sentences that links stand for."""
    links = align(case["old"], case["new"])
    given = {(i, j) for link in links for i in link.old for j in link.new}
    return _score_sets(given, {(i, j) for i, j in case["links"]})


def score_splitting(case: Case) -> Tally:
    """Score the sentences of a text, or the links of near-identical ones, which keep their order."""
    if case["kind"] == "order":
        return score_links(case)
    given, wanted = [one.text for one in segment(case["text"], language=case["language"])], case["sentences"]
    for at in case.get("optional", ()):
        joined = " ".join(wanted[at : at + 2])
        if joined in given:
            wanted = [*wanted[:at], joined, *wanted[at + 2 :]]
    return _score_sets(set(given), set(wanted))


def _score_sets(given: set[Any], wanted: set[Any]) -> Tally:
    right = len(given & wanted)
    note = f"missing {sorted(wanted - given)}; too many {sorted(given - wanted)}"
    return Tally(len(given), right, len(wanted), right, note)


# First screens and ceremony --------------------------------------------------------------------------


def score_first_screen(case: Case) -> Tally:
    """Score how many of the changes that each reader named the first screen shows."""
    screen = show_screen(case["old"], case["new"], case["language"])
    rows = [row for row in read_csv("revisions/first_screen_main.csv") if row["id"] == case["id"]]
    lacking = [
        row for row in rows if not any(row[side] and is_shown(screen, row[side], side) for side in SIDES)
    ]
    note = "; ".join(f"not shown ({row['reader']}{row['rank']}): {row['what']}" for row in lacking)
    return Tally(wanted=len(rows), found=len(rows) - len(lacking), note=note)


def score_ceremony(case: Case) -> Tally:
    """Score which sentences are ceremony, and whether the two texts are two sessions or a revision."""
    tally = Tally()
    said = []
    for side in SIDES:
        given = find_ceremony(version(case[side], language=case["language"]), range(len(case[side])))
        wanted = frozenset(case[f"{side}_ceremony"])
        tally += Tally(len(given), len(given & wanted), len(wanted), len(given & wanted))
        said.append(f"{side}: too many {sorted(given - wanted)}, lacking {sorted(wanted - given)}")
    texts = (("" if case["language"] == "zh" else " ").join(case[side]) for side in SIDES)
    kind = "revision" if is_revision(tracker.compare(*texts, language=case["language"])) else "session"
    tally += Tally(1, kind == case["kind"], 1, kind == case["kind"])
    return replace(tally, note=f"read as a {kind}; {'; '.join(said)}")


# All classes ----------------------------------------------------------------------------------------

SCORERS: Final[Mapping[str, Callable[[Case], Tally]]] = {
    **dict.fromkeys(SHEETS, score_sheet_edit),
    "requests": score_edit,
    "polarity": score_edit,
    "reversals": score_edit,
    "names": score_names,
    "names_late": score_names,
    "deadlines": score_edit,
    "deadlines_late": score_edit,
    "figures": score_figures,
    "figures60": score_figures,
    "merges": score_links,
    "reuse": score_links,
    "splitting": score_splitting,
    "splitting_late": score_splitting,
    "first_screen": score_first_screen,
    "ceremony": score_ceremony,
    "ceremony_late": score_ceremony,
}
"""By class what scores one of its cases."""


def read_csv(name: str) -> list[dict[str, str]]:
    """Return the rows of a sheet in ``coding/``."""
    with (CODING / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_cases(name: str, half: str) -> list[Case]:
    """Return the cases of a class of one half."""
    if name in SHEETS:
        return read_edits(name, half)
    lines = (CODING / "revisions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["half"] == half]


def main() -> None:
    """Print the scores of the classes asked for, by language."""
    parser = argparse.ArgumentParser(description="Score what is said of revisions against the sheets.")
    parser.add_argument("classes", nargs="*", default=list(SCORERS), metavar="CLASS")
    parser.add_argument("--half", choices=("chosen", "report"), default="chosen")
    parser.add_argument("--list", action="store_true", help="show each case that is not wholly right")
    asked = parser.parse_args()
    for name in asked.classes:
        scores: dict[str, Tally] = defaultdict(Tally)
        for case in read_cases(name, asked.half):
            tally = SCORERS[name](case)
            if asked.list and not tally.is_perfect:
                shown = "\n  ".join(str(case[side]) for side in ("text", "old", "new") if side in case)
                print(f"{case['id']} ({case.get('kind', '')}) {tally.note}\n  {shown}")
            for group in (case["language"], "all"):
                scores[group] += tally
        for group, score in sorted(scores.items(), key=lambda row: row[0] == "all"):
            print(f"{name:12} {group:3} {score}")


if __name__ == "__main__":
    main()
