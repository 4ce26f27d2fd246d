"""Whether a first capture reads like a statement: a fitted score, for kinds of pages that no rule names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import log1p, sqrt
from operator import mul
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.genre import SEARCHED, without_quotes
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import count_words
from tracker.capture.admit.third_person import count_acts, pledges
from tracker.inputs.compiled import read_packaged
from tracker.text.encoder import DEFAULT
from tracker.text.identity import fold
from tracker.text.word_tables import read_by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.texts import TextKind, Version

SENTENCES: Final = 8
"""So many sentences, evenly spread, stand for a text: each takes two milliseconds."""
SURE: Final = 3
"""With so many different phrases of statements a text is not scored: one in sixty pages has them.

Nor is it where one name so often does what a speaker does.
"""
DECIDED: Final = "reads like no statement"
_SHORTEST: Final = 12
"""Characters of a sentence; what is shorter says little."""
_SHOWN: Final = 0.2
"""By so much at least is a score lower for what is shown."""
_LONG: Final = 400
"""Words; a longer text is not expected to have more different phrases."""
_QUESTIONS: Final = "?？؟"
_FIRST_LINES: Final = 3

FEATURES: Final = {
    "first": ("nobody speaks (we, I)", ""),
    "spoken": ("nobody is addressed or spoken for", ""),
    "statement": ("it has no phrase of statements", ""),
    "presiding": ("nobody presides", ""),
    "reader": ("", "it has words to a reader"),
    "office": ("", "it has words of offices"),
    "figures": ("", "it has figures"),
    "questions": ("", "it asks questions"),
}
"""Of a text, by name: what its lack shows and what its presence shows, where that lowers the score."""
_MEANING: Final = "its sentences are unlike those of statements"


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """The fitted weights of ``score.toml``."""

    least: float
    """What a text scores at least that is taken for a statement."""
    constant: float
    features: tuple[float, ...]
    """In the order of ``FEATURES``."""
    meaning: tuple[float, ...]
    """One for each number of a sentence's vector."""
    usual: float
    """What the sentences of statements add to the score, in the middle."""


@cache
def load_weights() -> ScoreWeights:
    """Return the packaged weights."""
    table = read_packaged(__package__, "score.toml")
    return ScoreWeights(
        least=table["least"],
        constant=table["constant"],
        features=read_by_name(table["features"], tuple(FEATURES)),
        meaning=table["meaning"],
        usual=table["usual"],
    )


def find_unlikeness(version: Version, kind: TextKind | None = None) -> tuple[str, str] | None:
    """Return the cause and what shows that a text reads like no statement; else None.

    Not scored are a text with several phrases of statements, one in a language that the rules do not know,
    and an edition whose ``kind`` is a summary, which is prose in the third person.
    """
    if version.language not in load_rules().spoken or kind == "summary":
        return None
    if (features := measure_features(version)) is None:
        return None
    weights = load_weights()
    meaning = sum(map(mul, weights.meaning, measure_meaning(version)))
    score = weights.constant + meaning + sum(map(mul, weights.features, features))
    if score >= weights.least:
        return None
    lacks = [
        (weight if value == 0 else -weight * value, absent if value == 0 else present)
        for value, weight, (absent, present) in zip(
            features, weights.features, FEATURES.values(), strict=True
        )
    ]
    lacks.append((weights.usual - meaning, _MEANING))
    why = ", ".join(said for lowered, said in lacks if lowered >= _SHOWN and said)
    return "no statement", f"{DECIDED} (score {score:.1f} under {weights.least:.1f}): {why}"


def measure_features(version: Version) -> tuple[float, ...] | None:
    """Return the features of a text, in the order of ``FEATURES``; None where it has ``SURE`` phrases.

    What is quoted counts as words alone. All are logarithms of one plus their number in a hundred words, but
    for two: the different phrases of statements are divided by the square root of the hundreds of words, and
    those of who presides are at most 3.
    """
    rules, language, own = load_rules(), version.language, without_quotes(version.text)
    folded = fold(own)
    phrases, acts = sum(phrase in folded for phrase in rules.statement), count_acts(own, language)
    low = own.lower()
    if max(phrases, acts) >= SURE or pledges(own, language) or _begins_as_speaker(low, language):
        return None
    words = max(count_words(version.text, language), 1)
    beginning = folded[:SEARCHED]

    def often(number: int, of: int = words) -> float:
        return log1p(number * 100 / of)

    searched = min(words, max(count_words(beginning, language), 1))
    figures = sum(any(map(str.isdigit, word)) for word in own.split())
    return (
        often(len(rules.first_person[language].findall(low))),
        often(len(rules.spoken[language].findall(low)) + acts),
        phrases / sqrt(min(words, _LONG) / 100),
        min(sum(word in folded for word in rules.presiding), 3),
        often(len(rules.reader[language].findall(low))),
        often(max(len(rule.words[language].findall(beginning)) for rule in rules.offices), searched),
        often(figures),
        often(sum(map(own.count, _QUESTIONS))),
    )


def _begins_as_speaker(low: str, language: str) -> bool:
    """Return whether one of the first lines addresses whoever presides: a heading may stand before it."""
    lines = [line for line in map(str.strip, low.split("\n")) if line][:_FIRST_LINES]
    return any(pattern.match(line) for line in lines for pattern in _compile_opening(language))


@cache
def _compile_opening(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, load_rules().opening[language]))


def measure_meaning(version: Version) -> Sequence[float]:
    """Return the mean vector of sentences that are spread evenly over a text: 512 numbers."""
    numbers: Sequence[float] = DEFAULT.encode(_pick_sentences(version)).mean(axis=0).tolist()
    return numbers


def _pick_sentences(version: Version) -> list[str]:
    """Return at most so many sentences as stand for a text, in their order; at least one."""
    every = [segment.text for segment in version.segments]
    texts = [text for text in every if len(text) >= _SHORTEST] or every or [version.text]
    if len(texts) <= SENTENCES:
        return texts
    return [texts[round(place * (len(texts) - 1) / (SENTENCES - 1))] for place in range(SENTENCES)]
