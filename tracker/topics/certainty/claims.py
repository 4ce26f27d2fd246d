"""How sure a claim about a topic is: fitted probabilities, as shipped in ``certainty.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, log, log1p
from operator import mul
from typing import TYPE_CHECKING, Final

from tracker.inputs.tables import read_packaged
from tracker.text.tables import read_by_name
from tracker.topics.certainty.evidence import SENTENCE_FEATURES, TOPIC_FEATURES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.model.topics import Vocabulary
    from tracker.topics.certainty.evidence import TopicEvidence

_LANGUAGE: Final = "en"
"""The language of the texts that the probabilities were fitted on; of others they say nothing."""

_ALMOST: Final = 0.002
"""No probability is taken for nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True)
class AnySentence:
    """The probability that one sentence at least, or something unseen, shows what is asked (noisy or).

    Each sentence has a probability of its own, from its features, its words and the topic's features, as has
    the rest of the text from the topic's alone.
    """

    constant: float
    sentence: tuple[float, ...]
    topic: tuple[float, ...]
    words: Mapping[str, float]
    """What a word of the sentence says, by its stem, and by where it is close to the topic."""
    topics: Mapping[str, float]
    unseen_constant: float
    unseen: tuple[float, ...]
    unseen_topics: Mapping[str, float]

    def probability(self, evidence: TopicEvidence) -> float:
        """Return the probability, with four decimals."""
        whole = self.constant + _dot(self.topic, evidence.topic) + self.topics.get(evidence.name, 0.0)
        scores = [whole + _dot(self.sentence, row) for row in evidence.sentences]
        for place, used in enumerate(evidence.words):
            scores[place] += sum(self.words[word] for word in sorted(used & self.words.keys()))
        unseen = self.unseen_constant + _dot(self.unseen, evidence.topic)
        scores.append(unseen + self.unseen_topics.get(evidence.name, 0.0))
        return round(1 - exp(-sum(map(_softplus, scores))), 4)


@dataclass(frozen=True, slots=True)
class CertaintyWeights:
    """What was fitted: whether a topic is a priority, whether it is there at all, whether a status holds."""

    priority: AnySentence
    presence: AnySentence
    constant: float
    both: float
    unnamed: float
    vocabulary: str
    """The digest of the vocabulary that they were fitted with; of another's topics they say nothing."""
    claimed: float
    """The certainty from which new and not repeated are claimed."""
    moved: float
    """The certainty from which promoted and demoted are claimed."""
    perhaps: float
    """The certainty from which a mere mention is reported as perhaps new, or perhaps not repeated."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What a careful reader of a text would call a topic: a priority, or there at all."""

    priority: float
    presence: float


def explain_unfitted(vocabulary: Vocabulary, languages: Collection[str]) -> str | None:
    """Say why nothing is known of how sure claims are; None where the probabilities were fitted for them."""
    reasons = []
    if vocabulary.digest != load_certainty().vocabulary:
        reasons.append("with the shipped vocabulary, which this one is not")
    if others := sorted(set(languages) - {_LANGUAGE}):
        reasons.append(f"on texts in {_LANGUAGE}, not in {' or '.join(others)}")
    return f"how sure such findings are was fitted {', and '.join(reasons)}" if reasons else None


def estimate_likelihood(evidence: TopicEvidence) -> Likelihood:
    """Return the probabilities that a careful reader finds the topic a priority, and that she finds it."""
    weights = load_certainty()
    priority = weights.priority.probability(evidence)
    return Likelihood(priority, max(priority, weights.presence.probability(evidence)))


def status_certainty(there: Likelihood, elsewhere: Likelihood, *, unnamed: bool) -> float:
    """Return the probability that a topic is a priority in one text and absent from the other.

    ``unnamed`` tells whether no sentence of the other text names it.
    """
    weights = load_certainty()
    both = min(max(there.priority * (1 - elsewhere.presence), _ALMOST), 1 - _ALMOST)
    score = weights.constant + weights.both * log(both / (1 - both)) + weights.unnamed * unnamed
    return round(1 / (1 + exp(-score)), 4)


def move_certainty(more: Likelihood, less: Likelihood) -> float:
    """Return the probability that a topic is a priority in one text, and no more than there in the other."""
    return round(more.priority * (less.presence - less.priority), 4)


@cache
def load_certainty() -> CertaintyWeights:
    """Return the shipped weights."""
    table = read_packaged(__package__, "certainty.toml")
    priority, presence = _read(table.pop("priority")), _read(table.pop("presence"))
    return CertaintyWeights(priority, presence, **table.pop("status"), **table)


def _read(part: Mapping[str, Mapping[str, float]]) -> AnySentence:
    constant, *sentence = read_by_name(part["sentence"], ("constant", *SENTENCE_FEATURES))
    unseen_constant, *unseen = read_by_name(part["unseen"], ("constant", *TOPIC_FEATURES))
    return AnySentence(
        constant,
        tuple(sentence),
        read_by_name(part["topic"], TOPIC_FEATURES),
        part["words"],
        part["topics"],
        unseen_constant,
        tuple(unseen),
        part["unseen_topics"],
    )


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(map(mul, weights, features), start=0.0)


def _softplus(score: float) -> float:
    """Return minus the logarithm of the probability that it does not hold."""
    return max(0.0, score) + log1p(exp(-abs(score)))
