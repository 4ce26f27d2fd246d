"""How sure a claim about a topic is: fitted probabilities, as shipped in ``certainty.toml``."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from math import exp, log, log1p
from operator import mul
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.topics.vocabulary.load import Digested, digested
from tracker.inputs.compiled import read_packaged
from tracker.model.languages import list_with
from tracker.model.topics import MOVES, STATUSES
from tracker.text.identity import digest_text
from tracker.text.word_tables import read_by_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.model.topics import Status, Topic, Vocabulary


SENTENCE_FEATURES: Final = {
    "declared": "named as a priority",
    "committed": "acted on",
    "demanded": "called for",
    "main": "what the sentence is about",
    "hint": "named by a word of wider use",
    "names": "one of a list of names",
    "repeated": "how often it is named here",
    "long_term": "named by several words",
    "acts": "the speaker acts, calls, welcomes or condemns",
    "stance": "words that take a stance",
    "length": "length of the sentence",
    "topics": "number of topics here",
    "position": "how late in the sentence",
    "place": "how late in the text",
    "near": "named in sentences near it",
    "own": "a paragraph on it alone",
    "bound": "how long the next sentences go on about it",
    "drift": "how long they go on without a tie to it",
    "situation": "a country or conflict",
    "only": "the only topic here",
    "first": "the first topic here",
    "share": "share of its paragraph",
    "acted": "an act comes before it",
    "gap": "words between act and topic",
    "pmi": "words often found with it",
    "pmi_before": "such words in the sentence before",
    "pmi_after": "such words in the sentence after",
}
"""Of a sentence that names the topic, each in words: what it does with it, by what words, and where it is;
how the sentences around it go on, and how far before the topic the last cue of an act ends; how far its
words, and those of its neighbours, often stand beside the topic (pointwise mutual information)."""

TOPIC_FEATURES: Final = (
    *("terms", "sentences", "words", "narrower", "broader", "likeness", "close"),
    *("pmi_most", "pmi_mean"),
)
"""Of the topic in the whole text: terms that name it, sentences, the text's length, narrower and broader
topics, and, where no sentence names it, how similar the most similar one is, and its highest associations."""
_MEASURED: Final = frozenset[str](list_with("certainty"))
"""The languages of the texts that the probabilities were measured on."""
_DIGITS: Final = 16
_ALMOST: Final = 0.002
"""No probability is taken for nearer to 0 or 1 than this."""
_RANKS_OF: Final[Mapping[Status, tuple[tuple[int, int], ...]]] = {
    MOVES[0]: ((1, 1), (2, 2)),
    MOVES[1]: ((0, 1), (0, 2), (1, 2)),
    MOVES[-1]: ((1, 0), (2, 0), (2, 1)),
}
"""The levels on both sides of what both texts name."""
_CLEARLY: Final = 1.5
"""By how much a status must be likelier than the one that rules give, to be told in its place."""
_REASONS: Final = 4
"""Parts of a sentence's score that an explanation names, the heaviest first."""


class TopicEvidence(NamedTuple):
    """The features of each sentence that names a topic, with its words, and of the topic in the whole."""

    sentences: tuple[tuple[float, ...], ...]
    topic: tuple[float, ...]
    words: tuple[frozenset[str], ...] = ()
    """The stems of each sentence, and of those close to the topic's terms: ``before war``, ``after war``."""
    name: str = ""
    """The topic's id, if it is one of those measured: some are easily overlooked, some seldom named without a
    claim."""
    places: tuple[int, ...] = ()
    """The segments that the sentences are."""
    terms: tuple[frozenset[str], ...] = ()
    """The terms by which each sentence names the topic, as ``name_term`` writes them, if it was measured."""


def name_term(topic: str, stems: Iterable[str]) -> str:
    """Return by what name a term of a topic has a weight: ``good-governance: best practice``."""
    return f"{topic}: {' '.join(stems)}"


class WeighedSentence(NamedTuple):
    """How likely one sentence by itself shows what is asked, and what weighs most in it, in log-odds."""

    segment: int
    probability: float
    reasons: tuple[tuple[str, float], ...]


