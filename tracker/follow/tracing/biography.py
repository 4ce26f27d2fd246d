"""The biography of a sentence, or of phrases: where each statement says it, in which words, since when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.alignment.weights import load_weights
from tracker.changes.edits import word_edits
from tracker.follow.tracing.matching import read_phrase
from tracker.follow.tracing.origins import find_similar
from tracker.follow.tracing.search import find_words
from tracker.model.tracing import Occurrence, TracedStatement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.follow.tracing.near import Near
    from tracker.follow.tracing.origins import Similar
    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.changes import Edit
    from tracker.model.texts import Version
    from tracker.model.tracing import MatchMethod


def trace(
    asked: TraceQuery, versions: Sequence[Version]
) -> tuple[tuple[tuple[Occurrence, ...], ...], tuple[tuple[Near, ...], ...]]:
    """Return for each version where it says what is asked, in the order of its text, and what comes near.

    Phrases are found as ``find_words`` finds them. Of a sentence, the same words count first, alone or
    inside a longer sentence; where a version has none, the most likely sentence (or two or three
    neighbours) that is more probably alike than not (``lexical``), else its words in order. What is still
    missing is sought once more by the wording nearest in time, from what was found outwards (``drift``),
    by the stricter threshold of moves: a sentence reworded step by step is followed as far as each step
    is like the one before.
    """
    by_words = [find_words(asked, version.segments, version.language) for version in versions]
    found = [said for said, _ in by_words]
    if asked.unit == "sentence":
        found = [_find_sentence(asked, *each) for each in zip(found, versions, strict=True)]
        for order in (range(len(versions)), range(len(versions) - 1, -1, -1)):
            _follow_drift(found, versions, order, asked.text)
    return tuple(found), tuple(near for _, near in by_words)


def lead(occurrences: Sequence[Occurrence]) -> int:
    """Return the place of the occurrence to quote: the first exact one, else the most likely."""
    return max(range(len(occurrences)), key=lambda at: (occurrences[at].confidence, -at))


def tell(statements: Sequence[TracedStatement]) -> tuple[TracedStatement, ...]:
    """Return statements with their leading occurrence, the number of its wording, and its edits."""
    told: list[TracedStatement] = []
    wordings: dict[str, int] = {}
    before: Occurrence | None = None
    for statement in statements:
        if not statement.occurrences:
            told.append(statement)
            continue
        leading = lead(statement.occurrences)
        occurrence = statement.occurrences[leading]
        folded = read_phrase(occurrence.words).folded
        number = wordings.setdefault(folded, len(wordings) + 1)
        edits: tuple[Edit, ...] = ()
        # Between two phrases, or two words that are both what was asked for, nothing was reworded.
        is_one = before and before.asked == occurrence.asked and not (before.exact and occurrence.exact)
        if before and is_one and read_phrase(before.words).folded != folded:
            edits = word_edits(before.words, occurrence.words, statement.side.version.language)
        told.append(replace(statement, leading=leading, wording=number, edits=edits))
        before = occurrence
    return tuple(told)


def _find_sentence(
    asked: TraceQuery, by_words: tuple[Occurrence, ...], version: Version
) -> tuple[Occurrence, ...]:
    exact = tuple(occurrence for occurrence in by_words if occurrence.exact)
    return exact or _find_alike(asked.text, version, "lexical", asked.text) or by_words


def _find_alike(text: str, version: Version, method: MatchMethod, asked: str) -> tuple[Occurrence, ...]:
    weights = load_weights()
    least = weights.accept_move if method == "drift" else weights.accept
    similar = find_similar(text, [segment.text for segment in version.segments], least)
    return (replace(_say_similar(similar, version, method), asked=asked),) if similar else ()


def _say_similar(similar: Similar, version: Version, method: MatchMethod) -> Occurrence:
    segments = [version.segments[at] for at in similar.places]
    text = " ".join(segment.text for segment in segments)
    return Occurrence(
        segments=tuple(segment.ordinal for segment in segments),
        text=text,
        start=0,
        end=len(text),
        exact=False,
        confidence=similar.chance,
        method=method,
        paragraph=segments[0].paragraph,
    )


def _follow_drift(
    found: list[tuple[Occurrence, ...]], versions: Sequence[Version], order: Sequence[int], asked: str
) -> None:
    """Fill in, in an order of time, the versions that hold a sentence like the last wording met."""
    last: Occurrence | None = None
    for at in order:
        if not found[at] and last is not None:
            found[at] = _find_alike(last.words, versions[at], "drift", asked)
        if found[at]:
            last = found[at][lead(found[at])]
