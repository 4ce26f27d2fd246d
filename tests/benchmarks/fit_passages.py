"""Fits on which subject speeches are, and what readers call more, less and the same; prints both tables.

Run as ``python -m tests.benchmarks.fit_passages`` with the shared data beside the repository, on the chosen
half of the sheets: it prints ``subjects.toml``, then ``shares.toml``. With ``--validate``, the distance from
the readers' shares by weights fitted without the speech's country, in four parts.

The chain is fitted to shares: of the topics of marked passages, and those that readers of pairs estimated.
Differences count by their root, so that a few topics taken for others do not outweigh the rest; and the
weights stay close to ``START``, those under which the marked passages are likeliest.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import least_squares, minimize

from tests.acceptance.draw_sheets import list_speeches
from tests.benchmarks.directions import SHEET, list_given, load_side, read_directions
from tests.benchmarks.passages import load_marked, share_marked
from tracker.comparing.topics.certainty import find_measured
from tracker.comparing.topics.evidence import describe_topics
from tracker.comparing.topics.levels import analyse
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import list_sentences, read_topics, score_sentences
from tracker.comparing.topics.shares import find_rise
from tracker.comparing.topics.subjects import SubjectWeights, find_subjects
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.topics import PRIORITIES
from tracker.references import own_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from tracker.comparing.topics.subjects import Sentence
    from tracker.model.texts import Version

    Array = npt.NDArray[np.float64]
    Place = tuple[str, int]

START: Final = SubjectWeights(0.93, 0.63, 0.41, 0.71, 0.59, -0.50, 0.61, -7.11, 2.67, 1.51, 1.48)
CLOSE: Final = 10.0
"""How much a weight's distance from its start counts, beside the root of a percentage point."""
ROUNDS: Final = 5
PARTS: Final = 4
PENALTY: Final = 0.05
"""Of the squared weights of the ordered regression."""
ORDER: Final = ("less", "same", "more")
UN: Final = load_vocabulary()


@dataclass(frozen=True, slots=True)
class Speech:
    """A speech, what its sentences name, and by topic the share in per cent that readers give it."""

    country: str
    sentences: tuple[Sentence, ...]
    words: tuple[int, ...]
    wanted: Mapping[str, float]


def main() -> None:
    """Print the two tables, or how far left-out countries are from the readers."""
    speeches = list(load_speeches())
    if "--validate" in sys.argv:
        print(f"{fmean(validate(speeches)):.2f} points from the mean of the readers, left out by country")
        return
    for name, weight in zip(SubjectWeights._fields, fit_subjects(speeches), strict=True):
        print(f"{name} = {weight:.2f}")
    spoken, about, same = fit_directions()
    print(f"\nspoken = {spoken:.2f}\nabout = {about:.2f}\nsame = {same:.2f}")


def load_speeches() -> Iterator[Speech]:
    """Yield the speeches of the chosen half in which passages are marked, and those of coded pairs."""
    wanted: dict[Place, dict[str, float]] = {}
    versions: dict[Place, Version] = {}
    for marked in load_marked("chosen"):
        rows = [share_marked(marked, reader) for reader in sorted(marked.readers)]
        place = marked.country, marked.session
        wanted[place] = {topic: fmean(row.get(topic, 0.0) for row in rows) for row in rows for topic in row}
        versions[place] = marked.version
    paths = list_speeches()
    for place, shares in read_shares().items():
        wanted.setdefault(place, {})
        wanted[place] = {**shares, **wanted[place]}
        versions.setdefault(place, load_side(place[0], paths[place]).version)
    for (country, session), version in sorted(versions.items(), key=lambda pair: pair[0]):
        met = analyse(version, UN, own_names(country))
        words = count_substance(version)
        measured = find_measured(UN, version.language)
        evidence = describe_topics(version, UN, met, sum(words), measured)
        sentences = tuple(list_sentences(version, met, score_sentences(evidence)))
        yield Speech(country, sentences, tuple(words), wanted[country, session])


