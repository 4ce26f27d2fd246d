"""Words and phrases that one text, or part of a series, uses more than another: what no topic may cover.

Log-odds with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words" (2008).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.model.phrases import PAIR, Bar, PhraseChange
from tracker.topics.mentions import find_apart
from tracker.topics.phrases.phrasing import Namer, find_phrases, separates_words, stem_phrase
from tracker.topics.phrases.prior import load_prior
from tracker.topics.vocabulary.stems import read_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.model.phrases import PhraseStatus
    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary
    from tracker.topics.phrases.phrasing import Stems
    from tracker.topics.phrases.prior import Prior


_MOSTLY: Final = 0.6
"""The share of a phrase's uses that lie inside a longer one, from which the longer one speaks for both."""

_LOOKED_AT: Final = 20
"""Uses of a phrase that tell which topic names it."""


class PhrasePlace(NamedTuple):
    """Where a phrase is used: which text, which segment, and offsets into that segment."""

    text: int
    segment: int
    start: int
    end: int


class Uses(NamedTuple):
    """The phrases of some texts, and how many words those have, titles and ceremony left out."""

    words: int
    places: Mapping[Stems, Sequence[PhrasePlace]]

    @property
    def counts(self) -> dict[Stems, int]:
        """How often each phrase is used."""
        return {key: len(places) for key, places in self.places.items()}


def compare_phrases(
    old: Version, new: Version, vocabulary: Vocabulary, own_names: Collection[str] = ()
) -> tuple[PhraseChange, ...]:
    """Return what either text uses far more, emerging before vanished, the highest score first.

    A phrase counts from two uses and a score of 1.96; of phrases inside one another one is given. Those that
    a topic of the vocabulary names are marked. The own names of who speaks, forms of address and the house
    style of the United Nations are no phrases. Between languages, and in Chinese, which does not separate
    words, there is none. ``text`` is 0 for the old one, 1 for the new.
    """
    if old.language != new.language:
        return ()
    before, after = read_uses({0: old}, own_names), read_uses({1: new}, own_names)
    return compare_uses(before, after, (old, new), vocabulary, PAIR)


def compare_uses(
    before: Uses, after: Uses, texts: Sequence[Version], vocabulary: Vocabulary, bar: Bar
) -> tuple[PhraseChange, ...]:
    """Return what ``compare_phrases`` would of two parts of the same texts."""
    if not before.words or not after.words:
        return ()
    scores = score_uses(before, after, load_prior(texts[0].language))
    sides: tuple[tuple[PhraseStatus, Uses, int], ...] = (("emerging", after, 1), ("vanished", before, -1))
    namer = Namer(texts, vocabulary)
    return tuple(
        _change(key, status, scores[key], before, after, texts, namer)
        for status, uses, sign in sides
        for key in _choose({key: sign * score for key, score in scores.items()}, uses.counts, bar)
    )


def name_prior(language: str) -> str:
    """Return the name of the prior of a language, with its digest; ``none`` where there are no phrases."""
    if not separates_words(language):
        return "none"
    prior = load_prior(language)
    return f"{prior.name} {prior.digest}".strip()


def read_uses(texts: Mapping[int, Version], own_names: Collection[str] = ()) -> Uses:
    """Return the phrases of texts of one language, each under its number, and where they are."""
    words, places = 0, dict[tuple[str, ...], list[PhrasePlace]]()
    for number, version in texts.items():
        language = version.language
        if not separates_words(language):
            continue
        own = frozenset(key for name in own_names if (key := stem_phrase(name, language)))
        apart = find_apart(version)
        for segment in version.segments:
            if segment.ordinal not in apart:
                found = read_sentence(segment.text, language)
                words += len(found)
                for use in find_phrases(segment.text, found, language, own):
                    place = PhrasePlace(number, segment.ordinal, use.start, use.end)
                    places.setdefault(use.key, []).append(place)
    return Uses(words, places)


def drop_rare(parts: Sequence[Uses], bar: Bar) -> tuple[Uses, ...]:
    """Return the uses of several texts without the phrases that no part of them can use often enough."""
    total = Counter[tuple[str, ...]]()
    for part in parts:
        total.update(part.counts)
    return tuple(
        Uses(part.words, {key: found for key, found in part.places.items() if total[key] >= bar.uses})
        for part in parts
    )


def join_uses(parts: Iterable[Uses]) -> Uses:
    """Return the uses of several texts as those of one."""
    joined: dict[Stems, list[PhrasePlace]] = defaultdict(list)
    listed = tuple(parts)
    for part in listed:
        for key, found in part.places.items():
            joined[key].extend(found)
    return Uses(sum(part.words for part in listed), joined)


def score_uses(old: Uses, new: Uses, prior: Prior) -> dict[Stems, float]:
    """Return, for each phrase used twice on a side, the log-odds ratio over its standard error."""
    often = {key for side in (old, new) for key, count in side.counts.items() if count >= PAIR.uses}
    scores = {}
    for key in sorted(often):
        # Equations 16, 20 and 22 of Monroe and others: uses and words of both sides, each with the prior's.
        uses = [len(side.places.get(key, ())) for side in (old, new)]
        expected = prior.expect(key, sum(uses), old.words + new.words)
        before, after = (count + expected for count in uses)
        ratio = _logit(after, new.words + prior.total) - _logit(before, old.words + prior.total)
        scores[key] = round(ratio / sqrt(1 / before + 1 / after), 4)
    return scores


def _logit(uses: float, words: float) -> float:
    # A text of a few words that are all one phrase leaves nothing to divide by.
    return log(uses / max(words - uses, 1.0))


def _choose(scores: Mapping[Stems, float], counts: Mapping[Stems, int], bar: Bar) -> Iterator[Stems]:
    """Yield the phrases that pass, highest score first, one for those inside one another."""
    passing = {
        key: score for key, score in scores.items() if score >= bar.score and counts.get(key, 0) >= bar.uses
    }
    swallowed = {
        part
        for key in passing
        for part in _parts(key)
        if part in passing and counts[key] >= _MOSTLY * counts[part]
    }
    taken: set[Stems] = set()
    inside: set[Stems] = set()
    for key in sorted(passing.keys() - swallowed, key=lambda key: (-passing[key], key)):
        parts = {key, *_parts(key)}
        if key not in inside and taken.isdisjoint(parts):
            taken.add(key)
            inside |= parts
            yield key


def _parts(key: Stems) -> Iterator[Stems]:
    for length in range(1, len(key)):
        for at in range(len(key) - length + 1):
            yield key[at : at + length]


def _change(
    key: Stems,
    status: PhraseStatus,
    score: float,
    before: Uses,
    after: Uses,
    texts: Sequence[Version],
    namer: Namer,
) -> PhraseChange:
    places = (after if status == "emerging" else before).places[key]
    # What vanished is shown where it was said last.
    shown = places[0] if status == "emerging" else next(p for p in places if p.text == places[-1].text)
    # The commonest way of writing it; of equals, the one in small letters.
    written = Counter(" ".join(_quote(place, texts).split()) for place in places)
    phrase = min(written, key=lambda text: (-written[text], [char.isupper() for char in text], text))
    return PhraseChange(
        phrase=phrase,
        status=status,
        old=len(before.places.get(key, ())),
        new=len(after.places.get(key, ())),
        score=score,
        topic=namer.find_topic(places[-_LOOKED_AT:]),
        segment=shown.segment,
        text=shown.text,
    )


def _quote(place: PhrasePlace, texts: Sequence[Version]) -> str:
    return texts[place.text].segments[place.segment].text[place.start : place.end]
