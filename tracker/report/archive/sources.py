"""What ``tracker sources`` prints of a watch list."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tracker.report.comparison.words import counted
from tracker.report.json_text import encode_json
from tracker.report.layout import Span, draw, line, wrap
from tracker.report.safe import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.watching import Received, Source
    from tracker.report.layout import Line

_UNNAMED = "links wait in review"


def render_sources(sources: Sequence[Source], *, width: int = 80, color: bool = False) -> str:
    """Return sources, two lines each: name, what it feeds, from when to when, then where it is."""
    if not sources:
        return draw([line("No source yet; add one: tracker sources add URL --as GBR/CCPCJ/31")], color=color)
    return draw((row for source in sources for row in _entry(source, width)), color=color)


def _entry(source: Source, width: int) -> Iterator[Line]:
    facts = [one_line(fact) for fact in (_feeds(source), _days(source)) if fact]
    yield Span(one_line(source.id), "bold"), Span("".join(f"  {fact}" for fact in facts))
    yield from wrap([Span(one_line(source.address))], width, "   ", "   ")


def render_received(received: Received) -> str:
    """Return what a watch list that came with a mirror reaches, before it is accepted."""
    lines = [f"{received.path}: {counted(received.number, 'source')}"]
    if received.private:
        lines.append(f"reaches inside the network: allow_private = {', '.join(received.private)}")
        lines += [f"   {source.id}  {source.address}" for source in received.inside]
    else:
        lines.append("reaches nothing inside the network")
    if received.files:
        lines.append("reads files in the archive's folder:")
        lines += [f"   {source.id}  {source.address}" for source in received.files]
    return "\n".join(visible(text) for text in lines)


def sources_json(sources: Sequence[Source]) -> str:
    """Return sources as a JSON array in the order of the list; references are written out."""
    return encode_json([_fields(source) for source in sources])


def _fields(source: Source) -> dict[str, object]:
    return {**asdict(source), "reference": str(source.reference) if source.reference else None}


def _feeds(source: Source) -> str:
    if source.is_index:
        return f"index: {source.rule or _UNNAMED}"
    return str(source.reference)


def _days(source: Source) -> str:
    first, last = source.valid_from, source.valid_until
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"to {last}" if last else ""
