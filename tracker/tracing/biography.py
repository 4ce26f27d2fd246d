"""The biography of a sentence or a phrase: where each statement says it, in which words, since when."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.alignment.weights import load_weights
from tracker.changes.edits import word_edits
from tracker.model.tracing import Occurrence, TracedStatement
from tracker.text.identity import fold
from tracker.tracing.origins import find_similar
from tracker.tracing.phrases import Match, Phrase, match_phrase, read_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.changes import Edit
    from tracker.model.texts import Segment, Version
    from tracker.model.tracing import Biography, MatchMethod, TracedUnit
    from tracker.tracing.origins import Similar

_FEWEST_WORDS = 6
_FEWEST_ENDED = 4
"""The same where a mark ends it. What is shorter is a phrase: few words are alike by accident."""
_END = re.compile(r"[.!?。！？؟۔।]\W*$")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """What is traced: a phrase, found by its words alone, or a sentence, found by likeness as well."""

    text: str
    unit: TracedUnit
    phrase: Phrase


def read_query(text: str) -> TraceQuery:
    """Return what is traced, ready for matching: a sentence from six words on, four where a mark ends it.

    Two ideographs count as a word. All else is a phrase.
    """
    phrase = read_phrase(text)
    ideographs = len(_IDEOGRAPH.findall(phrase.folded))
    words = len(phrase.parts) - ideographs / 2
    fewest = _FEWEST_ENDED if _END.search(text) else _FEWEST_WORDS
    return TraceQuery(" ".join(text.split()), "sentence" if words >= fewest else "phrase", phrase)


def trace(asked: TraceQuery, versions: Sequence[Version]) -> tuple[tuple[Occurrence, ...], ...]:
    """Return for each version where it says what is asked, in the order of its text.

    A phrase is found as ``match_phrase`` finds it. Of a sentence, the same words count first, alone or
    inside a longer sentence; where a version has none, the most likely sentence (or two or three
    neighbours) that is more probably alike than not (``lexical``), else its words in order. What is still
    missing is sought once more by the wording nearest in time, from what was found outwards (``drift``),
    by the stricter threshold of moves: a sentence reworded step by step is followed as far as each step
    is like the one before.
    """
    find = _find_words if asked.unit == "phrase" else _find_sentence
    found = [find(asked, version) for version in versions]
    if asked.unit == "phrase":
        return tuple(found)
    _follow_drift(found, versions, range(len(versions)))
    _follow_drift(found, versions, range(len(versions) - 1, -1, -1))
    return tuple(found)


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
        if before and read_phrase(before.words).folded != folded:
            edits = word_edits(before.words, occurrence.words, statement.side.version.language)
        told.append(replace(statement, leading=leading, wording=number, edits=edits))
        before = occurrence
    return tuple(told)


def find_silences(biography: Biography) -> tuple[str, ...]:
    """Return the sessions, in order, of a kind that said it, where no statement did, in a language that did.

    They are the silences before, between and after; a session without a statement in hand is none.
    """
    said = [statement for statement in biography.statements if statement.occurrences]
    spoken = {statement.side.session for statement in said}
    kinds = {(statement.session_kind, statement.side.version.language) for statement in said}
    silent = (
        str(statement.side.session)
        for statement in biography.statements
        if statement.side.session not in spoken
        and (statement.session_kind, statement.side.version.language) in kinds
    )
    return tuple(dict.fromkeys(silent))


def _find_sentence(asked: TraceQuery, version: Version) -> tuple[Occurrence, ...]:
    by_words = _find_words(asked, version)
    exact = tuple(occurrence for occurrence in by_words if occurrence.exact)
    return exact or _find_alike(asked.text, version, "lexical") or by_words


def _find_words(asked: TraceQuery, version: Version) -> tuple[Occurrence, ...]:
    return tuple(
        _say(segment, match)
        for segment in version.segments
        for match in match_phrase(asked.phrase, segment.text, fold(segment.text))
    )


def _say(segment: Segment, match: Match) -> Occurrence:
    whole = match.exact and read_phrase(segment.text).folded == fold(segment.text[match.start : match.end])
    return Occurrence(
        segments=(segment.ordinal,),
        text=segment.text,
        start=0 if whole else match.start,
        end=len(segment.text) if whole else match.end,
        exact=match.exact,
        confidence=match.likeness,
        method="equal" if whole else "contained" if match.exact else "in order",
        paragraph=segment.paragraph,
    )


def _find_alike(text: str, version: Version, method: MatchMethod) -> tuple[Occurrence, ...]:
    weights = load_weights()
    least = weights.accept_move if method == "drift" else weights.accept
    similar = find_similar(text, [segment.text for segment in version.segments], least)
    return (_say_similar(similar, version, method),) if similar else ()


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
    found: list[tuple[Occurrence, ...]], versions: Sequence[Version], order: Sequence[int]
) -> None:
    """Fill in, in an order of time, the versions that hold a sentence like the last wording met."""
    last: Occurrence | None = None
    for at in order:
        if not found[at] and last is not None:
            found[at] = _find_alike(last.words, versions[at], "drift")
        if found[at]:
            last = found[at][lead(found[at])]
