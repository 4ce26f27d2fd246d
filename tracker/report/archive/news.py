"""What a night tells: country, session and what changed, for a terminal, a message and a machine."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import ReferenceInvalid
from tracker.model.ledger import GOOD_OUTCOMES
from tracker.model.news import MANY
from tracker.references import country_name
from tracker.report.comparison.edited import CONTEXT
from tracker.report.comparison.naming import session_words
from tracker.report.comparison.passages import read_edits
from tracker.report.comparison.words import ARROW, tally
from tracker.report.document import Span
from tracker.report.json_text import plain_fields
from tracker.report.layout import counted, draw, line, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.news import FirstText, News
    from tracker.model.texts import Reference
    from tracker.report.document import Style
    from tracker.report.layout import Line

_MARKS = {"deleted": ("[-", "-]"), "inserted": ("{+", "+}")}
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


def news_title(news: Sequence[News]) -> str:
    """Return the subject of a message: the event that matters most, and how many more there are."""
    more = f"; {len(news) - 1} more" if news[1:] else ""
    return f"tracker: {headline(news[0])}{more}"


def news_lines(news: Sequence[News], width: int, *, quotes_closed: bool = True) -> Iterator[Line]:
    """Yield each event with its evidence and the next step; of many notes, the first alone."""
    warnings = [each for each in news if each.severity != "note"]
    notes = [each for each in news if each.severity == "note"]
    hosts = Counter(map(_host, news))
    for host, number in hosts.items():
        if host and number >= MANY:
            severity, address, what = host
            yield from wrap(one_line(f"{severity}: {address}: {what}, {number:,} sources"), width, "", "  ")
    warnings, notes = (
        [each for each in some if hosts[_host(each)] < MANY or not _host(each)] for some in (warnings, notes)
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
                yield from wrap(_mark(read_edits(edits, CONTEXT)), width, "    ", "    ")
        if each.first and (each.is_open or quotes_closed):
            yield from wrap(one_line(_begin(each.first)), width, "    ", "    ")
        for text in _facts(each):
            yield from wrap(one_line(text), width, "  ", "    ")
    if notes[_MOST_NOTES:]:
        counts = tally(Counter(each.kind for each in notes[_MOST_NOTES:]).most_common())
        yield line(f"and {counts}; see: tracker runs")


def _host(news: News) -> tuple[str, str, str] | None:
    """Return what a host is told for once, however many of its sources are down, or well again."""
    if news.kind not in {"unreachable", "well again"} or (news.check.sha256 and news.kind == "unreachable"):
        return None
    cause = news.check.cause if news.kind == "unreachable" else ""
    return news.severity, urlsplit(news.check.address).netloc, ", ".join(filter(None, (news.kind, cause)))


def _mark(runs: Sequence[Span]) -> list[Span]:
    """Return a redline that reads without colour."""
    return [Span(run.text.join(_MARKS[run.style]), run.style) if run.style in _MARKS else run for run in runs]


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
    elif news.kind == "gone":
        yield f"if for good: tracker sources close {check.source} --by NAME --reason TEXT"


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
            "first": ["".join(run.text for run in _mark(read_edits(each))) for each in revision.first],
        },
    }
