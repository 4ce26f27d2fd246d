"""A brief: what a report of two sessions says on one page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tracker.report.comparison import findings
from tracker.report.comparison import words as wording
from tracker.report.comparison.lead import list_quoted
from tracker.report.document import Quote
from tracker.report.layout import fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.report.document import Document, Section, Sentence

FINDINGS: Final = 6
ROWS: Final = 8
"""Rows of the largest moves."""
LINE: Final = 100
"""Columns of what stays."""


def build_brief(comparison: Comparison, report: Document) -> Document:
    """Return a report with six findings, each with a quotation, and the largest moves.

    What stays is one line. The findings are the strongest of each kind in turn that the lead does not quote;
    where fewer are claimed, they are followed by what is likely.
    """
    moves = [each for each in report.sections if any(entry.shares for entry in each.entries)]
    told = [section for section in report.sections if section not in moves]
    shown = _choose([*_list_quoted(told, report.lead)], FINDINGS)
    left = FINDINGS - sum(len(section.entries) for section in shown)
    shown += _choose([*_list_quoted(_list_likely(comparison), report.lead)], left)
    kept = findings.show_kept(comparison, (), everything=False, rows=1)
    sections = (
        *shown,
        *map(_shorten_names, kept),
        *(section._replace(entries=section.entries[:ROWS]) for section in moves[:1]),
    )
    return report._replace(sections=sections)


def _choose(sections: Sequence[Section], most: int) -> list[Section]:
    """Return so many entries in their sections, taken from each section in turn, its first ones first."""
    places = sorted((rank, at) for at, each in enumerate(sections) for rank in range(len(each.entries)))
    taken = Counter(at for _, at in places[:most])
    return [sections[at]._replace(entries=sections[at].entries[: taken[at]]) for at in sorted(taken)]


def _list_likely(comparison: Comparison) -> Iterator[Section]:
    for section in findings.show_doubts(comparison, (), everything=True):
        entries = (entry for entry in section.entries if wording.LIKELY in entry.kinds)
        yield section._replace(entries=tuple(entries))


def _list_quoted(sections: Iterable[Section], lead: Sequence[Sentence]) -> Iterator[Section]:
    """Yield sections with the entries that quote, each with one quotation, but for what the lead quotes."""
    led, said = {sentence.topics[:1] for sentence in lead}, list_quoted(lead)
    for section in sections:
        entries = []
        for entry in section.entries:
            quotes = [each for each in entry.evidence if isinstance(each, Quote)]
            if quotes and (entry.topic,) not in led and quotes[0].at not in said:
                entries.append(entry._replace(evidence=tuple(quotes[:1]), notes=()))
        yield section._replace(entries=tuple(entries))


def _shorten_names(section: Section) -> Section:
    """Return a section whose only entry names as many as one line holds, and counts the others."""
    (entry,) = section.entries
    for number in range(len(entry.names), 0, -1):
        left = len(entry.names) - number
        names = (*entry.names[:number], *([f"{left} more"] if left else []))
        if fits(" · ".join(names), LINE):
            break
    return section._replace(entries=(entry._replace(names=names),))