class AnySentence(NamedTuple):
    """The probability that one sentence at least, or something unseen, shows what is asked (noisy or).

    Each sentence has a probability of its own, from its features, its words, its terms and the topic's
    features, as has the rest of the text from the topic's alone.
    """

    constant: float
    sentence: tuple[float, ...]
    topic: tuple[float, ...]
    words: Mapping[str, float]
    """What a word of the sentence says, by its stem, and by where it is close to the topic."""
    terms: Mapping[str, float]
    """What a term says by which the sentence names the topic: one of wide use less than others."""
    topics: Mapping[str, float]
    unseen_constant: float
    unseen: tuple[float, ...]
    unseen_topics: Mapping[str, float]

    def probability(self, evidence: TopicEvidence) -> float:
        """Return the probability, with four decimals."""
        scores = self._score(evidence)
        unseen = self.unseen_constant + _dot(self.unseen, evidence.topic)
        scores.append(unseen + self.unseen_topics.get(evidence.name, 0.0))
        return round(1 - exp(-sum(map(_softplus, scores))), 4)

    def _score(self, evidence: TopicEvidence) -> list[float]:
        whole = self.constant + _dot(self.topic, evidence.topic) + self.topics.get(evidence.name, 0.0)
        scores = [whole + _dot(self.sentence, row) for row in evidence.sentences]
        for table, rows in ((self.words, evidence.words), (self.terms, evidence.terms)):
            for place, used in enumerate(rows):
                scores[place] += sum(map(table.__getitem__, sorted(filter(table.__contains__, used))))
        return scores

    def score_sentences(self, evidence: TopicEvidence) -> dict[int, float]:
        """Return by segment the log-odds that the sentence by itself shows what is asked."""
        return dict(zip(evidence.places, self._score(evidence), strict=True))

    def choose_likeliest(self, evidence: TopicEvidence, among: Collection[int]) -> int | None:
        """Return which of some segments most likely shows what is asked; None where none is weighed."""
        scores = self.score_sentences(evidence)
        return max((place for place in among if place in scores), key=scores.__getitem__, default=None)

    def weigh_sentences(self, evidence: TopicEvidence) -> tuple[WeighedSentence, ...]:
        """Return each sentence with its own probability and what weighs in it, the likeliest first."""
        weighed = []
        for at, score in enumerate(self._score(evidence)):
            weights = map(mul, self.sentence, evidence.sentences[at])
            row = zip(SENTENCE_FEATURES.values(), weights, strict=True)
            words = sorted(evidence.words[at] & self.words.keys())
            terms = sorted(evidence.terms[at] & self.terms.keys()) if evidence.terms else ()
            parts = [
                *row,
                *((_describe_stem(word), self.words[word]) for word in words),
                *((_describe_term(term), self.terms[term]) for term in terms),
            ]
            heaviest = sorted(parts, key=lambda part: (-abs(part[1]), part[0]))[:_REASONS]
            likely = round(1 / (1 + exp(-score)), 4)
            weighed.append(WeighedSentence(evidence.places[at], likely, tuple(heaviest)))
        return tuple(sorted(weighed, key=lambda each: (-each.probability, each.segment)))


def _describe_stem(word: str) -> str:
    """Return the stem of a word in quotes, with where it stands if it is close to the topic."""
    where, _, stem = word.rpartition(" ")
    return f"“{stem}” close {where} it" if where else f"“{stem}”"


def _describe_term(term: str) -> str:
    """Return the stems of a term in quotes, with what they do here."""
    return f"“{term.partition(': ')[2]}” names it"


class Likelihood(NamedTuple):
    """What a careful reader of a text would call a topic: a priority, there at all, or a declared one."""

    priority: float
    presence: float
    declared: float = 0.0

    @property
    def levels(self) -> tuple[float, float, float, float]:
        """The probabilities that it is absent, mentioned or acknowledged, substantive, and declared."""
        return (
            1 - self.presence,
            self.presence - self.priority,
            self.priority - self.declared,
            self.declared,
        )


class FamilyWeights(NamedTuple):
    """How a status that two texts' likelihoods give is weighed (logistic)."""

    constant: float
    chance: float
    unnamed: float


class CertaintyWeights(NamedTuple):
    """What was fitted: the level of a topic in a text, and whether a status holds."""

    priority: AnySentence
    presence: AnySentence
    declared: AnySentence
    families: Mapping[str, FamilyWeights]
    claimed: Mapping[Status, Mapping[str, float]]
    """By status, and by how many of the claims are to be true, such as ``0.9``, the certainty from which they
    are made."""
    perhaps: float
    """The certainty from which a mere mention is looked at as new, or not repeated."""
    lead: float
    """The certainty from which a claim may stand in the lead."""

    def estimate(self, evidence: TopicEvidence) -> Likelihood:
        """Return the probabilities of what a careful reader finds."""
        priority = self.priority.probability(evidence)
        declared = min(priority, self.declared.probability(evidence))
        return Likelihood(priority, max(priority, self.presence.probability(evidence)), declared)

    def rate(
        self, status: Status, old: Likelihood, new: Likelihood, *, unnamed: bool = False, same: float = 0.0
    ) -> float:
        """Return how sure a status is: the share of careful readers who give it, those who allow it by half.

        Of more, kept and less it is how sure the levels are, not how the share moved. ``unnamed`` tells
        whether no sentence of the text that lacks the topic names it, ``same`` what share of the sentences
        about it both texts have: of those a reader says the same twice.
        """
        family = self.families[STATUSES[status].family]
        chance = min(max(find_chance(status, old, new, same), _ALMOST), 1 - _ALMOST)
        score = family.constant + family.chance * log(chance / (1 - chance)) + family.unnamed * unnamed
        return round(1 / (1 + exp(-score)), 4)

    def find_threshold(self, status: Status, sure: float) -> float:
        """Return the certainty from which a status is claimed, where so many of the claims are to be true."""
        return self.claimed[STATUSES[status].claimed_as][f"{sure:.1f}"]


def find_threshold(status: Status, sure: float) -> float:
    """Return what ``CertaintyWeights.find_threshold`` does of the shipped weights."""
    return load_certainty().find_threshold(status, sure)


