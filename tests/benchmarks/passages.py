"""How far shares of passages are from those that readers marked, beside how far these are from each other.

Run as ``python -m tests.benchmarks.passages`` in the root of the repository, with the shared data beside it;
``report`` instead of the half that was fitted on scores the other one. The distance of two shares is their
absolute difference in percentage points, over the topics of the vocabulary that are among the eight largest
of either side, in all speeches. Those of today's words, of sentences that name a topic or go on about it, of
whole paragraphs and of a subject that is carried forward are printed beside it, and what comes of it where
the paragraph breaks of a speech are not known.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tests.acceptance.draw_sheets import list_speeches
from tests.coded_sheets import CODING, FREE
from tracker.comparing.pipeline import text_side
from tracker.comparing.topics.levels import analyse
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.references import own_names
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.model.texts import Version

    Shares = Mapping[str, float]
    Place = tuple[str, int]

LARGEST: Final = 8
"""Topics of a speech whose passages readers marked."""
WITHOUT_BREAKS: Final = 10
"""Speeches that are scored a second time without their paragraph breaks."""
HALVES: Final = {"chosen": "work", "report": "report"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage as a reader marked it: places count the characters that are not white space."""

    topic: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkedSpeech:
    """A speech with the passages that each reader marked in it."""

    country: str
    session: int
    version: Version
    readers: Mapping[str, tuple[Marked, ...]]


def main() -> None:
    """Print the distances between readers and program, by what counts as a topic's words."""
    half = sys.argv[1] if len(sys.argv) > 1 else "chosen"
    speeches = load_marked(half)
    few = speeches[:WITHOUT_BREAKS]
    print(f"{half}: {len(speeches)} speeches; mean difference of shares in percentage points")
    print(f"{'readers from each other':44} {measure_readers(speeches):.2f}")
    for name, measure in METHODS.items():
        print(f"{name:44} {_join(measure_from_readers(speeches, measure))}")
    print(f"{len(few)} speeches without paragraph breaks; readers {measure_readers(few):.2f}")
    joined = [replace(each, version=without_breaks(each.version)) for each in few]
    for name, measure in METHODS.items():
        print(f"{name:44} {_join(measure_from_readers(joined, measure))}")


def _join(distances: Mapping[str, float]) -> str:
    return ", ".join(f"{distance:.2f} from {reader}" for reader, distance in distances.items())


