"""What a night tells: country, session and what changed, for a terminal, a message and a machine."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import ReferenceInvalid
from tracker.model.health import MANY
from tracker.model.ledger import GOOD_OUTCOMES
from tracker.references import country_name
from tracker.report.comparison.passages import read_edits
from tracker.report.comparison.provenance import session_words
from tracker.report.comparison.sentences import CONTEXT
from tracker.report.comparison.words import ARROW
from tracker.report.document import Span
from tracker.report.layout import DIGEST, counted, draw, line, mark_edits, tally, wrap
from tracker.report.records import plain_fields
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.health import FirstText, News, Severity
    from tracker.model.texts import Reference
    from tracker.report.document import Style
    from tracker.report.layout import Line

_MESSAGE_WIDTH = 100
_MOST_NOTES = 20
_SENTENCE = 160
"""Characters of a first sentence that are shown."""


def name_statement(reference: Reference) -> str:
    """Return a statement in words: ``United Kingdom, UNGA 79 (2024), item-4``."""
    try:
        country = country_name(reference.country)
    except ReferenceInvalid:
        country = reference.country
    session = f" {session_words(reference.body, reference.session)}" if reference.session else ""
    return one_line(", ".join(filter(None, (country, f"{reference.body}{session}", reference.item))))


def headline(news: News) -> str:
    """Return one event in words: who, at which session, and what happened."""
    check = news.check
    named = check.snapshot or check.reference or news.series
    who = name_statement(named) if named else one_line(check.address)
    is_shown = check.outcome not in GOOD_OUTCOMES or news.revision or news.kind == "moved"
    cause = one_line(check.cause) if is_shown else ""
    cause = "" if cause == news.kind else cause
    facts = (news.kind, _size(news), cause)
    return f"{who}: {', '.join(filter(None, facts))}"


def _size(news: News) -> str:
    revision = news.revision
    if revision is None:
        return counted(news.first.words, "word") if news.first else ""
    words = f"{revision.old_words:,} {ARROW} {counted(revision.new_words, 'word')}"
    return f"{words}; sentences: {tally(revision.sentences) or 'the same'}"


def news_lines(news: Sequence[News], width: int, *, quotes_closed: bool = True) -> Iterator[Line]:
    """Yield each event with its evidence and the next step; of many notes, the first alone."""
    warnings = [each for each in news if each.severity != "note"]
    notes = [each for each in news if each.severity == "note"]
    shared = Counter(map(_share, news))
    for share, number in shared.items():
        if share and number >= MANY:
            told = f"{share.severity}: {share.subject}: {share.what}, {number:,} {share.unit}"
            yield from wrap(one_line(told), width, "", "  ")
            if share.step:
                yield from wrap(one_line(share.step), width, "  ", "    ")
    warnings, notes = (
        [each for each in some if shared[_share(each)] < MANY or not _share(each)]
        for some in (warnings, notes)
    )
    for each in (*warnings, *notes[:_MOST_NOTES]):
        style: Style = "warning" if each.severity == "warning" else "plain"
        lead = (
            Span(f"{each.severity}: ", style),
            Span(headline(each), "bold"),
            Span(f" ({each.check.source})"),
        )
        yield from wrap(lead, width, "", "  ")
        if each.revision and (each.is_open or quotes_closed):
            for edits in each.revision.first:
                yield from wrap(mark_edits(read_edits(edits, CONTEXT)), width, "    ", "    ")
        if each.first and (each.is_open or quotes_closed):
            yield from wrap(one_line(_begin(each.first)), width, "    ", "    ")
        for text in _facts(each):
            yield from wrap(one_line(text), width, "  ", "    ")
    if notes[_MOST_NOTES:]:
        counts = tally(Counter(each.kind for each in notes[_MOST_NOTES:]).most_common())
        yield line(f"and {counts}; see: tracker status --runs")


@dataclass(frozen=True, slots=True)
class _Share:
    """What is told once, however many sources it happened to."""

    severity: Severity
    subject: str
    what: str
    unit: str = "sources"
    step: str = ""


def _share(news: News) -> _Share | None:
    """Return what an event shares with others of its night; None for one that is told by itself.

    A host is down, or well again; one page is in the way of many sources; an index has moved with its links.
    """
    check = news.check
    what = ", ".join(filter(None, (news.kind, check.cause)))
    index, mark, _ = check.source.partition(":")
    if news.kind == "quarantined" and check.sha256:
        subject = f"the same bytes (sha256 {check.sha256[:DIGEST]})"
        return _Share(news.severity, subject, what, step="tracker review")
    if news.kind == "gone" and mark:
        step = f"if the listing has moved: {mend_listing(index)}"
        return _Share(news.severity, index, what, "of its links", step)
    if news.kind == "moved" and mark:
        return _Share(news.severity, index, what, "of its links")
    if news.kind == "well again":
        return _Share(news.severity, urlsplit(check.address).netloc, news.kind)
    if news.kind == "unreachable" and not check.sha256:
        return _Share(news.severity, urlsplit(check.address).netloc, what)
    return None


def mend_listing(index: str) -> str:
    """Return what mends an index whose links lead to nothing."""
    return f"url or links in [sources.{index}] of the watch list"


def _begin(first: FirstText) -> str:
    """Return the title and the first sentence, where that is another text."""
    sentence = shorten(first.sentence, _SENTENCE, placeholder=" ...")
    return " | ".join(dict.fromkeys(filter(None, (first.title, sentence))))


def _facts(news: News) -> Iterator[str]:
    check, revision = news.check, news.revision
    if check.detail:
        is_announced = check.announced in {"corrigendum", "last-modified"}
        yield f"announced: {check.detail}" if is_announced else check.detail
    if news.severity != "note" and not revision:
        yield check.address
    if revision:
        yield f"tracker diff {revision.old} {revision.new}"
    elif news.kind in {"quarantined", "better candidate"}:
        yield "tracker review"
    elif news.kind == "gone" and check.reference is None and ":" not in check.source:
        yield f"if it has moved: {mend_listing(check.source)}"
    elif news.kind == "gone":
        yield f"if for good: tracker sources close {shlex.quote(check.source)} --by NAME --reason TEXT"


def render_news(news: Sequence[News], *, width: int = 80, color: bool = False) -> str:
    """Return the events of a night as text."""
    return draw(news_lines(news, width), color=color)


def write_message(news: Sequence[News]) -> str:
    """Return the events of a night as they are sent to others, who are shown nothing of closed material."""
    return draw(news_lines(news, _MESSAGE_WIDTH, quotes_closed=False), color=False)


def news_fields(news: News) -> dict[str, object]:
    """Return one event for a machine; a sentence that changed is a redline with ``[-`` and ``{+``."""
    check, revision = news.check, news.revision
    named = check.snapshot or check.reference or news.series
    return {
        "kind": news.kind,
        "severity": news.severity,
        "headline": headline(news),
        "country": named and named.country,
        "body": named and named.body,
        "session": named and named.session,
        "observed": check.observed,
        "source": check.source,
        "reference": check.reference and str(check.reference),
        "snapshot": check.snapshot and str(check.snapshot),
        "cause": check.cause,
        "detail": check.detail,
        "first": news.first and plain_fields(news.first),
        "revision": revision
        and {
            **plain_fields(revision),
            "sentences": dict(revision.sentences),
            "first": ["".join(run.text for run in mark_edits(read_edits(each))) for each in revision.first],
        },
    }