def find_chance(status: Status, old: Likelihood, new: Likelihood, same: float = 0.0) -> float:
    """Return how likely two texts give a status; of what is the ``same`` in both the level is."""
    return (1 - same) * _find_apart(status, old, new) + same * (STATUSES[status].family == "kept")


def _find_apart(status: Status, old: Likelihood, new: Likelihood) -> float:
    """Return how likely two texts that are read on their own give a status."""
    entry = STATUSES[status]
    before, after = (new, old) if entry.gains < 0 else (old, new)
    absent, mentioned, substantive, declared = before.levels
    if entry.family == "absent":
        return absent * after.priority
    if entry.family == "moved":
        return mentioned * after.priority + substantive * after.declared
    return substantive * after.levels[2] + declared * after.declared


def choose_ranks(status: Status, old: Likelihood, new: Likelihood, same: float) -> tuple[int, int] | None:
    """Return the likeliest levels of a topic that both texts name: 0 in passing, 1 substantive, 2 declared.

    None where neither *kept*, *moved up* nor *moved down* is clearly likelier than the ``status`` given.
    """
    likeliest = max(_RANKS_OF, key=lambda each: find_chance(each, old, new, same))
    chances = (find_chance(each, old, new, same) for each in (likeliest, status))
    if next(chances) <= _CLEARLY * next(chances):
        return None
    before, after = old.levels[1:], new.levels[1:]
    return max(_RANKS_OF[likeliest], key=lambda pair: before[pair[0]] * after[pair[1]])


def find_measured(vocabulary: Vocabulary, language: str) -> frozenset[str]:
    """Return the topics whose certainties were measured: in English, those that are named as they were then.

    Of others, such as one that was added or given another term since, and those of a user's own vocabulary,
    the same weights give approximate certainties; what was learned of single topics is left out.
    """
    if language not in _MEASURED or vocabulary.model or vocabulary.overlap:
        return frozenset()
    return _find_measured(digested(vocabulary))


@lru_cache(maxsize=4)
def _find_measured(key: Digested) -> frozenset[str]:
    measured = read_packaged(__package__, "measured.toml")
    return frozenset(each.id for each in key.topics if measured.get(each.id) == digest_words(each))


def digest_words(topic: Topic) -> str:
    """Return how the digest of the words begins by which a topic is named in English."""
    words = (topic.terms, topic.near_misses, topic.hints)
    rows = [table.get(language) for table in words for language in (*sorted(_MEASURED), "und")]
    return digest_text(json.dumps([topic.kind, *rows], ensure_ascii=False))[:_DIGITS]


def explain_unmeasured(vocabulary: Vocabulary, languages: Collection[str]) -> str | None:
    """Say why certainties are approximate, of some topics or of all; None where they were measured."""
    reasons, measured = [], len(find_measured(vocabulary, min(_MEASURED)))
    if not measured:
        reasons.append("with the topics of the shipped vocabulary, not with these")
    elif measured < len(vocabulary.topics):
        reasons.append(
            "with the words by which the shipped vocabulary names topics, and other words name some of these"
        )
    if others := sorted(set(languages) - _MEASURED):
        reasons.append(f"on texts in {' and '.join(sorted(_MEASURED))}, not in {' or '.join(others)}")
    return f"how sure such findings are was measured {', and '.join(reasons)}" if reasons else None


@cache
def load_certainty() -> CertaintyWeights:
    """Return the shipped weights."""
    return read_weights(read_packaged(__package__, "certainty.toml"))


def read_weights(table: Mapping[str, Any]) -> CertaintyWeights:
    """Return the weights that a file holds; the names in its tables are checked."""
    priority, presence, declared = (_read(table[kind]) for kind in ("priority", "presence", "declared"))
    fitted = STATUSES.values()
    families: Mapping[str, FamilyWeights] = {
        name: FamilyWeights(**table["status"][name]) for name in sorted({each.family for each in fitted})
    }
    claimed = {name: table["claimed"][name] for name in sorted({each.claimed_as for each in fitted})}
    perhaps, lead = table["perhaps"], table["lead"]
    return CertaintyWeights(
        priority=priority,
        presence=presence,
        declared=declared,
        families=families,
        claimed=claimed,
        perhaps=perhaps,
        lead=lead,
    )


def _read(part: Mapping[str, Mapping[str, float]]) -> AnySentence:
    constant, *sentence = read_by_name(part["sentence"], ("constant", *SENTENCE_FEATURES))
    unseen_constant, *unseen = read_by_name(part["unseen"], ("constant", *TOPIC_FEATURES))
    return AnySentence(
        constant=constant,
        sentence=tuple(sentence),
        topic=read_by_name(part["topic"], TOPIC_FEATURES),
        words=part["words"],
        terms=part["terms"],
        topics=part["topics"],
        unseen_constant=unseen_constant,
        unseen=tuple(unseen),
        unseen_topics=part["unseen_topics"],
    )


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(map(mul, weights, features), start=0.0)


def _softplus(score: float) -> float:
    """Return minus the logarithm of the probability that it does not hold."""
    return max(0.0, score) + log1p(exp(-abs(score)))
