"""Fit the weights of the alignment on the development data and print them as ``alignment.toml``.

Two logistic regressions with a ridge, by Newton's method: likeness of two sentences alone, then link
within a pair of texts. Positive examples are the human links of three sets of revisions and retellings;
speeches of neighbouring sessions, where nearly nothing corresponds, give negative ones. Run as
``python -m tests.benchmarks.fit_alignment``; it takes about two minutes.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from tracker.comparison.equals import match_equals
from tracker.comparison.groups import LINK_FEATURES, measure_link, propose_groups
from tracker.comparison.pairing import Pairing, pair_texts
from tracker.comparison.similarity import FEATURES, measure
from tracker.comparison.weights import Logistic, Weights
from tracker.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SETS = ("argrewrite2", "tetra_derived", "aesop")
_SET_WEIGHTS = {"argrewrite2": 1.0, "tetra_derived": 1.0, "aesop": 2.0, "ungdc": 1.0}
_RETELLING_FOUND = 1.5
"""Links in retellings weigh more: at an F1 near one half the best threshold is half of that, not one half."""
_RIDGE = 0.5
_STEPS = 12
_SPEAKERS = ("BRA", "CHE", "FJI", "FRA", "GBR", "GHA", "IND", "JPN", "KEN", "PER", "USA", "VNM")
_TOO_ALIKE_TO_TELL = 60
"""The fuzzy ratio above which a pair of neighbouring speeches may truly correspond, and is left out."""

Row = tuple[tuple[float, ...], float, float]
"""Features, label 0 or 1, weight."""


@dataclass(frozen=True, slots=True)
class Document:
    """Two texts, the pairs that people linked, and the set they come from."""

    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    gold: frozenset[tuple[int, int]]
    origin: str


def find_data() -> Path:
    """Return the folder of development data beside the repository."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "shared" / "data").is_dir():
            return folder / "shared" / "data"
    raise SystemExit("the development data (shared/data) is not beside this repository")


def load_documents(data: Path) -> list[Document]:
    """Return the three human-aligned development sets."""
    documents = []
    for origin in SETS:
        for line in (data / "align" / origin / "dev.jsonl").read_text("utf-8").splitlines():
            entry = json.loads(line)
            gold = frozenset((link[0], link[1]) for link in entry["gold"])
            documents.append(Document(entry["id"], tuple(entry["old"]), tuple(entry["new"]), gold, origin))
    return documents


def load_neighbours(data: Path, speakers: Iterable[str] = _SPEAKERS) -> list[Document]:
    """Return pairs of speeches of neighbouring sessions, taken to correspond nowhere."""
    documents = []
    for place, speaker in enumerate(speakers):
        files = sorted((data / "ungdc" / speaker).glob("7?_*.txt"))
        old, new = files[place % 8], files[place % 8 + 1]
        name = f"{speaker} {old.stem} {new.stem}"
        documents.append(Document(name, read_speech(old), read_speech(new), frozenset(), "ungdc"))
    return documents


def read_speech(path: Path) -> tuple[str, ...]:
    """Return a speech's sentences, cut coarsely."""
    text = re.sub(r"\s+", " ", path.read_text("utf-8-sig"))
    return tuple(re.split(r"(?<=[.!?])\s+(?=[A-Z])", text))


def fit_weights(documents: Sequence[Document]) -> Weights:
    """Return weights fitted on the documents."""
    neutral = Logistic(0.0, (0.0,) * len(FEATURES))
    rows = [row for document in documents for row in _likeness_rows(document, neutral)]
    likeness = fit_logistic(rows)
    rows = [row for document in documents for row in _link_rows(document, likeness)]
    return Weights(likeness, fit_logistic(rows), accept=0.5, accept_move=0.9)


def _pair(document: Document, likeness: Logistic) -> tuple[Pairing, tuple[tuple[int, int], ...]]:
    old, new = [fold(text) for text in document.old], [fold(text) for text in document.new]
    in_order, moved = match_equals(old, new)
    return pair_texts(old, new, (*in_order, *moved), likeness), (*in_order, *moved)


