"""Fit how sure a sentence is news inside a topic that stays, and print the figures and the weights.

Run as ``python -m tests.benchmarks.fit_inside`` in the root of the repository, with the shared data beside
it; what it prints below the figures is ``[certainty]`` of ``inside.toml``. The sheet ``inside_news.csv`` has
what a strict reader said of each sentence (``judged_inside``, beside this). It is a logistic regression
with a ridge on features by their spread, by L-BFGS. Figures are cross-validated: the sentences of a country
are left out together, and found are those of the sheet that are news.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize

from tests.benchmarks.judged_inside import list_pair, read_answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FEATURES: Final = (
    "promises",
    "figure",
    "unsaid",
    "said",
    "closest",
    "between",
    "others",
    "larger",
    "capitals",
    "ideals",
    "late",
    "question",
)
FOLDS, DRAWS = 10, 5
"""Parts that countries are dealt out to, and how often they are dealt."""
_RIDGE = 5.0
_BARS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
_BANDS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)


def main() -> None:
    """Print how true claims are by bar and by certainty, each as a comment, and the weights."""
    countries, features, answers = read_rows()
    chances = cross_validate(countries, features, answers)
    for line in describe(chances, answers):
        print(f"# {line}")
    bias, *weights = fit(features, answers)
    print(f"\n[certainty]\nbias = {round(bias, 2)}")
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f"{name} = {round(weight, 2)}")


def read_rows() -> tuple[list[str], Array, Array]:
    """Return of each sentence of the sheet its country, its features, and whether it is news."""
    answers = read_answers()
    pairs = dict.fromkeys((country, int(old), int(new)) for country, old, new, *_ in answers)
    drawn = [each for pair in pairs for rows in list_pair(pair).values() for each in rows]
    judged = [each for each in drawn if each.key in answers]
    features = [[each.candidate.features.get(name, 0.0) for name in FEATURES] for each in judged]
    return (
        [each.country for each in judged],
        np.array(features),
        np.array([answers[each.key] == "new" for each in judged], dtype=float),
    )


def cross_validate(countries: Sequence[str], features: Array, answers: Array) -> Array:
    """Return the chance of each sentence by weights that were fitted without its country."""
    chances = np.zeros(len(answers))
    for draw in range(DRAWS):
        order = sorted(set(countries))
        random.Random(draw).shuffle(order)  # noqa: S311 (a sample, no secret)
        fold = np.array([order.index(country) % FOLDS for country in countries])
        for part in range(FOLDS):
            bias, *weights = fit(features[fold != part], answers[fold != part])
            chances[fold == part] += _chance(features[fold == part] @ np.array(weights) + bias) / DRAWS
    return chances


def fit(features: Array, answers: Array) -> Array:
    """Return the bias and the weights, in log-odds."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = np.hstack([np.ones((len(answers), 1)), (features - mean) / spread])
    ridge = np.array([0.0, *[_RIDGE] * len(FEATURES)])

    def cost(weights: Array) -> tuple[float, Array]:
        odds = scaled @ weights
        loss = (np.logaddexp(0, odds) - answers * odds).sum() + (ridge * weights**2).sum() / 2
        return float(loss), scaled.T @ (_chance(odds) - answers) + ridge * weights

    found = minimize(cost, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found[1:] / spread
    return np.array([found[0] - weights @ mean, *weights])


def describe(chances: Array, answers: Array) -> Iterator[str]:
    """Yield what is true and found from bars on, and what is true of bands of certainty."""
    yield f"{int(answers.sum())} of {len(answers)} sentences are news"
    for bar in _BARS:
        told = answers[chances >= bar]
        yield f"from {bar}: true {told.mean():.2f} of {len(told)}, found {told.sum() / answers.sum():.2f}"
    for least, most in pairwise(_BANDS):
        band = answers[(chances >= least) & (chances < most)]
        yield f"certainty {least} to {most}: {band.mean():.2f} of {len(band)}"


def _chance(odds: Array) -> Array:
    chance: Array = 1 / (1 + np.exp(-odds))
    return chance


if __name__ == "__main__":
    main()
