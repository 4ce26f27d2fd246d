"""Score all that is said of revisions, by class: one table of every sheet of cases, of one half.

Run as ``python -m tests.acceptance.classes --half chosen|report [CLASS ...]``; it takes two minutes. Rules
are made on the half that is *chosen*; the *report* is scored once, at the end. A row is a sheet: how many
answers were given and how many of them are right, how many are wanted and how many of those are found. A
sheet that has no row of a half is left out. Of edits of one sentence each language has a row, since
each has to reach both bars: .95 of the answered right, .85 answered.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.acceptance import reuse, revised
from tests.acceptance.revision_sheets import SCORERS, Tally, read_cases
from tests.benchmarks import retellings
from tracker.comparing.alignment.align import align
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Score = Callable[[str], Tally]

HALVES: Final = ("chosen", "report")
LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "zh")
_RETOLD: Final = {"chosen": "work", "report": "report"}
"""What the retellings call their halves; weights were fitted on the first."""


def score_sheet(name: str, half: str, language: str | None = None) -> Tally:
    """Score the cases of a sheet, all or those of one language."""
    cases = [case for case in read_cases(name, half) if language in {None, case["language"]}]
    return sum(map(SCORERS[name], cases), Tally())


def score_reuse(half: str) -> Tally:
    """Score the links of neighbouring speeches: right where a reader lists them, wanted where one is sure."""
    tally = Tally()
    for pair, (old, new) in zip(*reuse.read_half(half), strict=True):
        counts = reuse.score(pair, old, new, align(old, new, DEFAULT))
        right = counts["links"] - counts["in no list"]
        tally += Tally(counts["links"], right, counts["sure"], counts["sure found"])
    return tally


def score_revised(half: str) -> Tally:
    """Score how many of the changes that two readers would name first are on first screens."""
    shown = [found for answers in revised.score(half).values() for _, found in answers]
    return Tally(wanted=len(shown), found=sum(shown))


def score_retold(part: str, half: str) -> Tally:
    """Score how many of the links are found that are part of a merge, or of a split, in retellings."""
    found, wanted = retellings.count_found(_RETOLD[half])[part]
    return Tally(wanted=wanted, found=found)


def _take(*names: str) -> dict[str, Score]:
    return {name: partial(score_sheet, name) for name in names}


def _take_by_language(*names: str) -> dict[str, Score]:
    return {
        f"{name} {language}": partial(score_sheet, name, language=language)
        for name in names
        for language in LANGUAGES
    }


CLASSES: Final[Mapping[str, Mapping[str, Score]]] = {
    "requests": _take("requests"),
    "polarity": _take("polarity", "reversals"),
    "deadlines": _take("deadlines", "deadlines_late"),
    "figures": _take("figures", "figures60"),
    "names": _take("names", "names_late"),
    "merges": {
        **_take("merges"),
        "retold: merges": partial(score_retold, "merges"),
        "retold: splits": partial(score_retold, "splits"),
    },
    "reuse": {**_take("reuse"), "speeches": score_reuse},
    "first screen": {**_take("first_screen"), "thirty revisions": score_revised},
    "ceremony": _take("ceremony", "ceremony_late"),
    "splitting": _take("splitting", "splitting_late"),
    "edits": _take_by_language("edits240", "edits96", "edits60"),
}
"""By class its sheets, each with what scores a half of it."""


def list_rows(names: list[str], half: str) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"{'class':13}{'sheet':18}{'right':>6}{'answered':>10}{'':6}{'found':>6}{'n':>6}"
    for name in names:
        for sheet, score in CLASSES[name].items():
            tally = score(half)
            if tally.given or tally.wanted:
                right, found = _share(tally.right, tally.given), _share(tally.found, tally.wanted)
                counts = f"{tally.right:6}{tally.given:10}{right:>6}{tally.found:6}{tally.wanted:6}{found:>6}"
                yield f"{name:13}{sheet:18}{counts}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Score all that is said of revisions, by class.")
    parser.add_argument("classes", nargs="*", choices=[[], *CLASSES], metavar="CLASS")
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    asked = parser.parse_args()
    for line in list_rows(asked.classes or list(CLASSES), asked.half):
        print(line, flush=True)


if __name__ == "__main__":
    main()