def read_shares() -> dict[Place, dict[str, float]]:
    """Return by speech the shares that the readers of the chosen pairs estimated, their means."""
    found: dict[Place, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    pairs = read_directions("chosen")
    with SHEET.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["country"], row["old"], row["new"]) in pairs:
                for side in ("old", "new"):
                    if row[f"{side}_share"]:
                        place = row["country"], int(row[side])
                        found[place][row["topic"]].append(float(row[f"{side}_share"]))
    return {place: {topic: fmean(row) for topic, row in rows.items()} for place, rows in found.items()}


def fit_subjects(speeches: Sequence[Speech]) -> list[float]:
    """Return the weights of the chain, by which shares are nearest to those of readers."""
    start = np.array(START)

    def miss(weights: Array) -> Array:
        gaps = np.array([gap for speech in speeches for gap in find_gaps(speech, SubjectWeights(*weights))])
        roots = np.sign(gaps) * 2 * (np.sqrt(1 + np.abs(gaps)) - 1)
        return np.concatenate([roots, CLOSE * (weights - start)])

    return [
        float(each) for each in least_squares(miss, start, max_nfev=ROUNDS, diff_step=[0.01] * len(start)).x
    ]


def find_gaps(speech: Speech, weights: SubjectWeights) -> list[float]:
    """Return by how many percentage points the share of each topic differs from the readers'."""
    counts: dict[str | None, float] = defaultdict(float)
    for words, chances in zip(speech.words, find_subjects(speech.sentences, UN, weights), strict=True):
        for topic, chance in chances.items():
            counts[topic] += 100 * words * chance / (sum(speech.words) or 1)
    known = {topic.id for topic in UN.topics}
    return [counts[topic] - share for topic, share in sorted(speech.wanted.items()) if topic in known]


def validate(speeches: Sequence[Speech]) -> Iterator[float]:
    """Yield how far each share is from the readers', by weights fitted without the country."""
    countries = sorted({speech.country for speech in speeches})
    for part in range(PARTS):
        left_out = frozenset(countries[part::PARTS])
        weights = fit_subjects([speech for speech in speeches if speech.country not in left_out])
        for speech in speeches:
            if speech.country in left_out:
                yield from map(abs, find_gaps(speech, SubjectWeights(*weights)))


def fit_directions() -> list[float]:
    """Return what a rise of a topic's words counts, of those of sentences about it, and what is the same."""
    rises, said = list_rises()

    def lose(weights: Array) -> float:
        score = rises @ weights[:2]
        more, less = (1 / (1 + np.exp(weights[2] - turned)) for turned in (score, -score))
        chances = np.stack([less, 1 - more - less, more], axis=1).clip(1e-6, 1)
        return float(PENALTY * (weights[:2] @ weights[:2]) - (said * np.log(chances)).sum())

    return [float(each) for each in minimize(lose, np.array([0.5, 0.5, 1.3]), method="L-BFGS-B").x]


def list_rises() -> tuple[Array, Array]:
    """Return, of topics at one level of priority on both sides, both rises, and how many readers say what."""
    paths = list_speeches()
    rises, said = [], []
    for (country, *sessions), topics in sorted(read_directions("chosen").items()):
        versions = [load_side(country, paths[country, int(each)]).version for each in sessions]
        readings = [read_topics(version, UN, own_names=own_names(country)) for version in versions]
        old, new = ({each.topic: each for each in row if each.level in PRIORITIES} for row in readings)
        words = [count_substance(version) for version in versions]
        for topic in sorted(topics.keys() & old.keys() & new.keys()):
            pair = old[topic], new[topic]
            if pair[0].level == pair[1].level:
                about = (
                    sum(map(row.__getitem__, each.segments)) / (sum(row) or 1)
                    for row, each in zip(words, pair, strict=True)
                )
                rises.append([find_rise(pair[0].share, pair[1].share), find_rise(*about)])
                said.append([list_given(topics[topic]).count(each) for each in ORDER])
    return np.array(rises), np.array(said, dtype=float)


if __name__ == "__main__":
    main()
