"""Texts of the archive as a publication cites them: a line to read, BibTeX, CSL-JSON and RIS.

The state is the author, as its statements are made in its name; whoever spoke for it is in a note. Forms:
BibTeX as biblatex reads it (``@misc``, UTF-8), CSL-JSON 1.0 (``speech``), RIS (``GEN``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.model.clock_readings import CLOCK_UNCONFIRMED
from tracker.model.facts import tell_facts
from tracker.references import read_session
from tracker.report.comparison.provenance import name_body, name_country, session_words
from tracker.report.records import write_json
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.citations import Citation, CitedPassage, CitedText

_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{char: f"\\{char}" for char in "{}%&#$_"},
    }
)
_RIS_END: Final = "ER  - "
_DAY: Final = len("2024-05-20")


@dataclass(frozen=True, slots=True)
class _Work:
    """What each form says of a text, in words."""

    key: str
    author: str
    title: str
    venue: str
    date: tuple[str, ...]
    """Year, month and day, as far as they are known."""
    notes: tuple[str, ...]


def render_citations(citations: Sequence[Citation]) -> str:
    """Return one paragraph for each text, and below it what is quoted of it; no line is broken."""
    return "\n\n".join("\n".join(_lines(each)) for each in citations)


def _lines(citation: Citation) -> Iterator[str]:
    source, work = citation.source, _describe(citation.source)
    parts = (
        work.author,
        _in_quotes(work.title),
        f"{work.venue}{', ' if work.date[1:] else ''}{'-'.join(work.date[1:] and work.date)}",
        *work.notes,
        *(each for each in (source.symbol, source.url) if each),
        _kept(source),
    )
    yield ". ".join(one_line(part).rstrip(".") for part in parts) + "."
    for passage in citation.passages:
        yield f"  {_quote(passage)}"


def render_bibtex(citations: Sequence[Citation]) -> str:
    """Return an entry for each text, for biblatex: in UTF-8, with what TeX would act on escaped."""
    return "\n".join(_bibtex(each) for each in citations)


def _bibtex(citation: Citation) -> str:
    source, work = citation.source, _describe(citation.source)
    fields = {
        "author": f"{{{_tex(work.author)}}}",
        "title": f"{{{_tex(work.title)}}}",
        "howpublished": _tex(work.venue),
        "date": "-".join(work.date),
        "number": _tex(source.symbol or ""),
        # Verbatim fields of biblatex: only what would end them is escaped.
        "url": _percent(source.url or ""),
        "urldate": source.observed[:_DAY],
        "language": source.language,
        "note": _tex(". ".join((*work.notes, _kept(source)))),
        "annotation": _tex(" ".join(_quote(each) for each in citation.passages)),
    }
    lines = (f"  {name} = {{{one_line(value)}}}," for name, value in fields.items() if value)
    return "\n".join((f"@misc{{{work.key},", *lines, "}", ""))


def citations_csl(citations: Sequence[Citation]) -> str:
    """Return texts as CSL-JSON, which Zotero, Pandoc and others read."""
    return write_json([_csl(each) for each in citations])


def _csl(citation: Citation) -> dict[str, object]:
    source, work = citation.source, _describe(citation.source)
    item: dict[str, object] = {
        "id": work.key,
        "type": "speech",
        "author": [{"literal": work.author}],
        "title": work.title,
        "event-title": work.venue,
        "issued": {"date-parts": [[int(each) for each in work.date]]} if work.date else None,
        "number": source.symbol,
        "URL": source.url,
        "accessed": {"date-parts": [[int(each) for each in source.observed[:_DAY].split("-")]]},
        "language": source.language,
        "note": ". ".join((*work.notes, _kept(source))),
        "annote": " ".join(_quote(each) for each in citation.passages),
    }
    return {name: value for name, value in item.items() if value}


def render_ris(citations: Sequence[Citation]) -> str:
    """Return a record of RIS for each text."""
    return "\n".join(
        f"{name}  - {value}" if value else name for each in citations for name, value in _ris(each)
    )


def _ris(citation: Citation) -> Iterator[tuple[str, str]]:
    source, work = citation.source, _describe(citation.source)
    yield "TY", "GEN"
    fields = (
        ("ID", work.key),
        ("AU", f"{work.author},"),  # the comma keeps a name of several words together
        ("TI", work.title),
        ("T2", work.venue),
        ("PY", work.date[0] if work.date else ""),
        ("DA", "/".join(work.date) if work.date else ""),
        ("M1", source.symbol or ""),
        ("UR", source.url or ""),
        ("Y2", source.observed[:_DAY].replace("-", "/")),
        ("LA", source.language),
        *(("N1", note) for note in (*work.notes, _kept(source))),
        *(("N1", _quote(each)) for each in citation.passages),
    )
    yield from ((name, one_line(value)) for name, value in fields if value)
    yield _RIS_END, ""


def _describe(source: CitedText) -> _Work:
    session = session_words(source.body, source.session, source.delivered)
    return _Work(
        key=re.sub("[^a-z0-9]+", "-", source.reference.lower()).strip("-"),
        author=name_country(source.country),
        title=one_line(source.title or "Statement"),
        venue=f"United Nations, {name_body(source.body)}, session {session}",
        date=_read_date(source.delivered) or _read_date(_year(source)),
        notes=tuple(_notes(source)),
    )


def _notes(source: CitedText) -> Iterator[str]:
    spoken = ", ".join(one_line(each) for each in (source.speaker, source.post) if each)
    if spoken:
        yield f"Delivered by {spoken}"
    for words in map(one_line, tell_facts(source)):
        yield f"{words[:1].upper()}{words[1:]}"


def _kept(source: CitedText) -> str:
    """Say which bytes are meant, and where they are kept under which name."""
    doubt = f", {CLOCK_UNCONFIRMED}," if source.clock_confirmed is False else ""
    inferred = " (kind inferred from the text)" if source.kind_inferred else ""
    name = f"{one_line(source.reference)}{inferred}"
    return f"Captured {source.observed}{doubt} as {name}, SHA-256 {source.sha256}"


def _quote(passage: CitedPassage) -> str:
    return f"{_in_quotes(passage.text)} (¶{passage.paragraph} by our count)"


def _in_quotes(text: str) -> str:
    return f"“{one_line(text)}”"


def _year(source: CitedText) -> str | None:
    """Return the year of a session, for a text whose date nobody declared."""
    met = read_session(source.body, source.session)
    return str(met.year) if met and met.year else None


def _read_date(delivered: str | None) -> tuple[str, ...]:
    """Return year, month and day as far as a date gives them; of a span, its first day."""
    found = _DATE.match(delivered or "")
    return tuple(each for each in found.groups() if each) if found else ()


def _tex(text: str) -> str:
    return one_line(text).translate(_TEX)


def _percent(url: str) -> str:
    return one_line(url).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
