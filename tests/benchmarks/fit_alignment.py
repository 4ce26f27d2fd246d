"""Fit the weights of the alignment on the development data and print them as ``alignment.toml``.

Three logistic regressions with a ridge, by Newton's method: likeness of two sentences alone, a group in
its place, a link among its rivals; once for words alone and once with the default encoder. Positive
examples are the human links of three sets of revisions and retellings; speeches of neighbouring sessions,
where nearly nothing corresponds, give negative ones. Run as ``python -m tests.benchmarks.fit_alignment``;
it takes half a minute.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz

from tracker.comparison.context import (
    ENCODED_LINK_FEATURES,
    LINK_FEATURES,
    PLACE_FEATURES,
    measure_links,
    measure_places,
)
from tracker.comparison.equals import match_equals
from tracker.comparison.groups import propose_groups
from tracker.comparison.pairing import Pairing, pair_texts
from tracker.comparison.similarity import FEATURES, NEARNESS_FEATURES, measure
from tracker.comparison.weights import Logistic, Weights
from tracker.text.encoder import DEFAULT
from tracker.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.text.encoder import Encoder, Vectors

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


class CachedEncoder:
    """An encoder that encodes each sentence once: five folds see the same ones."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.digest = encoder.name, encoder.digest
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode(self, sentences: Sequence[str]) -> Vectors:
        missing = sorted(set(sentences) - set(self._known))
        self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.stack([self._known[sentence] for sentence in sentences])


def fit_weights(documents: Sequence[Document], encoder: Encoder | None = None) -> Weights:
    """Return weights fitted on the documents, for words alone or with an encoder."""
    neutral = Logistic(0.0, ())
    likeness = fit_logistic(
        [row for document in documents for row in _likeness_rows(document, neutral, encoder)]
    )
    place = fit_logistic(
        [row for document in documents for row in _link_rows(document, likeness, None, encoder)]
    )
    link = fit_logistic(
        [row for document in documents for row in _link_rows(document, likeness, place, encoder)]
    )
    return Weights(likeness, place, link, accept=0.5, accept_move=0.9)


def _pair(
    document: Document, likeness: Logistic, encoder: Encoder | None
) -> tuple[Pairing, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    old, new = [fold(text) for text in document.old], [fold(text) for text in document.new]
    in_order, moved = match_equals(old, new)
    return pair_texts(old, new, (*in_order, *moved), likeness, encoder), in_order, (*in_order, *moved)


def _likeness_rows(document: Document, neutral: Logistic, encoder: Encoder | None) -> list[Row]:
    pairing, _, equal = _pair(document, neutral, encoder)
    weight = _SET_WEIGHTS[document.origin]
    rows: list[Row] = []
    for i, j in sorted(set(pairing.alike) - set(equal)):
        if _may_correspond(document, i, j):
            continue
        near = pairing.nearness.measure((i,), (j,)) if pairing.nearness else ()
        features = (*measure(pairing.old[i], pairing.new[j], pairing.weights), *near)
        rows.append((features, float((i, j) in document.gold), weight))
    return rows


def _link_rows(
    document: Document, likeness: Logistic, place: Logistic | None, encoder: Encoder | None
) -> list[Row]:
    pairing, in_order, equal = _pair(document, likeness, encoder)
    groups = propose_groups(pairing, equal)
    measured = measure_links(pairing, groups, in_order, place) if place else measure_places(pairing, groups)
    weight = _SET_WEIGHTS[document.origin]
    rows: list[Row] = []
    for group, features in zip(groups, measured, strict=True):
        pairs = {(i, j) for i in group.old for j in group.new}
        if any(_may_correspond(document, i, j) for i, j in pairs):
            continue
        linked = pairs <= document.gold
        found = weight * _RETELLING_FOUND if linked and document.origin == "aesop" else weight
        rows.append((features, float(linked), found))
    return rows


def _may_correspond(document: Document, i: int, j: int) -> bool:
    if document.origin != "ungdc":
        return False
    return fuzz.ratio(document.old[i], document.new[j]) >= _TOO_ALIKE_TO_TELL


def fit_logistic(rows: Sequence[Row]) -> Logistic:
    """Return the ridge logistic regression of the rows, by Newton's method."""
    features = np.array([row[0] for row in rows])
    labels, weights = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    scale = np.maximum(1e-9, np.sqrt((features**2).mean(axis=0)))
    scaled = np.hstack([np.ones((len(rows), 1)), features / scale])
    beta = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(scaled @ beta, -30, 30)))
        gradient = scaled.T @ (weights * (labels - chances)) - _RIDGE * beta
        spread = (weights * chances * (1 - chances))[:, None]
        hessian = (scaled * spread).T @ scaled + _RIDGE * np.eye(len(beta))
        beta = beta + np.linalg.solve(hessian, gradient)
    rounded = tuple(round(float(value), 4) for value in beta[1:] / scale)
    return Logistic(round(float(beta[0]), 4), rounded)


def print_weights(lexical: Weights, encoded: Weights) -> str:
    """Return both sets of weights as TOML."""
    lines = [f"accept = {lexical.accept}", f"accept_move = {lexical.accept_move}"]
    for title, weights, likeness, link in (
        ("lexical", lexical, FEATURES, LINK_FEATURES),
        ("encoded", encoded, (*FEATURES, *NEARNESS_FEATURES), ENCODED_LINK_FEATURES),
    ):
        for part, names, fitted in (
            ("likeness", likeness, weights.likeness),
            ("place", PLACE_FEATURES, weights.place),
            ("link", link, weights.link),
        ):
            lines += ["", f"[{title}.{part}]", f"intercept = {fitted.intercept}", ""]
            lines += [f"[{title}.{part}.weights]"]
            lines += [f"{name} = {value}" for name, value in zip(names, fitted.weights, strict=True)]
    return "\n".join(lines)


def main() -> None:
    """Print the weights."""
    folder = find_data()
    documents = [*load_documents(folder), *load_neighbours(folder)]
    print(print_weights(fit_weights(documents), fit_weights(documents, CachedEncoder(DEFAULT))))


if __name__ == "__main__":
    main()
