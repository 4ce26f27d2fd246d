"""Phrases that one side uses far more: entries of a comparison's report, and those of a whole series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model.phrases import PAIR, SERIES
from tracker.report.comparison.passages import quote
from tracker.report.comparison.words import ARROW, LANGUAGE_NAMES, quoted
from tracker.report.document import Entry, Section, Span
from tracker.report.layout import (
    DIGEST,
    MORE,
    WHOLE,
    Line,
    columns,
    counted,
    draw,
    excerpt,
    line,
    shorten,
    spread,
    wrap,
)
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.phrases import DistinctivePhrase, PhraseChange
    from tracker.model.series import PhraseSeries, PhraseSession, PhraseUse
    from tracker.report.redline import SideName

PAIR_NOTE: Final = (
    f"Log-odds with a Dirichlet prior, |z| of {PAIR.score} or more; where passages are shuffled between two"
    " statements, three phrases in five pairs pass."
)

_SHOWN: Final = 20


def _phrase_facts(change: DistinctivePhrase) -> str:
    """Return the uses on both sides and the score: ``0 → 12, z +2.5``."""
    return f"{_uses(change)}, z {change.score:+.1f}".replace("-", "−")


def _uses(change: DistinctivePhrase) -> str:
    return f"{change.old} {ARROW} {change.new}"


def show_phrases(comparison: Comparison, *, everything: bool) -> Iterator[Section]:
    """Yield the words and phrases that one side uses far more, the most telling first.

    Where everything is asked for, each with its score and a sentence that uses it.
    """
    phrases = sorted(comparison.phrases, key=lambda each: (-abs(each.score), each.phrase))
    if not phrases:
        return
    if everything:
        entries = tuple(_show(comparison, phrase) for phrase in phrases)
        yield Section(f"words that one side uses far more, |z| ≥ {PAIR.score}", entries)
        return
    uses = tuple(f"{quoted(one_line(each.phrase))} {_uses(each)}" for each in phrases)
    yield Section("words in all forms", (Entry((), names=uses),), first=1, rows=1, inline=True, tight=True)


def _show(comparison: Comparison, change: PhraseChange) -> Entry:
    name: SideName = "new" if change.status == "emerging" else "old"
    side = comparison.new if name == "new" else comparison.old
    at = side.version.segments[change.segment].text.find(change.phrase)
    covered = f", topic {change.topic}" if change.topic else ""
    claim = (Span(f"{quoted(one_line(change.phrase))}  {_phrase_facts(change)}{covered}"),)
    marked = (at, at + len(change.phrase)) if at >= 0 else None
    return Entry(claim, evidence=(quote(comparison, name, change.segment, marked),))


def render_phrases(
    series: PhraseSeries, *, width: int = 80, color: bool = False, everything: bool = False
) -> str:
    """Return the phrases of one session, each with a sentence, or the leading ones of every session.

    Those that a topic covers are left out, except with ``everything``, and marked there.
    """
    lines = [*_head(series, width), line()]
    if len(series.sessions) == 1:
        lines += _detail(series.sessions[0], width, everything=everything)
    else:
        lines += [row for each in series.sessions for row in _summary(each, width, everything=everything)]
    return draw([*lines, line(), *wrap([Span(_note(series), "dim")], width)], color=color)


def _head(series: PhraseSeries, width: int) -> Iterator[Line]:
    among = counted(len(series.read), "session")
    tongue = LANGUAGE_NAMES.get(series.language, series.language)
    what = series.sessions[0].session if len(series.sessions) == 1 else "each session"
    text = f"{series.series} · words of {what} compared with all others · {among} in {tongue}"
    yield from wrap([Span(text, "bold")], width)


def _note(series: PhraseSeries) -> str:
    if series.prior == "none":
        language = LANGUAGE_NAMES.get(series.language, series.language)
        return f"{language} does not separate words: no phrases are found."
    name, _, digest = series.prior.rpartition(" ")
    prior = f"{name} {digest[:DIGEST]}" if name else "flat, since no speeches in this language were counted"
    return (
        f"Log-odds with a Dirichlet prior ({prior}); z of {SERIES.score} or more, {SERIES.uses} uses or more."
        " Numbers: uses elsewhere, uses here."
    )


def _covered(uses: Sequence[PhraseUse], *, everything: bool) -> list[PhraseUse]:
    return [use for use in uses if everything or use.topic is None]


def _summary(session: PhraseSession, width: int, *, everything: bool) -> Iterator[Line]:
    found = [use for use in _covered(session.phrases, everything=everything) if use.status == "emerging"]
    lead = f"  {one_line(session.session):<4} {session.year or '':<4}  "
    items = [f"{one_line(use.phrase)} ({use.old}, {use.new})" for use in found]
    if everything:
        yield from wrap(", ".join(items) or "nothing", width, lead, " " * len(lead))
        return
    parts = items[0] if items else "nothing"
    for item in items[1:]:
        if columns(f"{lead}{parts}, {item}") > width:
            break
        parts += f", {item}"
    yield (Span(lead, "bold"), Span(shorten(parts, width - columns(lead))))


def _detail(session: PhraseSession, width: int, *, everything: bool) -> Iterator[Line]:
    found = _covered(session.phrases, everything=everything)
    if not found:
        yield line(
            "  no distinctive phrase outside the topics" if not everything else "  no distinctive phrase"
        )
    shown = found if everything else found[:_SHOWN]
    for use in shown:
        covered = f", topic {use.topic}" if use.topic else ""
        yield from spread(f"  {quoted(one_line(use.phrase))}{covered}", _phrase_facts(use), width)
        lead = f"    ¶{use.paragraph} "
        if use.status == "vanished":
            lead = f"    {use.reference} ¶{use.paragraph} "
        text = one_line(_near(use))
        at = max(text.find(one_line(use.phrase)), 0)
        quote = excerpt(text, at, WHOLE if everything else width - len(lead) - 2)
        yield from wrap(quoted(quote), width, lead, "    ")
    if len(shown) < len(found):
        yield line(f"  {len(found) - len(shown)} more: {MORE}")


def _near(use: PhraseUse) -> str:
    """Return the sentence of a phrase, or what is near the phrase in one that is a whole session."""
    at = max(use.quote.find(use.phrase), 0)
    return use.quote[max(0, at - WHOLE) : at + WHOLE]


def phrases_json(series: PhraseSeries) -> str:
    """Return the phrases of a series as JSON that ``phrases.schema.json`` describes."""
    from tracker.report.records import encode_json  # noqa: PLC0415 (4 ms that a report in words does not take)

    return encode_json(series)
