"""What is traced, where texts say it, and how often: in its words, nearly, or in a sentence like it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import TYPE_CHECKING, Any, Final

from tracker.comparing.alignment.weights import load_weights
from tracker.comparing.edits import word_edits
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.stems import find_words as find_stemmed
from tracker.follow.tracing.matching import (
    Match,
    Near,
    Phrase,
    find_near,
    find_needed,
    match_phrase,
    read_phrase,
)
from tracker.follow.tracing.origins import AS_LIKELY_AS_NOT, find_similar
from tracker.model.languages import list_with
from tracker.model.tracing import NearWords, Occurrence, Spread, SpreadCountry, SpreadSession
from tracker.references import country_name
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.follow.tracing.origins import Similar
    from tracker.model.changes import Edit
    from tracker.model.texts import Segment, Version
    from tracker.model.topics import Mention, Vocabulary
    from tracker.model.tracing import MatchMethod, SpreadStatement, TracedStatement, TracedUnit

_FEWEST_WORDS = 6
_FEWEST_ENDED = 4
"""The same where a mark ends it. What is shorter is a phrase: few words are alike by accident."""
_END = re.compile(r"[.!?。！？؟۔।]\W*$")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

_BEGUN_ALIKE: Final[Mapping[str, tuple[str, str]]] = {
    **{language: (language, "und") for language in list_with("search")},
    "und": ("en", "und"),
}
"""Languages whose stems keep the beginnings of words, and in which terms are met in them."""
_SEVERAL_WORDS = {
    "un": (("un",), ("unit", "nati")), "man": (("man",), ("men",)), "woman": (("wom",),),
    "crisis": (("cris",),), "defense": (("defen",),), "center": (("cent",),),
}  # fmt: skip
"""How words may begin whose stem is written otherwise."""
_HYPHENED = re.compile(r"co(oper|ordi)")
_RESPELLED = re.compile(r"(?:iz(?:e|ed|es|ing|er|ation)|or(?:ed|ing)?|l)$")
"""What long stems end in and texts spell in several ways: organise, labour, nationaux."""
_SHORT = 4


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """What is traced: phrases, and terms of topics, found by their words; or a sentence, by likeness too."""

    unit: TracedUnit
    phrases: tuple[Phrase, ...]
    topics: tuple[str, ...] = ()
    """Ids of topics of the vocabulary."""
    vocabulary: Vocabulary | None = None

    @property
    def text(self) -> str:
        """All that is asked for, in words."""
        return " or ".join((*(phrase.text for phrase in self.phrases), *self.topics))


def read_query(*texts: str, topics: tuple[str, ...] = (), vocabulary: Vocabulary | None = None) -> TraceQuery:
    """Return what is traced, ready for matching: a sentence from six words on, four where a mark ends it.

    Two ideographs count as a word. All else is a phrase, and so is each of several, or one that has a word
    with an open ending. Of topics the terms are met as everywhere, without what was learned.
    """
    phrases = tuple(read_phrase(text, asked=True) for text in texts)
    alone = len(phrases) == 1 and not topics and phrases[0].pattern is None
    unit: TracedUnit = "sentence" if alone and _is_sentence(phrases[0]) else "phrase"
    return TraceQuery(unit, phrases, topics, replace(vocabulary, model=None) if vocabulary else None)


def find_beginnings(asked: TraceQuery, language: str) -> frozenset[frozenset[str]] | None:
    """Return the sets of beginnings of words of which a segment that says it, or nearly, has one whole.

    None where that cannot be told: by the stems that topics are met by, words of some languages begin
    otherwise.
    """
    sets = {
        frozenset(word.stem for word in words) for phrase in asked.phrases for words in find_needed(phrase)
    }
    if asked.vocabulary is not None:
        if language not in _BEGUN_ALIKE:
            return None
        sets |= {
            frozenset().union(*beginnings)
            for topic in asked.vocabulary.topics
            if topic.id in asked.topics
            for terms in (topic.terms, topic.hints)
            for tongue in _BEGUN_ALIKE[language]
            for term in terms.get(tongue, ())
            for beginnings in product(*(_begin(word.stem) for word in find_stemmed(term, language)))
        }
    return (
        None if frozenset() in sets else frozenset(one for one in sets if not any(two < one for two in sets))
    )


def find_words(
    asked: TraceQuery, segments: Sequence[Segment], language: str
) -> tuple[tuple[Occurrence, ...], tuple[Near, ...]]:
    """Return where segments say what is asked, by its words, and what is near to it in those that do not.

    A phrase is found as ``match_phrase`` finds it, a topic by its terms. Of two that share words the exact
    one counts, then the longer one. Near to a topic are its hints, words of wider use.
    """
    found: list[Occurrence] = []
    near: list[Near] = []
    named = _find_topics(asked, segments, language)
    for segment, mentions in zip(segments, named, strict=True):
        folded = fold(segment.text)
        said = [
            _say_phrase(segment, match, phrase)
            for phrase in asked.phrases
            for match in match_phrase(phrase, segment.text, folded)
        ]
        said += [_say_topic(segment, mention) for mention in mentions if mention.method == "term"]
        found += _drop_shared(said)
        if not said and asked.unit == "phrase":
            hints = [Near(mention.term, whole=False) for mention in mentions]
            close = (find_near(phrase, segment.text, folded) for phrase in asked.phrases)
            near += [*hints, *dict.fromkeys(filter(None, close))]
    return tuple(found), tuple(near)


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


def number_wordings(statements: Sequence[TracedStatement]) -> tuple[TracedStatement, ...]:
    """Return statements with their leading occurrence, the number of its wording, and its edits."""
    numbered: list[TracedStatement] = []
    wordings: dict[str, int] = {}
    before: Occurrence | None = None
    for statement in statements:
        if not statement.occurrences:
            numbered.append(statement)
            continue
        leading = _lead(statement.occurrences)
        occurrence = statement.occurrences[leading]
        folded = read_phrase(occurrence.words).folded
        number = wordings.setdefault(folded, len(wordings) + 1)
        edits: tuple[Edit, ...] = ()
        # Between two phrases, or two words that are both what was asked for, nothing was reworded.
        is_one = before and before.asked == occurrence.asked and not (before.exact and occurrence.exact)
        if before and is_one and read_phrase(before.words).folded != folded:
            edits = word_edits(before.words, occurrence.words, statement.side.version.language)
        numbered.append(replace(statement, leading=leading, wording=number, edits=edits))
        before = occurrence
    return tuple(numbered)


def make_spread(
    asked: TraceQuery,
    body: str,
    statements: Sequence[SpreadStatement],
    near: tuple[NearWords, ...],
    among: str | None = None,
) -> Spread:
    """Count what statements say, which come in order of session and country."""
    by_country: dict[str, list[SpreadStatement]] = {}
    for statement in statements:
        by_country.setdefault(statement.country, []).append(statement)
    countries = tuple(_count_country(code, some) for code, some in by_country.items())
    ends = {country.country: (country.first, country.last) for country in countries}
    latest = {statement.country: statement.session for statement in statements}
    said = {each.language for each in statements if each.sayings}
    return Spread(
        asked=asked.text,
        phrases=tuple(phrase.text for phrase in asked.phrases),
        topics=asked.topics,
        unit=asked.unit,
        body=body,
        among=among,
        languages=tuple(sorted({each.language for each in statements} - said)) if said else (),
        sessions=tuple(
            _count_session(label, tuple(some), ends, latest)
            for label, some in groupby(statements, key=lambda each: each.session)
        ),
        countries=tuple(sorted(countries, key=lambda each: (-each.times, -each.loosely, each.name))),
        near=near,
        statements=tuple(statements),
    )


def count_near(near: Iterable[tuple[Near, str]]) -> tuple[NearWords, ...]:
    """Return words that come near, given with their statements in order: whole ones first, then by number."""
    places: dict[str, list[tuple[Near, str]]] = {}
    for words, reference in near:
        places.setdefault(fold(words.text), []).append((words, reference))
    counted = (
        NearWords(first.text, first.whole, len(some), reference)
        for some in places.values()
        for first, reference in some[:1]
    )
    return tuple(sorted(counted, key=lambda miss: (not miss.whole, -miss.times)))


def _is_sentence(phrase: Phrase) -> bool:
    ideographs = len(_IDEOGRAPH.findall(phrase.folded))
    words = len(phrase.parts) - ideographs / 2
    return words >= (_FEWEST_ENDED if _END.search(phrase.text) else _FEWEST_WORDS)


def _begin(stem: str) -> tuple[frozenset[str], ...]:
    """Return how words of a stem begin, in each way in which they may be written; none is sure of some."""
    if stem in _SEVERAL_WORDS:
        return tuple(map(frozenset, _SEVERAL_WORDS[stem]))
    if found := _HYPHENED.match(stem):
        return frozenset({f"co{found[1]}"}), frozenset({"co", found[1]})
    if stem.endswith("y"):
        return frozenset({stem}), frozenset({f"{stem[:-1]}ies"})
    sure = _RESPELLED.sub("", stem) if len(stem) > _SHORT else stem
    return (frozenset({sure} if sure == stem or len(sure) >= _SHORT - 1 else ()),)


def _find_topics(
    asked: TraceQuery, segments: Sequence[Segment], language: str
) -> tuple[tuple[Mention, ...], ...]:
    if asked.vocabulary is None:
        return ((),) * len(segments)
    rows = match_topics([segment.text for segment in segments], asked.vocabulary, language=language)
    return tuple(tuple(each for each in row if each.topic in asked.topics) for row in rows)


def _say_phrase(segment: Segment, match: Match, phrase: Phrase) -> Occurrence:
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
        asked=phrase.text,
    )


def _say_topic(segment: Segment, mention: Mention) -> Occurrence:
    return Occurrence(
        segments=(segment.ordinal,),
        text=segment.text,
        start=mention.start,
        end=mention.end,
        exact=True,
        confidence=1.0,
        method="term",
        paragraph=segment.paragraph,
        asked=mention.topic,
    )


def _drop_shared(said: Sequence[Occurrence]) -> list[Occurrence]:
    """Return occurrences in the order of the text without those that share words with a better one."""
    kept: list[Occurrence] = []
    for each in sorted(said, key=lambda one: (-one.confidence, one.start - one.end, one.start)):
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def _find_sentence(
    asked: TraceQuery, by_words: tuple[Occurrence, ...], version: Version
) -> tuple[Occurrence, ...]:
    exact = tuple(occurrence for occurrence in by_words if occurrence.exact)
    return exact or _find_alike(asked.text, version, "lexical", asked.text) or by_words


def _follow_drift(
    found: list[tuple[Occurrence, ...]], versions: Sequence[Version], order: Sequence[int], asked: str
) -> None:
    """Fill in, in an order of time, the versions that hold a sentence like the last wording met."""
    last: Occurrence | None = None
    for at in order:
        if not found[at] and last is not None:
            found[at] = _find_alike(last.words, versions[at], "drift", asked)
        if found[at]:
            last = found[at][_lead(found[at])]


def _find_alike(text: str, version: Version, method: MatchMethod, asked: str) -> tuple[Occurrence, ...]:
    least = load_weights().accept_move if method == "drift" else AS_LIKELY_AS_NOT
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


def _lead(occurrences: Sequence[Occurrence]) -> int:
    """Return the place of the occurrence to quote: the first exact one, else the most likely."""
    return max(range(len(occurrences)), key=lambda at: (occurrences[at].confidence, -at))


def _count_session(
    label: str,
    statements: Sequence[SpreadStatement],
    ends: Mapping[str, tuple[str | None, str | None]],
    latest: Mapping[str, str],
) -> SpreadSession:
    """Count one session.

    ``ends`` are the sessions at which a country says it first and last, ``latest`` its last that was read.
    """
    countries = dict.fromkeys(each.country for each in statements)
    return SpreadSession(
        **_count(statements),
        session=label,
        year=next((each.year for each in statements if each.year), None),
        newly=tuple(country for country in countries if ends[country][0] == label),
        lastly=tuple(country for country in countries if ends[country][1] == label != latest[country]),
    )


def _count_country(code: str, statements: Sequence[SpreadStatement]) -> SpreadCountry:
    said = [each.session for each in statements if each.times]
    return SpreadCountry(
        **_count(statements),
        country=code,
        name=country_name(code),
        first=said[0] if said else None,
        last=said[-1] if said else None,
    )


def _count(statements: Sequence[SpreadStatement]) -> dict[str, Any]:
    return {
        "statements": len(statements),
        "said": sum(each.times > 0 for each in statements),
        "loosely": sum(bool(each.sayings) and not each.times for each in statements),
        "times": sum(each.times for each in statements),
    }