def _likeness_rows(document: Document, neutral: Logistic) -> list[Row]:
    pairing, equal = _pair(document, neutral)
    weight = _SET_WEIGHTS[document.origin]
    rows: list[Row] = []
    for i, j in sorted(set(pairing.alike) - set(equal)):
        if _may_correspond(document, i, j):
            continue
        features = measure(pairing.old[i], pairing.new[j], pairing.weights)
        rows.append((features, float((i, j) in document.gold), weight))
    return rows


def _link_rows(document: Document, likeness: Logistic) -> list[Row]:
    pairing, equal = _pair(document, likeness)
    weight = _SET_WEIGHTS[document.origin]
    rows: list[Row] = []
    for group in propose_groups(pairing, equal):
        pairs = {(i, j) for i in group.old for j in group.new}
        if any(_may_correspond(document, i, j) for i, j in pairs):
            continue
        linked = pairs <= document.gold
        found = weight * _RETELLING_FOUND if linked and document.origin == "aesop" else weight
        rows.append((measure_link(pairing, group), float(linked), found))
    return rows


def _may_correspond(document: Document, i: int, j: int) -> bool:
    if document.origin != "ungdc":
        return False
    return fuzz.ratio(document.old[i], document.new[j]) >= _TOO_ALIKE_TO_TELL


def fit_logistic(rows: Sequence[Row]) -> Logistic:
    """Return the ridge logistic regression of the rows, by Newton's method."""
    scale = [
        max(1e-9, math.sqrt(sum(features[k] ** 2 for features, _, _ in rows) / len(rows)))
        for k in range(len(rows[0][0]))
    ]
    scaled = [
        ((1.0, *(value / size for value, size in zip(features, scale, strict=True))), label, weight)
        for features, label, weight in rows
    ]
    beta = [0.0] * (len(scale) + 1)
    for _ in range(_STEPS):
        step = _newton_step(scaled, beta)
        beta = [old + change for old, change in zip(beta, step, strict=True)]
    weights = tuple(round(value / size, 4) for value, size in zip(beta[1:], scale, strict=True))
    return Logistic(round(beta[0], 4), weights)


def _newton_step(rows: Sequence[Row], beta: Sequence[float]) -> list[float]:
    size = len(beta)
    gradient = [-_RIDGE * value for value in beta]
    hessian = [[_RIDGE if a == b else 0.0 for b in range(size)] for a in range(size)]
    for features, label, weight in rows:
        logit = sum(b * x for b, x in zip(beta, features, strict=True))
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
        error, spread = weight * (label - chance), weight * chance * (1 - chance)
        for a, value in enumerate(features):
            gradient[a] += error * value
            row, part = hessian[a], spread * value
            for b in range(a + 1):
                row[b] += part * features[b]
    for a in range(size):
        for b in range(a):
            hessian[b][a] = hessian[a][b]
    return _solve(hessian, gradient)


def _solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for a in range(size):
        pivot = max(range(a, size), key=lambda r: abs(rows[r][a]))
        rows[a], rows[pivot] = rows[pivot], rows[a]
        for r in range(size):
            if r != a:
                factor = rows[r][a] / rows[a][a]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[a], strict=True)]
    return [rows[a][size] / rows[a][a] for a in range(size)]


def print_weights(weights: Weights) -> str:
    """Return the weights as TOML."""
    lines = [f"accept = {weights.accept}", f"accept_move = {weights.accept_move}"]
    for title, names, part in (
        ("likeness", FEATURES, weights.likeness),
        ("link", LINK_FEATURES, weights.link),
    ):
        lines += ["", f"[{title}]", f"intercept = {part.intercept}", "", f"[{title}.weights]"]
        lines += [f"{name} = {value}" for name, value in zip(names, part.weights, strict=True)]
    return "\n".join(lines)


if __name__ == "__main__":
    folder = find_data()
    print(print_weights(fit_weights([*load_documents(folder), *load_neighbours(folder)])))
