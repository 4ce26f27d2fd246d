"""Check every figure and quotation in the leads of neighbouring speeches against the texts.

Run as ``python -m tests.acceptance.leads [--every N] [--show N]``: all pairs of neighbouring sessions of the
shared General Debate speeches, or one in N; ``--show`` prints so many leads, drawn by seed, to be judged by
readers. A quotation has to stand in the sentence that it names, in the paragraph that it names; a share has
to be the words on its topic by all words; what is called new has no word of the topic
on the other side, and what is called the main subject has the largest share. Exits with 1 where one is wrong.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Final

from tests.coded_sheets import load_speech
from tests.shared_data import require
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.model.topics import PRIORITIES
from tracker.report.comparison.lead import build_lead, read_lead
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Comparison
    from tracker.model.reported import LeadSentence
    from tracker.model.topics import TopicChange, TopicReading

Pair = tuple[str, str, str]

_QUOTED: Final = re.compile(r"([\w-]+) ¶(\d+) “…?(.*?)…?”(?=[).;, ]|$)")
_SHARES: Final = re.compile(r"(?:(<1|\d+)% to )?(<1|\d+)% of the words")
_ROUNDING: Final = 0.0056
"""Half a per cent, and what the share itself was rounded by."""


def main() -> None:
    """Check the pairs on all cores, and print what is wrong."""
    arguments = dict(pairwise(sys.argv[1:]))
    pairs = list_pairs()[:: int(arguments.get("--every", 1))]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(check_pair, pairs, chunksize=8))
    counted = sum((counts for counts, _, _ in found), Counter[str]())
    wrong = [each for _, faults, _ in found for each in faults]
    print(f"{len(pairs):,} pairs: {', '.join(f'{number:,} {name}' for name, number in counted.items())}")
    print(*wrong, sep="\n")
    print(f"{len(wrong)} wrong")
    texts = [(pair, text) for pair, (_, _, text) in zip(pairs, found, strict=True)]
    shown = Random(30).sample(texts, min(len(texts), int(arguments.get("--show", 0))))  # noqa: S311 (a draw)
    for pair, text in shown:
        print(f"\n{'/'.join(pair)}\n{text}")
    sys.exit(bool(wrong))


def list_pairs() -> list[Pair]:
    """Return the countries of the shared speeches with each two neighbouring sessions, in order."""
    sessions = {
        folder.name: sorted((path.stem.split("_")[0] for path in folder.glob("[0-9]*_*.txt")), key=int)
        for folder in sorted(require("ungdc").iterdir())
        if folder.is_dir()
    }
    return [(country, *pair) for country, held in sessions.items() for pair in pairwise(held)]


def check_pair(pair: Pair) -> tuple[Counter[str], list[str], str]:
    """Return what was checked in the lead of a pair, what is wrong in it, and the lead."""
    country, *sessions = pair
    old, new = (load_speech(country, session) for session in sessions)
    comparison = compare_sides(old, new, Basis(load_vocabulary(), encoder=None))
    lead = read_lead(build_lead(comparison))
    counts = Counter({"sentences": len(lead)})
    faults = []
    for sentence in lead:
        quotations, shares = list(_QUOTED.finditer(sentence.text)), list(_SHARES.finditer(sentence.text))
        counts += Counter({"quotations": len(quotations), "shares": len(shares)})
        faults += [f"{'/'.join(pair)}: {fault}: {sentence.text}" for fault in _check(comparison, sentence)]
    return counts, faults, " ".join(each.text for each in lead)


def _check(comparison: Comparison, sentence: LeadSentence) -> Iterator[str]:
    quotations = list(_QUOTED.finditer(sentence.text))
    if len(quotations) != len(sentence.quotations):
        yield f"{len(sentence.quotations)} quotations are named, {len(quotations)} are there"
    for match, place in zip(quotations, sentence.quotations, strict=False):
        side = comparison.old if place.side == "old" else comparison.new
        segment = side.version.segments[place.segment]
        left = one_line(segment.text)
        for piece in match[3].split("… "):
            if piece not in left:
                yield "the words do not stand there"
            left = left.partition(piece)[2]
        if (match[1], int(match[2])) != (side.session, segment.paragraph):
            yield "another paragraph"
    topics = {topic.topic: topic for topic in comparison.topics}
    if sentence.topics and not all(topics[name].label in sentence.text for name in sentence.topics):
        yield "a topic is not named"
    for topic in map(topics.__getitem__, sentence.topics[:1]):
        yield from _check_topic(comparison, topic, sentence.text)


def _check_topic(comparison: Comparison, topic: TopicChange, text: str) -> Iterator[str]:
    shares = (_count(comparison, topic.old, new=False), _count(comparison, topic.new, new=True))
    for match in _SHARES.finditer(text):
        told = (match[1], match[2]) if match[1] else ((match[2], None) if not shares[1] else (None, match[2]))
        for words, share in zip(told, shares, strict=True):
            if words and not _is_rounded(words, share):
                yield f"{words}% is {100 * share:.1f} %"
    opening = text.partition(":")[0]
    if opening.startswith(("New", "Back")) and (topic.old and topic.old.level in PRIORITIES):
        yield "a priority before"
    if opening.startswith("Not repeated") and (topic.new and topic.new.level in PRIORITIES):
        yield "a priority now"
    rising, falling = opening.startswith(("Moved up", "More")), opening.startswith(("Moved down", "Less"))
    if "%" in text and ((rising and shares[0] > shares[1]) or (falling and shares[0] < shares[1])):
        yield "the share went the other way"


def _count(comparison: Comparison, reading: TopicReading | None, *, new: bool) -> float:
    """Return the words on a topic as a part of all that are said, ceremony and titles apart."""
    words = count_substance((comparison.new if new else comparison.old).version)
    return reading.words / (sum(words) or 1) if reading else 0.0


def _is_rounded(words: str, share: float) -> bool:
    return 0 < share <= _ROUNDING if words == "<1" else abs(int(words) / 100 - share) <= _ROUNDING


if __name__ == "__main__":
    main()
