"""Fit the weights of ``score.toml`` on pages that are no statement and on statements, and print that file.

A logistic function with a ridge, by L-BFGS, of the mean vector of a text's sentences and of the features
that ``score.py`` names. Pages: those of ``tests/data``, without the last and the unseen, and English prose
of other kinds (essays, papers, fables, climate pledges). Statements: those of ``tests/data`` but for the
further ones, and the General Debate's speeches of every second country, cut down to their beginning and end.
Of all of them only texts count that are scored: with fewer phrases of statements than ``SURE``. Figures are
cross-validated in ten folds: a kind of page, a type of statement and a country are left out together. Run as
``python -m tests.benchmarks.fit_first_captures``; it takes minutes, and ``score.toml`` is what it prints.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize

from tests.bad_pages import arrive
from tests.benchmarks.quarantine import load_speeches, seeded
from tests.other_pages import load_other_pages, load_other_statements
from tests.shared_data import require
from tracker.capture.admit.admission import admit
from tracker.capture.admit.score import (
    DECIDED,
    FEATURES,
    measure_features,
    measure_meaning,
)
from tracker.model.watching import History

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from tracker.model.watching import Arrival

    Array = NDArray[np.float64]

PAGES: Final = ("other_pages", "fresh_pages", "further_pages", "score_pages")
STATEMENTS: Final = ("other_statements", "score_statements")
PROSE: Final = (
    ("essay", "align/argrewrite2/dev.jsonl", "old"),
    ("paper", "align/tetra_derived/dev.jsonl", "old"),
    ("fable", "align/aesop/dev.jsonl", "old"),
    ("climate pledge", "priorities/ndc_versions.jsonl", "units"),
)
SPEECHES: Final = "speeches cut down"
STOPPED: Final = ((STATEMENTS, 0.125), ((SPEECHES,), 0.005))
"""The share of made-up statements and of speeches that the least score may stop in cross-validation."""
FOLDS: Final = 10
SAME: Final = {
    "FAQ": "faq",
    "event calendar": "programme",
    "press article about a speech": "news",
    "press conference notice": "news",
    "programme of a meeting": "programme",
    "recruitment in the first person": "vacancy",
    "release": "news",
    "search results": "search",
    "terms of use": "legal",
    "transcript listing": "search",
    "video page": "video",
}
"""Kinds that are left out with another one, which is the same by another name."""
_STRETCH: Final = 30.0
"""By which vectors are multiplied: their weights are held to none the less."""
_EACH, _PROSE_EACH = 400, 25
_CUT: Final = (60, 400)
"""Words of a speech cut down."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the kind that it is left out with, whether it is a statement, and how much it counts."""

    kind: str
    source: str
    is_good: bool
    weight: float
    ruled: bool
    """Whether a rule stops it."""
    numbers: tuple[float, ...]


def main() -> None:
    """Print ``score.toml``, its figures in comments."""
    texts = [*read_pages(), *read_prose(), *read_statements(), *read_speeches()]
    matrix, answers = np.array([each.numbers for each in texts]), np.array([each.is_good for each in texts])
    weights = balance(texts)
    kinds = sorted({each.kind for each in texts})
    random.Random(1).shuffle(kinds)  # noqa: S311 (the same folds every time)
    folds = np.array([kinds.index(each.kind) % FOLDS for each in texts])
    scores = np.zeros(len(texts))
    for fold in range(FOLDS):
        held = folds == fold
        found = fit(matrix[~held], answers[~held], weights[~held])
        scores[held] = matrix[held] @ found[:-1] + found[-1]
    least = max(
        float(threshold)
        for threshold in np.arange(-10, 10, 0.5)
        if all(
            np.mean(
                [score < threshold for score, each in zip(scores, texts, strict=True) if each.source in of]
            )
            <= share
            for of, share in STOPPED
        )
    )
    found = fit(matrix, answers, weights)
    meaning = found[len(FEATURES) : -1] * _STRETCH
    usual = np.median((matrix[:, len(FEATURES) :] @ found[len(FEATURES) : -1])[answers])
    print("# How much a first capture reads like a statement, by tests/benchmarks/fit_first_captures.py.")
    print("# Cross-validated: kinds of pages, types of statements and countries are left out together.")
    for source in dict.fromkeys(each.source for each in texts):
        rows = [number for number, each in enumerate(texts) if each.source == source]
        low, ruled = scores[rows] < least, np.array([texts[row].ruled for row in rows])
        both = f"{sum(ruled)} stopped by rules, {sum(low)} by the score, {sum(low | ruled)} by either"
        print(f"# {source}: {len(rows)}, {both}")
    print(f"least = {least:.1f}\nconstant = {found[-1]:.3f}\nusual = {usual:.3f}")
    print(f"meaning = [{', '.join(f'{each:.2f}' for each in meaning)}]\n\n[features]")
    for name, weight in zip(FEATURES, found, strict=False):
        print(f"{name} = {weight:.3f}")


