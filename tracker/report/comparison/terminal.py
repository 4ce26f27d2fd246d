"""The report of a comparison on a terminal: about forty lines, the rest on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.report.comparison import words as wording
from tracker.report.comparison.entries import show_rest
from tracker.report.comparison.phrases import PAIR_NOTE
from tracker.report.comparison.sections import build_sections
from tracker.report.comparison.selection import hides_sentences, rests_on_intervals
from tracker.report.layout import Line, Span, columns, draw, line, wrap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.report.comparison.sections import Section

LINES = 44
"""How many lines a report fills where not everything is asked for."""

SLACK = 8
"""How many more it may fill where then nothing is left out."""

PHASES = ((1, 1, True), (1, 0, False), (3, 0, False), (3, 1, False), (None, 1, False), (None, None, False))
"""What is granted first where room is short: so many claims of each section, and evidence for so many; to
findings alone, or to all."""

QUOTE_ROWS = 2
"""How many lines a quotation fills where there is room for all of them."""


def render(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    width: int = 80,
    color: bool = False,
    everything: bool = False,
    only: Collection[str] = frozenset(),
) -> str:
    """Return the report as text of ``width`` columns (60 or more), about forty lines unless ``everything``.

    ``only`` narrows it to statuses, operations and axes by their names (``words.FILTERS``). No control
    character of a statement, title or name reaches the text; with ``color`` it holds our own.
    """
    head = [*_head(comparison, width)]
    foot = [*_foot(comparison, vocabulary, width, everything=everything, only=only)]
    if everything:
        sections = tuple(build_sections(comparison, width, rows=None, only=only))
        shown = _whole(sections)
    else:
        sections, shown = _fit(comparison, width, only, LINES - len(head) - len(foot))
    if only and not sections:
        head.extend(wrap(wording.none_words(only), width))
    pairs = zip(sections, shown, strict=True)
    body = [row for section, part in pairs for row in _print(section, part, width)]
    return draw([*head, *body, *foot], color=color)


def _head(comparison: Comparison, width: int) -> Iterator[Line]:
    yield from _side("old", comparison.old, width)
    yield from _side("new", comparison.new, width)
    for caveat in comparison.caveats:
        yield from wrap([Span(caveat, "warning")], width, "!    ", "     ")
    yield line()
    yield from wrap([Span(wording.verdict(comparison), "bold")], width)
    if judged := wording.decisions_summary(comparison):
        yield from wrap(f"Applies {judged}.", width)


def _side(label: str, side: Side, width: int) -> Iterator[Line]:
    """Fill lines with facts, breaking between facts where they fit whole."""
    lead, rows = f"{label:<5}", [""]
    for fact in wording.side_facts(side):
        joined = f"{rows[-1]} · {fact}" if rows[-1] else fact
        if rows[-1] and columns(joined) > width - len(lead):
            rows.append(fact)
        else:
            rows[-1] = joined
    for number, row in enumerate(rows):
        yield from wrap(row, width, lead if number == 0 else " " * len(lead), " " * len(lead))


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a section is shown: so many entries, and evidence for so many of them."""

    entries: int = 0
    evidence: int = 0


def _fit(
    comparison: Comparison, width: int, only: Collection[str], room: int
) -> tuple[tuple[Section, ...], tuple[Part, ...]]:
    """Return the sections and how much of each is shown; quotes are long where all then fits."""
    sections = tuple(build_sections(comparison, width, rows=QUOTE_ROWS, only=only))
    if _height(sections, _whole(sections)) <= room:
        return sections, _whole(sections)
    sections = tuple(build_sections(comparison, width, rows=1, only=only))
    if _height(sections, _whole(sections)) <= room + SLACK:
        return sections, _whole(sections)
    return sections, _allot(sections, room)


def _allot(sections: Sequence[Section], room: int) -> tuple[Part, ...]:
    """Grant each section one thing more in turn, phase by phase, while there is room.

    Findings are never left out as a whole: they are what one came for.
    """
    shown = [Part(1) if section.is_finding else Part() for section in sections]
    for entries, evidence, is_of_findings in PHASES:
        granted = True
        while granted:
            granted = False
            for at, section in enumerate(sections):
                wider = _widen(section, shown[at], entries, evidence)
                trial = [*shown[:at], wider, *shown[at + 1 :]]
                is_meant = section.is_finding or not is_of_findings
                if is_meant and wider != shown[at] and _height(sections, trial) <= room:
                    shown, granted = trial, True
    return tuple(shown)


def _widen(section: Section, part: Part, entries: int | None, evidence: int | None) -> Part:
    """Return one entry more, or evidence for one more, within limits; the same part where all is shown."""
    most = len(section.entries)
    if part.entries < (most if entries is None else min(entries, most)):
        return Part(part.entries + 1, part.evidence)
    if part.evidence < (part.entries if evidence is None else min(evidence, part.entries)):
        return Part(part.entries, part.evidence + 1)
    return part


def _whole(sections: Sequence[Section]) -> tuple[Part, ...]:
    return tuple(Part(len(section.entries), len(section.entries)) for section in sections)


def _height(sections: Sequence[Section], shown: Sequence[Part]) -> int:
    return sum(
        len(section.heading)
        + sum(len(entry.claim) for entry in section.entries[: part.entries])
        + sum(len(entry.evidence) for entry in section.entries[: part.evidence])
        + (part.entries < len(section.entries))
        for section, part in zip(sections, shown, strict=True)
    )


def _print(section: Section, part: Part, width: int) -> Iterator[Line]:
    yield from section.heading
    for at, entry in enumerate(section.entries[: part.entries]):
        yield from entry.claim
        if at < part.evidence:
            yield from entry.evidence
    left_out = section.entries[part.entries :]
    if left_out:
        yield show_rest(left_out, width, beside=part.entries > 0)


def _foot(
    comparison: Comparison, vocabulary: Vocabulary, width: int, *, everything: bool, only: Collection[str]
) -> Iterator[Line]:
    notes = []
    if hides_sentences(comparison) and not everything and not only:
        notes.append(f"{wording.HIDDEN_SENTENCES}: {wording.MORE}")
    if rests_on_intervals(comparison, only) and (everything or not wording.is_unchanged(comparison)):
        notes.append(wording.INTERVALS)
    if everything and comparison.phrases and not only:
        notes.append(PAIR_NOTE)
    if everything:
        notes.extend(wording.provenance_words(comparison, vocabulary))
    if notes:
        yield line()
    for note in notes:
        yield from wrap([Span(note, "dim")], width)
