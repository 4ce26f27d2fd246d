"""Fit the weights by which a sentence names a codebook's topics, on all sets and without each in turn.

Run as ``python -m tests.benchmarks.fit_codebooks``; it takes ten minutes and prints what goes into
``similar.toml`` under ``both.sentence``, then the figures of each set with the weights fitted without it. The
threshold is the one that is best on the others. Pledges are coded as whole texts and fit no weight of a
sentence. The weights of a text are those that ship, fitted on which texts of all three sets have a topic:
what is left out has had its part in them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.alignment import load_scorer
from tests.benchmarks.codebooks import ENCODER, Coded, load_sets, measure
from tests.shared_data import require
from tracker.comparing.topics.vocabulary import similar
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.similar import compile_codebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.comparing.topics.vocabulary.similar import Evidence
    from tracker.model.topics import Vocabulary

    Reals = NDArray[np.float64]
    Rows = tuple[Reals, Reals, float]
    """What speaks for each topic in each unit, the codes, and how much they count."""

NAMES = ("cover", "share", "standing", "term")
THRESHOLDS = (-2.2, -1.95, -1.7, -1.45, -1.2, -0.85, -0.6)
PARTS = (6, 6, 12, 12, 25)
"""The sizes of random parts of a codebook that stand for small ones."""


def main() -> None:
    """Print the weights, and the figures on what they were not fitted on."""
    options = argparse.ArgumentParser()
    options.add_argument("--every", type=int, default=4)
    fit_all(load_sets(options.parse_args().every))


def fit_all(sets: Sequence[Coded]) -> None:
    """Print the weights fitted on all sets and without each, and what they give on it."""
    whole = [gather(each, each.vocabulary) for each in sets]
    small = [gather_parts(each) for each in sets]
    for left in (*range(len(sets)), None):
        used = [place for place, each in enumerate(sets) if place != left and not each.whole]
        rows = [(whole[place][0], gold(sets[place]), 10.0) for place in used]
        weights = fit([*rows, *(row for place in used for row in small[place])])
        scores = {
            least: [decide(sets[place], whole[place], weights, least) for place in range(len(sets))]
            for least in THRESHOLDS
        }
        judged = [place for place in range(len(sets)) if place != left]
        best = max(scores, key=lambda least: sum(sum(scores[least][place][:2]) for place in judged))
        fitted = ", ".join(
            f"{name} {weight:.2f}" for name, weight in zip((*NAMES, "bias"), weights, strict=True)
        )
        print(f"without {sets[left].name if left is not None else 'none'}: {fitted}; from {best}")
        for place in range(len(sets)) if left is None else (left,):
            print(f"  {sets[place].name}: {', '.join(f'{value:.3f}' for value in scores[best][place])}")


def gather(coded: Coded, vocabulary: Vocabulary, every: int = 1) -> tuple[Reals, list[Evidence]]:
    """Return what speaks for each topic in each unit, and the evidence of each statement."""
    book = compile_codebook(vocabulary, "en")
    terms = replace(vocabulary, recognition="terms")
    found = [
        similar.weigh_evidence(texts, match_topics(texts, terms), book, ENCODER)
        for texts in coded.texts()[::every]
    ]
    rows = [np.stack([getattr(each, name) for name in NAMES], axis=-1) for each in found]
    return np.concatenate(rows), found


def gather_parts(coded: Coded) -> list[Rows]:
    """Return evidence and codes for random parts of a codebook: most units are about none of its topics."""
    if coded.whole:
        return []
    random = np.random.default_rng(5)
    rows: list[Rows] = []
    for size in PARTS:
        chosen = sorted(random.choice(len(coded.vocabulary.topics), size, replace=False))
        topics = tuple(coded.vocabulary.topics[place] for place in chosen)
        part = replace(coded.vocabulary, topics=topics)
        rows.append((gather(coded, part, 4)[0], gold(coded, 4)[:, chosen], 3.0))
    return rows


def gold(coded: Coded, every: int = 1) -> Reals:
    """Return the codes of the units, a column a topic."""
    places = {topic.id: place for place, topic in enumerate(coded.vocabulary.topics)}
    units = [unit for line in coded.lines[::every] for unit in line["units"]]
    codes = np.zeros((len(units), len(places)))
    for row, unit in enumerate(units):
        codes[row, [places[code] for code in unit["codes"]]] = 1
    return codes


def fit(every: Sequence[Rows]) -> Reals:
    """Return weights and bias of the logistic regression in which each set's codes weigh the same."""
    features = np.concatenate([rows.reshape(-1, len(NAMES)) for rows, _, _ in every])
    features = np.c_[features, np.ones(len(features))]
    labels = np.concatenate([codes.ravel() for _, codes, _ in every])
    trust = np.concatenate([np.full(codes.size, 100 * much / codes.sum()) for _, codes, much in every])
    weights = np.zeros(features.shape[1])
    for _ in range(12):
        chances = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (trust * (labels - chances)) - 0.1 * weights
        bend = (features * (trust * chances * (1 - chances))[:, None]).T @ features + 0.1 * np.eye(
            len(weights)
        )
        weights += np.clip(np.linalg.solve(bend, slope), -3, 3)
    return weights


def decide(
    coded: Coded, gathered: tuple[Reals, list[Evidence]], weights: Reals, least: float
) -> tuple[float, ...]:
    """Return the three figures with some weights of a sentence, those of a text being as they ship."""
    topics, found, start = np.array([topic.id for topic in coded.vocabulary.topics]), [], 0
    for evidence in gathered[1]:
        rows = gathered[0][start : start + len(evidence.cover)]
        start += len(rows)
        named = (rows @ weights[:-1] + weights[-1] >= least) & similar.admit(evidence)
        found.append([list(topics[row]) for row in named])
    return tuple(load_scorer(require("priorities/score.py")).figures(measure(coded, found))[:3])


if __name__ == "__main__":
    main()
