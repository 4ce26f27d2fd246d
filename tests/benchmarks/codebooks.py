"""Score codebooks that a stranger brings, nothing taught, beside counting terms and the nearest label.

Run as ``python -m tests.benchmarks.codebooks``; it takes some minutes. Three sets: climate pledges, measures
of governments in 2020, and recommendations of the Universal Periodic Review by labels alone, of one country
in four or ``--every`` so many; then the recommendations with the labels and a part of the terms of
``upr_codebook.toml``, drawn by seed. ``--only WORD`` takes the sets that are called so.
``tests.benchmarks.fit_codebooks`` fits the weights anew.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.alignment import load_scorer
from tests.benchmarks.upr import CODEBOOK
from tests.shared_data import require
from tracker.comparing.topics.vocabulary.load import load_untaught, load_vocabulary, without_encoder
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from tracker.model.topics import Vocabulary

    Codes = list[list[str]]
    Namer = Callable[[list[str]], Codes]

DRAWS = 500
FEWEST_UNITS = 20
MOST_TERMS = (5, 10, 15, 100)
"""Of each topic of the codebook that was written out; on average 6, 11, 14 and 27 with the label."""


class Remembering:
    """The default encoder, which encodes each sentence once however often it is asked."""

    name, digest, stamp, weights = DEFAULT.name, "", "", DEFAULT.weights

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector of length 1 for each sentence, as the rows of an array."""
        missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._known]
        self._known |= zip(missing, DEFAULT.encode(missing), strict=True)
        return np.array([self._known[sentence] for sentence in sentences]).reshape(len(sentences), -1)


ENCODER = Remembering()


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded set, its codebook, and how many units make a topic present."""

    name: str
    lines: tuple[dict[str, Any], ...]
    vocabulary: Vocabulary
    present: int

    @property
    def whole(self) -> bool:
        """Whether texts were coded as wholes."""
        return "judged" in self.lines[0]

    def texts(self) -> list[list[str]]:
        """Return the units of each statement."""
        return [[unit["text"] for unit in line["units"]] for line in self.lines]


def main() -> None:
    """Print the figures of each way to name topics, on each set."""
    options = argparse.ArgumentParser()
    options.add_argument("--every", type=int, default=4)
    options.add_argument("--only", default="")
    chosen = options.parse_args()
    sets = load_sets(chosen.every)
    for each in (each for each in (*sets, *cut_terms(sets[-1])) if chosen.only in each.name):
        print(f"{each.name}: {sum(map(len, each.texts()))} units, {len(each.vocabulary.topics)} topics")
        for way, name in list_ways(each.vocabulary).items():
            print_figures(way, each, [name(texts) for texts in each.texts()])


def load_sets(every: int) -> tuple[Coded, ...]:
    """Return the three sets; of the largest, the statements of every so many-th country."""
    folder = require("priorities")
    with tempfile.TemporaryDirectory() as made:
        labels = Path(made) / "labels.csv"
        with (folder / "upr_recommendations.codebook.csv").open(encoding="utf-8", newline="") as lines:
            rows = [[row["label"], row["label"], "", ""] for row in csv.DictReader(lines)]
        with labels.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["id", "label", "terms", "broader"], *rows])
        recommendations = load_vocabulary(labels)
    pledges, measures = (
        load_vocabulary(folder / f"{name}.codebook.csv") for name in ("ndc_versions", "covid_measures")
    )
    statements = read_lines(folder / "upr_recommendations_s01-14.jsonl")
    countries = sorted({line["country_or_party"] for line in statements})[::every]
    part = tuple(line for line in statements if line["country_or_party"] in countries)
    return (
        Coded("pledges", read_lines(folder / "ndc_versions.jsonl"), pledges, 1),
        Coded("measures", read_lines(folder / "covid_measures.jsonl"), measures, 2),
        Coded("recommendations, labels alone", part, recommendations, 2),
    )


def cut_terms(recommendations: Coded) -> Iterator[Coded]:
    """Yield the recommendations with labels and so many of a codebook's terms a topic, nothing refined."""
    draw = np.random.default_rng(3)
    full = load_untaught(CODEBOOK)
    for most in MOST_TERMS:
        topics = []
        for topic in full.topics:
            terms = topic.terms.get("en", ())
            kept = sorted(draw.choice(len(terms), min(most, len(terms)), replace=False))
            chosen = tuple(dict.fromkeys((topic.label, *(terms[place] for place in kept))))
            topics.append(replace(topic, terms={"und": chosen}, near_misses={}, hints={}))
        vocabulary = replace(full, topics=tuple(topics), overlap=True)
        vocabulary = replace(vocabulary, recognition="similarity")
        yield replace(recommendations, name=f"recommendations, {most} terms at most", vocabulary=vocabulary)


def read_lines(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the objects of a file of JSON lines."""
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def list_ways(vocabulary: Vocabulary) -> dict[str, Namer]:
    """Return what names the topics of a text's units, by what it is called."""
    labels = ENCODER.encode([topic.label for topic in vocabulary.topics])

    def by_label(texts: list[str]) -> Codes:
        products = ENCODER.encode(texts) @ labels.T
        return [[vocabulary.topics[int(place)].id] for place in products.argmax(axis=1)] if texts else []

    return {
        "terms": lambda texts: name_topics(texts, replace(vocabulary, recognition="terms")),
        "nearest label, encoder": by_label,
        "tracker, no encoder": lambda texts: name_topics(texts, without_encoder(vocabulary)),
        "tracker": lambda texts: name_topics(texts, vocabulary),
    }


def name_topics(texts: list[str], vocabulary: Vocabulary) -> Codes:
    """Return the topics of each unit, as the product names them."""
    return [
        sorted({mention.topic for mention in row}) for row in match_topics(texts, vocabulary, encoder=ENCODER)
    ]


def measure(coded: Coded, found: Sequence[Codes]) -> list[Any]:
    """Return the scorer's counts of each country."""
    scorer = load_scorer(require("priorities/score.py"))
    predicted = [{"units": units} for units in found]
    return list(scorer.by_country(coded.lines, predicted, coded.present, FEWEST_UNITS).values())


def print_figures(way: str, coded: Coded, found: Sequence[Codes]) -> None:
    """Print the F1 of units, of changes and of what is kept, with intervals over countries."""
    figures = load_scorer(require("priorities/score.py")).figures
    parts, random = measure(coded, found), Random(0)  # noqa: S311 (a seeded bootstrap)
    draws = [figures(random.choices(parts, k=len(parts))) for _ in range(DRAWS)]
    row = []
    for place, value in enumerate(figures(parts)[:3]):
        values = sorted(draw[place] for draw in draws)
        row.append(f"{value:.3f} [{values[DRAWS // 40]:.3f}, {values[-DRAWS // 40 - 1]:.3f}]")
    print(f"  {way:24} units, new/dropped, kept: {', '.join(row)}", flush=True)


if __name__ == "__main__":
    main()
