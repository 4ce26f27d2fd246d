"""A report document as GitHub-flavoured Markdown, to be pasted into a paper's appendix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.report.document import Quote
from tracker.report.layout import QUOTE
from tracker.report.quoting import SPARE, cut_quote, write_sentence
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.report.document import Document, Entry, Redline, Section, Span, Style

_SPECIAL = re.compile(
    r"[\\`*_\[\]<>#|~&$^@]"  # markup of GitHub, and of pandoc
    r"|:(?=//|\S+:)|(?<=www)\."  # bare addresses and emoji by name
)
_GUARD = "<!-- -->"
"""An empty comment: the neighbour that makes a mark count where a word touches it."""
_MARKS: dict[Style, str] = {"deleted": "~~", "inserted": "**", "bold": "**", "match": "**"}


def render_markdown(document: Document) -> str:
    """Return a document as Markdown, every entry of it with its evidence.

    Nothing in a statement, title or name becomes markup. Quotations are cut around the words they rest on,
    unless the document is whole.
    """
    parts = [f"# Report: {escape_markdown(document.title)}"]
    parts += [] if document.lead else _show_method(document)
    parts += [mark_runs(write_sentence(each, QUOTE)) for each in document.lead]
    for section in document.sections:
        parts += _show_section(section, None if document.whole or section.beside else QUOTE)
    parts += _show_method(document) if document.lead else []
    if document.closing:
        parts.append("\n".join(f"- {escape_markdown(note)}" for note in document.closing))
    return "\n\n".join(parts) + "\n"


def escape_markdown(text: str) -> str:
    """Return a text on one line in which nothing is markup: no emphasis, link, table, HTML or mention.

    It is to stand after words of ours: what is markup only where a line begins is not escaped.
    """
    return _SPECIAL.sub(r"\\\g<0>", one_line(text)).replace("\\@", f"\\@{_GUARD}")


def mark_runs(runs: Sequence[Span]) -> str:
    """Return runs with deletions struck through, and insertions and what is stressed bold, all text escaped.

    Where a mark stands between a word and punctuation, so that Markdown would print it as it is, an empty
    comment stands before or behind it.
    """
    marked = ""
    for at, run in enumerate(runs):
        text = _escape_within(run.text)
        mark = _MARKS.get(run.style)
        if mark is None:
            marked += text
            continue
        after = runs[at + 1].text[:1] if at + 1 < len(runs) else ""
        joined = _GUARD if marked.endswith(mark) else _guard(marked[-1:], text[:1])
        marked += f"{joined}{mark}{text}{mark}{_guard(after, text[-1:])}"
    return marked.replace(_GUARD * 2, _GUARD)


def _guard(outer: str, inner: str) -> str:
    return _GUARD if outer.strip() and not inner.isalnum() else ""


def _escape_within(text: str) -> str:
    """Escape a stretch of text and keep one blank for those at its ends."""
    before, after = text[:1].isspace(), text[-1:].isspace()
    escaped = escape_markdown(text)
    return f"{' ' * before}{escaped}{' ' * (after and bool(escaped))}"


def _show_method(document: Document) -> Iterator[str]:
    """Yield what the sides are, how they relate, and in which respects they cannot be compared."""
    if document.sides:
        yield "\n".join(
            f"- **{escape_markdown(side.label)}**: {' · '.join(map(escape_markdown, side.facts))}"
            for side in document.sides
        )
    yield f"**{escape_markdown(document.verdict)}**"
    for caution in document.cautions:
        yield f"> **Caution**: {escape_markdown(caution)}"


def _show_section(section: Section, width: int | None) -> Iterator[str]:
    note = f": {escape_markdown(section.note)}" if section.note else ""
    yield f"## {escape_markdown(section.title[:1].upper() + section.title[1:])}{note}"
    heads = [column.head for column in section.columns]
    units = [(column.head or column.unit) if column.right else "" for column in section.columns]
    bare = not any(entry.evidence or entry.notes for entry in section.entries)
    if section.ticks or (any(heads) and bare):
        yield "\n".join(_show_table(section))
    elif section.entries:
        yield "\n".join(row for entry in section.entries for row in _show_entry(entry, units, width))


def _show_table(section: Section) -> Iterator[str]:
    heads = [column.head or column.unit for column in section.columns]
    heads += [f"{tick.head} ({tick.under})" if tick.under else tick.head for tick in section.ticks]
    rules = ["---:" if column.right else "---" for column in section.columns] + ["---"] * len(section.ticks)
    yield f"| {section.head} | {' | '.join(map(escape_markdown, heads))} |"
    yield f"| --- | {' | '.join(rules)} |"
    for entry in section.entries:
        cells = (*entry.cells, *(mark.text for mark in entry.marks))
        yield f"| {' | '.join((mark_runs(entry.claim).strip(), *map(escape_markdown, cells)))} |"


def _show_entry(entry: Entry, units: Sequence[str], width: int | None) -> Iterator[str]:
    if not entry.claim and not entry.names:
        yield from (f"- {_show_evidence(each, width)}" for each in entry.evidence)
        return
    claim = mark_runs(entry.claim).strip()
    named = " · ".join(map(escape_markdown, entry.names))
    cells = [f"{cell} {unit}".strip() for cell, unit in zip(entry.cells, units, strict=False) if cell]
    yield f"- {'; '.join([' '.join(filter(None, (claim, named))), *map(escape_markdown, cells)])}"
    for note in entry.notes:
        yield f"  - {mark_runs((note,))}"
    for each in entry.evidence:
        yield f"  - {_show_evidence(each, width)}"


def _show_evidence(shown: Quote | Redline, width: int | None) -> str:
    """Return a redline or a quotation behind words of ours, so that nothing in it begins a line."""
    if not isinstance(shown, Quote):
        return f"Redline: {mark_runs(shown.runs).strip()}"
    lead = f"{escape_markdown(shown.lead)} " if shown.lead else ""
    return f"{lead}{mark_runs(cut_quote(shown, width or len(shown.text) + 3, SPARE))}"
