"""What reports on traced words share: what is traced, summaries in rows, and words in their context."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from tracker import __version__
from tracker.references import read_session
from tracker.report.comparison.provenance import cite
from tracker.report.comparison.words import quoted
from tracker.report.document import Named, Span
from tracker.report.layout import ELLIPSIS, Line, columns, counted, shorten, wrap
from tracker.report.safe import one_line
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.spread import Spread
    from tracker.model.texts import Side
    from tracker.model.tracing import Biography, NearWords, Occurrence

_LABELS = 11
_NEAR_SHOWN = 5
_WORDINGS_SHOWN = 8
_LONGEST = 50


Facts: TypeAlias = "Iterable[tuple[str, Sequence[str]]]"
"""What a summary tells under a label each; what is empty is not told."""


def name_traced(place: str, asked: Biography | Spread) -> str:
    """Return the place and what is traced there."""
    named = [quoted(one_line(phrase)) for phrase in asked.phrases]
    named += [f"topic {one_line(topic)}" for topic in asked.topics]
    text = " or ".join(named) or quoted(one_line(asked.asked))
    return f"{one_line(place)} · {text}"


def cite_traced(searched: str) -> str:
    """Return one line to cite: what was searched where, and with which release."""
    return cite(searched.rstrip("."), __version__)


def lay_facts(facts: Facts, width: int) -> Iterator[Line]:
    """Yield a summary as labelled rows."""
    for label, told in facts:
        for at, text in enumerate(filter(None, told)):
            yield from wrap(text, width, f"{'' if at else label:<{_LABELS}}", " " * _LABELS)


def name_facts(facts: Facts) -> tuple[Named, ...]:
    """Return a summary as facts under their labels."""
    return tuple(Named(label, tuple(filter(None, told))) for label, told in facts)


def kind_words(asked: Biography | Spread) -> str:
    """Say what is traced: a sentence, a phrase, several phrases, or the terms of topics."""
    phrases = len(asked.phrases) or not asked.topics
    parts = [f"A {asked.unit}" if phrases == 1 else counted(phrases, "phrase")] if phrases else []
    if asked.topics:
        parts.append(
            "the terms of " + ("a topic" if len(asked.topics) == 1 else f"{len(asked.topics)} topics")
        )
    text = " and ".join(parts)
    return text[:1].upper() + text[1:]


def year_of(side: Side) -> int | None:
    """Return the year of a statement: of its date, else of its session."""
    year = (side.delivered or "")[:4]
    if year.isdecimal():
        return int(year)
    session = read_session(side.body, side.session) if side.body and side.session else None
    return session.year if session else None


def wording_words(occurrences: Iterable[Occurrence]) -> str:
    """Return the different words that were said, the most frequent first; nothing where they are the same."""
    forms = Counter(one_line(occurrence.words) for occurrence in occurrences)
    said = Counter[str]()
    shown: dict[str, str] = {}
    for form, times in forms.most_common():
        said[fold(form)] += times
        shown.setdefault(fold(form), form)
    if len(said) < 2:  # noqa: PLR2004 (what differs needs two)
        return ""
    rows = [(shorten(shown[folded], _LONGEST), times) for folded, times in said.most_common()]
    return _counts(rows, _WORDINGS_SHOWN)


def near_words(near: Sequence[NearWords]) -> str:
    """Return the words that come near with how often they were met."""
    return _counts([(one_line(miss.words), miss.times) for miss in near], _NEAR_SHOWN)


def _counts(rows: Sequence[tuple[str, int]], most: int) -> str:
    text = " · ".join(f"{quoted(words)} {times:,}" for words, times in rows[:most])
    return f"{text} · {len(rows) - most} more" if len(rows) > most else text


def in_context(occurrence: Occurrence, room: int) -> Iterator[Span]:
    """Yield the words that match between asterisks, on one line with what stands around them."""
    words = f"*{one_line(occurrence.words)}*"
    before, after = _before(occurrence), _after(occurrence)
    left = _tail(before, max((room - columns(words)) // 2, room - columns(words + after), 0))
    words = shorten(words, room - columns(left))
    yield Span(left)
    yield Span(words, "match")
    rest = room - columns(left + words)
    if rest > 1 and not words.endswith(ELLIPSIS):
        yield Span(shorten(after, rest))


def _before(occurrence: Occurrence) -> str:
    text = occurrence.text[: occurrence.start]
    return one_line(text) + (" " if text[-1:].isspace() else "")


def _after(occurrence: Occurrence) -> str:
    text = occurrence.text[occurrence.end :]
    return (" " if text[:1].isspace() else "") + one_line(text)


def _tail(text: str, width: int) -> str:
    """Cut a text between words to its last ``width`` columns, with an ellipsis where it was cut."""
    if columns(text) <= width:
        return text
    words = text.split(" ")
    while words and columns(" ".join(words)) + 1 > width:
        words.pop(0)
    kept = " ".join(words)
    return ELLIPSIS + kept if kept.strip() else ELLIPSIS + " " * text.endswith(" ")