def load_marked(half: str) -> list[MarkedSpeech]:
    """Return the speeches of a half with what was marked in them, by country and session."""
    with (CODING / "drawn.csv").open(encoding="utf-8", newline="") as file:
        wanted = {
            (row["country"], int(row["old"]))
            for row in csv.DictReader(file)
            if row["use"] == "passages" and row["half"] == HALVES[half]
        }
    marked: dict[Place, dict[str, list[Marked]]] = defaultdict(lambda: defaultdict(list))
    stands_for = tomllib.loads((CODING / "labels.toml").read_text("utf-8"))["labels"]
    with (CODING / "passages.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = row["country"], int(row["session"])
            if place in wanted:
                label = row["topic"].removeprefix(FREE)
                passage = Marked(stands_for.get(label, label), int(row["start"]), int(row["end"]))
                marked[place][row["reader"]].append(passage)
    paths = list_speeches()
    return [
        MarkedSpeech(*place, _load_version(*place, paths), {name: tuple(row) for name, row in rows.items()})
        for place, rows in sorted(marked.items())
    ]


def _load_version(country: str, session: int, paths: Mapping[Place, Path]) -> Version:
    text = paths[country, session].read_text("utf-8-sig")
    return text_side(f"{country}/UNGA/{session}", read_text(text)).version


def without_breaks(version: Version) -> Version:
    """Return a version whose sentences are all of one paragraph."""
    return replace(version, segments=tuple(replace(each, paragraph=0) for each in version.segments))


def measure_readers(speeches: Sequence[MarkedSpeech]) -> float:
    """Return how far the shares of two readers are from each other."""
    distances: list[float] = []
    for speech in speeches:
        one, other = (share_marked(speech, name) for name in sorted(speech.readers))
        distances += compare(one, other)
    return fmean(distances)


def measure_from_readers(
    speeches: Sequence[MarkedSpeech], measure: Callable[[MarkedSpeech], Shares]
) -> dict[str, float]:
    """Return how far shares are from those of each reader."""
    distances: dict[str, list[float]] = defaultdict(list)
    for speech in speeches:
        shares = measure(speech)
        for name in sorted(speech.readers):
            distances[name] += compare(shares, share_marked(speech, name))
    return {name: fmean(row) for name, row in distances.items()}


def compare(one: Shares, other: Shares) -> list[float]:
    """Return the differences over the topics that are among the largest of either side."""
    topics = {
        topic
        for side in (one, other)
        for topic in sorted(side, key=lambda topic: (-side[topic], topic))[:LARGEST]
    }
    return [abs(one.get(topic, 0.0) - other.get(topic, 0.0)) for topic in sorted(topics & KNOWN)]


def share_marked(speech: MarkedSpeech, name: str) -> Shares:
    """Return the shares in per cent that the passages of a reader have of the words outside ceremony."""
    counts: dict[str, float] = defaultdict(float)
    words = count_substance(speech.version)
    start = 0
    for segment in speech.version.segments:
        end = start + len("".join(segment.text.split()))
        for each in speech.readers[name]:
            covered = max(0, min(each.end, end) - max(each.start, start))
            counts[each.topic] += words[segment.ordinal] * covered / max(1, end - start)
        start = end
    return {topic: 100 * count / (sum(words) or 1) for topic, count in counts.items()}


def share_passages(speech: MarkedSpeech) -> Shares:
    """Return the shares of the program's passages."""
    readings = read_topics(speech.version, UN, own_names=own_names(speech.country))
    return {reading.topic: 100 * reading.share for reading in readings}


def share_sentences(speech: MarkedSpeech) -> Shares:
    """Return the shares of the sentences about a topic, those about two counted for both."""
    words = count_substance(speech.version)
    readings = read_topics(speech.version, UN, own_names=own_names(speech.country))
    return {
        reading.topic: 100 * sum(map(words.__getitem__, reading.segments)) / (sum(words) or 1)
        for reading in readings
    }


def share_paragraphs(speech: MarkedSpeech) -> Shares:
    """Return the shares where each paragraph is on the topic that most of its sentences are mainly about."""
    leading: list[str | None] = []
    segments = zip(speech.version.segments, _list_main(speech), strict=True)
    for _, group in groupby(segments, key=lambda pair: pair[0].paragraph):
        rows = [topics for _, topics in group]
        counts = Counter(topic for topics in rows for topic in topics)
        leading += [max(counts, key=counts.__getitem__, default=None)] * len(rows)
    return _share(speech, leading)


def share_carried(speech: MarkedSpeech) -> Shares:
    """Return the shares where each sentence is on the topic that was last what one is mainly about."""
    leading: list[str | None] = []
    for topics in _list_main(speech):
        leading.append(topics[0] if topics else leading[-1] if leading else None)
    return _share(speech, leading)


def _list_main(speech: MarkedSpeech) -> list[list[str]]:
    """Return, by sentence, the topics that it is mainly about."""
    met = analyse(speech.version, UN, own_names(speech.country))
    main = {"declared", "committed", "demanded", "main"}
    return [list(dict.fromkeys(item.topic for item in row if item.role in main)) for row in met.treatments]


def _share(speech: MarkedSpeech, leading: Sequence[str | None]) -> Shares:
    counts: Counter[str] = Counter()
    words = count_substance(speech.version)
    for topic, count in zip(leading, words, strict=True):
        if topic:
            counts[topic] += count
    return {topic: 100 * count / (sum(words) or 1) for topic, count in counts.items()}


UN: Final = load_vocabulary()
KNOWN: Final = frozenset(topic.id for topic in UN.topics)
METHODS: Final[Mapping[str, Callable[[MarkedSpeech], Shares]]] = {
    "sentences about a topic, counted for each": share_sentences,
    "paragraphs, on what most sentences are about": share_paragraphs,
    "the last subject carried forward": share_carried,
    "passages": share_passages,
}


if __name__ == "__main__":
    main()
