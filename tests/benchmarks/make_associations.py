"""Count which words occur with which topics in the UN General Debate Corpus.

Run as ``python -m tests.benchmarks.make_associations``; it writes
``tracker/comparing/topics/associations.en.tsv.gz``,
the same bytes from the same files and vocabulary. Counts are facts, and the corpus (Jankin, Baturo, Dasandi,
version 13) is CC0; no sentence of it ships. The speeches of ``untouched.csv``
and ``fresh.csv`` are left out.
"""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from tests.coded_sheets import CODING, read_sheet
from tests.shared_data import require
from tracker.comparing.topics.cues import ready
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import HINT, match_topics
from tracker.comparing.topics.vocabulary.stems import find_words
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.topics import Mention, Vocabulary

OUT = Path(__file__).parents[2] / "tracker" / "comparing" / "topics" / "associations.en.tsv.gz"
NAME = "UN General Debate Corpus v13 (CC0)"
LEAST = 4
"""Sentences that a word must share with a topic."""
WIDEST = 0.08
"""The share of all sentences above which a word says nothing of any topic."""
MOST = 150
"""Words kept for a topic: those whose number is furthest from chance."""
FEWEST = 60
"""Words below which too little is known of a topic to say anything of it."""
SHRUNK = 3
"""Sentences added to both numbers, so that rare words do not weigh most."""


@dataclass
class Counts:
    """In how many sentences each word stands, each topic is named, and both meet."""

    sentences: int = 0
    words: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    together: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, text: str, mentions: Sequence[Mention]) -> None:
        """Count a sentence; the words of a topic's own terms do not count."""
        stems = _find_stems(text)
        self.sentences += 1
        self.words.update(stems)
        named: dict[str, set[str]] = defaultdict(set)
        for mention in mentions:
            if mention.confidence > HINT:
                named[mention.topic] |= _find_stems(mention.term)
        for topic, own in named.items():
            self.topics[topic] += 1
            self.together[topic].update(stems - own)


def main() -> None:
    """Write the file, and say what is in it."""
    vocabulary = load_vocabulary()
    held_out = (read_sheet(CODING / name) for name in ("untouched.csv", "fresh.csv"))
    apart = {speech for sheet in held_out for speeches in sheet.values() for speech in speeches}
    paths = [
        path
        for path in sorted(require("ungdc").glob("*/*.txt"))
        if (path.parent.name, path.stem.split("_")[0]) not in apart
    ]
    rows = list(weigh(count(paths, vocabulary)))
    lines = [
        f"{vocabulary.digest}\t{NAME}",
        *(f"{topic}\t{stem}\t{weight:.2f}" for topic, stem, weight in rows),
    ]
    data = gzip.compress("\n".join(lines).encode("utf-8"), compresslevel=9, mtime=0)
    OUT.write_bytes(data)
    print(f"{len(paths):,} speeches, {len(rows):,} words of topics kept, {len(data):,} bytes")


def count(paths: Iterable[Path], vocabulary: Vocabulary) -> Counts:
    """Count the sentences of English speeches."""
    counts = Counts()
    for path in paths:
        version = read_text(path.read_text(encoding="utf-8-sig", errors="replace"))
        if version.language == "en":
            texts = [segment.text for segment in version.segments]
            for text, mentions in zip(texts, match_topics(texts, vocabulary, language="en"), strict=True):
                counts.add(text, mentions)
    return counts


def weigh(counts: Counts) -> Iterator[tuple[str, str, float]]:
    """Yield topic, stem and weight: for each topic the words that are furthest above chance."""
    for topic, together in sorted(counts.together.items()):
        found = []
        for stem, number in together.items():
            expected = counts.topics[topic] * counts.words[stem] / counts.sentences
            if number >= LEAST and number > expected and counts.words[stem] <= WIDEST * counts.sentences:
                weight = log((number + SHRUNK) / (expected + SHRUNK))
                found.append((number * log(number / expected), stem, weight))
        kept = sorted(found, key=lambda row: (-row[0], row[1]))[:MOST]
        if len(kept) >= FEWEST:
            yield from ((topic, stem, weight) for _, stem, weight in sorted(kept, key=lambda row: row[1]))


def _find_stems(text: str) -> set[str]:
    return {word.stem for word in find_words(ready(text), "en")}


if __name__ == "__main__":
    main()
