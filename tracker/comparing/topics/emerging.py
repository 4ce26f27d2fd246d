"""Words and phrases that one text, or part of a series, uses more than another: what no topic may cover.

Log-odds with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words" (2008).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache, partial
from hashlib import sha256
from itertools import accumulate
from math import log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.topics.phrasing import Uses, read_uses, separates_words
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.inputs.compiled import read_compiled
from tracker.model.languages import has
from tracker.model.phrases import PAIR, Bar, PhraseChange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.comparing.topics.phrasing import PhrasePlace, Stems
    from tracker.model.phrases import PhraseStatus
    from tracker.model.texts import Version
    from tracker.model.topics import Mention, Vocabulary


_MOSTLY: Final = 0.6
"""The share of a phrase's uses that lie inside a longer one, from which the longer one speaks for both."""
_LOOKED_AT: Final = 20
"""Uses of a phrase that tell which topic names it."""


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
    namer = _Namer(texts, vocabulary)
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


CORPUS: Final = 5000.0
"""Words that the counts are worth beside those of the texts compared, about two statements."""

WEIGHT: Final = 2000.0
"""Words that the prior is worth in the end, about one statement."""

LEAST: Final = 0.5
"""What a phrase rarer than once in 4,000 words is given: Jeffreys' prior."""


class Prior(NamedTuple):
    """Uses of words and phrases among so many words; without any it is flat."""

    name: str
    digest: str
    words: int
    uses: Mapping[str, int]
    """By their stems, joined: 25,000 tuples take three times as long to read."""

    def expect(self, key: Stems, uses: int, words: int) -> float:
        """Return the uses that a phrase is given on either side before the two are compared.

        ``uses`` among ``words`` are those of both sides: as in Monroe and others, the texts compared are a
        part of the speeches at large, or a series that likes a word less than others would seem to take to
        it in every short text.
        """
        if not self.words:
            return LEAST
        known = CORPUS * self.uses.get(" ".join(key), 0) / self.words
        return max(WEIGHT * (known + uses) / (CORPUS + words), LEAST)

    @property
    def total(self) -> float:
        """All the uses it gives; those of phrases that are flat are few beside a text's words."""
        return WEIGHT if self.words else 0.0


FLAT: Final = Prior("flat", "", 0, {})
"""The same for every phrase: what languages have that no speeches were counted in."""


@cache
def load_prior(language: str) -> Prior:
    """Return the prior of a language, the flat one where none ships.

    The file holds a line of words and name, then a line for each phrase: its uses, a tab, its stems.
    """
    if not has(language, "prior"):
        return FLAT
    place = Path(__file__).with_name(f"prior.{language}.tsv.gz")
    return Prior(*read_compiled(place, [place, Path(__file__)], partial(_read, place)))


def _read(file: Path) -> list[Any]:
    import gzip  # noqa: PLC0415 (2 ms, where the list is not as it was installed)

    data = file.read_bytes()
    head, *rows = gzip.decompress(data).decode("utf-8").splitlines()
    words, _, name = head.partition("\t")
    uses = (row.split("\t") for row in rows)
    return [name, sha256(data).hexdigest(), int(words), {stems: int(count) for count, stems in uses}]


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
    namer: _Namer,
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


class _Namer:
    """Tells which topics name a phrase; a sentence is read once, however many phrases it has."""

    def __init__(self, texts: Sequence[Version], vocabulary: Vocabulary) -> None:
        self._texts = texts
        self._vocabulary = vocabulary
        self._read: dict[tuple[int, int], tuple[Sequence[Mention], list[int], list[int]]] = {}

    def find_topic(self, places: Sequence[PhrasePlace]) -> str | None:
        """Return the topic that names a phrase, or a part of it, in most of its uses."""
        named = Counter(topic for place in places for topic in self._find_topics(place))
        topic, most = max(named.items(), key=lambda row: (row[1], row[0]), default=("", 0))
        return topic if 2 * most > len(places) else None

    def _find_topics(self, place: PhrasePlace) -> frozenset[str]:
        mentions, starts, ends = self._find_mentions(place)
        near = slice(bisect_right(ends, place.start), bisect_left(starts, place.end))
        return frozenset(mention.topic for mention in mentions[near] if mention.end > place.start)

    def _find_mentions(self, place: PhrasePlace) -> tuple[Sequence[Mention], list[int], list[int]]:
        """Return the mentions in a phrase's sentence, where each starts, and how far they reach up to it."""
        at = place.text, place.segment
        if at not in self._read:
            version = self._texts[place.text]
            sentence = version.segments[place.segment].text
            (mentions,) = match_topics([sentence], self._vocabulary, language=version.language)
            ends = [*accumulate((mention.end for mention in mentions), max)]
            self._read[at] = mentions, [mention.start for mention in mentions], ends
        return self._read[at]
