"""Measure first captures: pages that come in and are no statement, statements kept out, and challenges.

The pages and the statements of the made-up country are those of ``tests/data``; the speeches are all those
of the General Debate that are there, as they are and cut down to 150 to 400 words. Rules were chosen on one
half of the pages, drawn by a seed, and of the countries, every second one by code. Run as ``python -m
tests.benchmarks.first_captures`` in the root of the repository (``--half chosen`` for the half that the
rules were chosen on, ``--show`` for what went wrong). Whole speeches and their beginnings and ends are all
of them, since one in 200 cannot be measured on fewer; the other cuts are of 300. It fails where a target is
missed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bad_pages import arrive, fetch, keep
from tests.benchmarks.quarantine import Speech, Tally, load_speeches, page, seeded, show
from tests.other_pages import draw_halves, load_other_pages, load_other_statements
from tests.running import ROOT
from tracker.capture.admit.admission import admit, refuse_unreadable
from tracker.errors import DocumentUnreadable
from tracker.model.watching import CHALLENGE, Admission, History

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from tests.other_pages import Half, OtherPage
    from tracker.model.watching import Kept

KEPT_OUT = 26 / 28
"""The least share of pages."""
FALSE = 0.005
"""The most speeches that may be kept out: one in 200."""
LET_BY = 0.01
"""The most speeches of another session that may take a speech's place as better candidates."""
UNKNOWN = (*load_other_pages("last_pages"), *load_other_pages("unseen_pages"))
"""Pages of kinds on which no rule was chosen and no score was fitted."""
_LEAST, _MOST = 150, 400
_EACH = 300


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to cut a speech down."""

    name: str
    take: Callable[[Sequence[str], int, random.Random], list[str]]


def _ends(words: Sequence[str], number: int, _chance: random.Random) -> list[str]:
    first = number * 3 // 5
    return [*words[:first], *words[len(words) - number + first :]]


def _opening(words: Sequence[str], number: int, _chance: random.Random) -> list[str]:
    return [*words[:number]]


def _middle(words: Sequence[str], number: int, chance: random.Random) -> list[str]:
    start = chance.randrange(max(1, len(words) - number))
    return [*words[start : start + number]]


CUTS = (
    Cut("its beginning and end, 150 to 400 words", _ends),
    Cut("its first 150 to 400 words", _opening),
    Cut("150 to 400 words from anywhere in it", _middle),
)


def main(arguments: list[str]) -> None:
    """Print a line for each kind of trial, and exit 1 where a target is missed."""
    half: Half = "chosen" if "chosen" in arguments else "reported"
    pages, speeches = draw_halves(load_other_pages())[half], load_speeches(half, "ungdc", "ungdc_more")
    drawn = seeded().sample(speeches, _EACH)
    countries = len({each.country for each in speeches})
    print(f"{len(pages)} pages, {len(speeches)} speeches of {countries} countries, {half} half")
    trials: tuple[Callable[[], Tally], ...] = (
        lambda: judge_pages(pages),
        lambda: judge_pages(draw_halves(load_other_pages("further_pages"))[half], "pages of 28 more kinds"),
        lambda: judge_pages(load_other_pages("fresh_pages"), "pages written when the rules were first fixed"),
        lambda: judge_pages(UNKNOWN, "pages of 56 kinds that neither rules nor score know"),
        judge_statements,
        lambda: judge_statements("further_statements", "summaries and statements for a group"),
        judge_seeds,
        lambda: challenge_pages(pages, speeches),
        lambda: challenge_speeches(speeches),
        lambda: judge_cut(speeches, CUTS[0]),
        lambda: judge_cut(drawn, CUTS[1]),
        lambda: judge_cut(drawn, CUTS[2]),
        lambda: judge_whole(speeches),
        lambda: judge_pages(
            (*load_other_pages("meeting_pages"), *load_other_pages("later_meeting_pages")),
            "votes, agendas, lists and press kits",
        ),
        lambda: judge_statements("oral_statements", "greetings, pledges and the third person"),
        lambda: judge_statements("later_oral_statements", "the same, written when the rules were fixed"),
    )
    tallies = []
    for trial in trials:
        tallies.append(trial())
        show(tallies[-1], wrong="--show" in arguments)
        sys.stdout.flush()
    bad, more, _, unknown, _, _, _, _, others, ends, _, _, whole, papers, *_ = tallies
    kept_out = min(tally.quarantined / tally.trials for tally in (bad, more, unknown, papers))
    false = max(tally.quarantined / tally.trials for tally in (whole, ends))
    let_by = others.causes[CHALLENGE] / others.trials
    print(f"pages kept out, of the worse set {kept_out:.1%}; at least {KEPT_OUT:.1%}")
    print(f"speeches kept out, whole or by their beginning and end {false:.2%}; at most {FALSE:.1%}")
    print(f"another session's let by as a better candidate {let_by:.2%}; at most {LET_BY:.0%}")
    if kept_out < KEPT_OUT or false > FALSE or let_by > LET_BY:
        sys.exit("a target is missed")


def judge_pages(pages: Sequence[OtherPage], name: str = "pages that are no statement") -> Tally:
    tally = Tally(name, is_good=False)
    for each in pages:
        tally.add(each.name, _judge(each.data, "XAA/UNGA/80"))
    return tally


def judge_statements(
    file: str = "other_statements", name: str = "statements of the made-up country"
) -> Tally:
    tally = Tally(name, is_good=True)
    for each in load_other_statements(file):
        tally.add(each.name, _judge(page(each.text.strip().split("\n\n"), seeded()), each.reference))
    return tally


def judge_seeds() -> Tally:
    tally = Tally("the seeds", is_good=True)
    for path in sorted((ROOT / "seeds").glob("**/*.md")):
        if path.name != "README.md":
            tally.add(
                path.name, _judge(page(path.read_text("utf-8").split("\n\n"), seeded()), "XAA/CCPCJ/33")
            )
    return tally


def judge_whole(speeches: Sequence[Speech]) -> Tally:
    chance, tally = seeded(), Tally("every speech", is_good=True)
    for each in speeches:
        tally.add(each.reference, _judge(page(each.paragraphs, chance), each.reference))
    return tally


def judge_cut(speeches: Sequence[Speech], cut: Cut) -> Tally:
    chance, tally = seeded(), Tally(cut.name, is_good=True)
    for each in speeches:
        words = " \n ".join(each.paragraphs).split(" ")
        taken = " ".join(cut.take(words, chance.randint(_LEAST, _MOST), chance)).split("\n")
        tally.add(each.reference, _judge(page(taken, chance), each.reference))
    return tally


def challenge_pages(pages: Sequence[OtherPage], speeches: Sequence[Speech]) -> Tally:
    """Judge a speech after each page, as if that had come in, and count the speeches that stay out."""
    chance, tally = seeded(), Tally("a speech after a page", is_good=True)
    for each in pages:
        speech = chance.choice(speeches)
        try:
            earlier = keep(arrive(each.data, speech.reference))
        except DocumentUnreadable:
            continue
        tally.add(each.name, _judge(page(speech.paragraphs, chance), speech.reference, earlier))
    return tally


def challenge_speeches(speeches: Sequence[Speech]) -> Tally:
    """Judge another session's speech after each of those drawn, which no person confirmed."""
    chance, tally = seeded(), Tally("another session's after a speech", is_good=False)
    for each in chance.sample(speeches, _EACH):
        own = [other for other in speeches if other.country == each.country and other.session != each.session]
        if own:
            earlier = keep(arrive(page(each.paragraphs, chance), each.reference))
            tally.add(
                each.reference, _judge(page(chance.choice(own).paragraphs, chance), each.reference, earlier)
            )
    return tally


def _judge(data: bytes, reference: str, *earlier: Kept) -> Admission:
    try:
        return admit(arrive(data, reference), History(earlier, is_confirmed=False))
    except DocumentUnreadable as error:
        return refuse_unreadable(fetch(data), str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