def read_pages() -> Iterator[Text]:
    for name in PAGES:
        for each in load_other_pages(name):
            kind = f"page: {SAME.get(each.kind, each.kind)}"
            yield from measure(arrive(each.data, "XAA/UNGA/80"), kind, name, 1.0, is_good=False)


def read_prose() -> Iterator[Text]:
    """Read the first sentences of texts that are no statement, so many as a page has."""
    for kind, path, field in PROSE:
        rows = [json.loads(line) for line in require(path).read_text("utf-8").splitlines()]
        for row in seeded().sample(rows, _PROSE_EACH):
            parts = [part["text"] if isinstance(part, dict) else part for part in row[field]]
            taken = list(take_words(parts, seeded().randint(*_CUT)))
            arrival = arrive(" ".join(taken), "XAA/UNGA/80")
            yield from measure(arrival, f"page: {kind}", f"real prose: {kind}", 0.3, is_good=False)


def take_words(parts: Iterable[str], number: int) -> Iterator[str]:
    """Yield parts until they have so many words."""
    for part in parts:
        if number <= 0:
            return
        number -= len(part.split())
        yield part


def read_statements() -> Iterator[Text]:
    """Read all but summaries, which are not scored."""
    for name in STATEMENTS:
        for each in load_other_statements(name):
            if each.kind != "summary":
                kind = each.name.split(", ")[1]
                arrival = arrive(each.text, each.reference)
                yield from measure(arrival, f"statement: {kind}", name, 3.0, is_good=True)


def read_speeches() -> Iterator[Text]:
    """Read beginnings and ends of speeches, three paragraphs of five on average at the beginning."""
    chance = seeded()
    for each in chance.sample(load_speeches("chosen", "ungdc", "ungdc_more"), _EACH):
        words, number = " \n ".join(each.paragraphs).split(" "), chance.randint(*_CUT)
        first = number * 3 // 5
        taken = " ".join([*words[:first], *words[len(words) - number + first :]]).split("\n")
        arrival = arrive("\n\n".join(taken), each.reference)
        yield from measure(arrival, f"country: {each.country}", SPEECHES, 0.5, is_good=True)


def measure(arrival: Arrival, kind: str, source: str, weight: float, *, is_good: bool) -> Iterator[Text]:
    """Yield a text where it is one that is scored."""
    version = arrival.version
    features = measure_features(version)
    if features is not None:
        vector = (_STRETCH * number for number in measure_meaning(version))
        yield Text(kind, source, is_good, weight, is_ruled(arrival), (*features, *vector))


def is_ruled(arrival: Arrival) -> bool:
    """Tell whether a rule stops a first capture; the score comes last, and says that it decided."""
    judged = admit(arrival, History())
    return not judged.accepted and not judged.detail.startswith(DECIDED)


def balance(texts: Iterable[Text]) -> Array:
    """Return weights with which statements count as much as pages do."""
    texts = [*texts]
    weights = np.array([each.weight for each in texts])
    good = np.array([each.is_good for each in texts])
    weights[good] *= weights[~good].sum() / weights[good].sum()
    return weights


def fit(matrix: Array, answers: Array, weights: Array) -> Array:
    """Return a weight for each column, and the constant."""
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[len(FEATURES) :] = 1.0
    columns = np.hstack([(matrix - middle) / spread, np.ones((len(matrix), 1))])
    signs = np.where(answers, 1.0, -1.0)

    def loss(found: Array) -> tuple[float, Array]:
        margins = signs * (columns @ found)
        slope = -(weights * signs / (1 + np.exp(np.clip(margins, -50, 50)))) @ columns
        ridge = np.r_[found[:-1], 0.0]
        return float(weights @ np.logaddexp(0, -margins) + ridge @ ridge / 2), slope + ridge

    found = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B").x
    plain = found[:-1] / spread
    whole: Array = np.r_[plain, found[-1] - plain @ middle]
    return whole


if __name__ == "__main__":
    main()
