"""Score what ``tracker`` says became of each topic against coding sheets, beside a dictionary and readers.

Run as ``python -m tests.acceptance.session_pairs [SHEET.csv] [--calibration]``; without a sheet, on
``coding/mended.csv``. With ``--calibration``, how far certainties hold is printed instead. A
sheet has the columns reader, country, session, topic, level and or, as ``coding/codebook.md`` says;
neighbouring sessions make a pair. A claim is true where any reader coded that status or would allow it. What
was coded firmly is what every reader coded without another choice. The peer is the keyword dictionary that a
researcher would write: a topic is a priority where two sentences or more name it, new or dropped where the
other speech has none. Where there are two readers or more, each is scored against the others by the same
rules: that is as far as agreement goes.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.calibration import print_calibration, ratio_words
from tests.coded_sheets import CODING, load_speech, read_later, read_sheet
from tracker.coding.agreement import CODED
from tracker.coding.coded_pairs import (
    ABSENT,
    CodedPair,
    allowed_statuses,
    as_coded,
    coded_status,
    pair_speeches,
)
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.diff.compare import compare_sides

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from tracker.coding.coded_pairs import Codes, Speech

    Claims = Mapping[str, frozenset[str]]
    Distance = Callable[[Hashable, Hashable, Counter[Hashable]], float]

CALIBRATION = "--calibration"
COUNTED = ("new or likely", "not repeated or likely", "kept or likely")
"""Claims together with what is told apart as perhaps so, or as kept with a share that is unsure."""
COUNTED_ENOUGH = 2
"""Sentences with its terms that make a topic a priority for who counts."""
LEVELS = (ABSENT, "mentioned", "acknowledged", "substantive", "declared")


def main() -> None:
    """Print agreement, then precision and recall by status, ``tracker`` first and each reader after."""
    paths = [Path(each) for each in sys.argv[1:] if each != CALIBRATION]
    path = paths[0] if paths else CODING / "mended.csv"
    sheet = read_sheet(path)
    pairs, later = pair_speeches(sheet), read_later(path)
    readers = sorted(sheet)
    print(f"{path.name}: {len(pairs)} pairs, readers {', '.join(readers)}")
    if CALIBRATION in sys.argv:
        print_calibration(pairs, later)
        return
    print_agreement(sheet, pairs)
    print_scores("tracker", pairs, [claim(pair, later) for pair in pairs])
    print_scores("terms counted", pairs, [count_terms(pair, later) for pair in pairs])
    for reader in readers:
        shared = [pair for pair in pairs if reader in pair.readers and len(pair.readers) > 1]
        if shared:
            others = [leave_out(pair, reader) for pair in shared]
            print_scores(f"reader {reader}", others, [repeat(pair, reader) for pair in shared])


def claim(pair: CodedPair, later: frozenset[str]) -> Claims:
    """Return the topics by the status that ``tracker`` claims, and those that are only likely.

    Of topics that came later than the coding, those that no reader named are left out: nothing is known of
    them.
    """
    old, new = (load_speech(pair.country, session) for session in (pair.old, pair.new))
    changes = compare_sides(old, new, Basis(load_vocabulary(), encoder=None)).topics
    found: dict[str, set[str]] = {status: set() for status in (*CODED, *COUNTED)}
    for change in changes:
        if change.topic in later - pair.topics:
            continue
        status = as_coded(change.outcome)
        if change.claimed:
            found[status].add(change.topic)
        for counted in COUNTED:
            if counted.startswith(status) and not change.unclear:
                found[counted].add(change.topic)
    return {status: frozenset(topics) for status, topics in found.items()}


def count_terms(pair: CodedPair, later: frozenset[str]) -> Claims:
    """Return the topics that are new and not repeated by counting the sentences with one of their terms."""
    old, new = (
        {
            topic: number
            for topic, number in _count_topics(pair.country, session).items()
            if topic not in later
        }
        for session in (pair.old, pair.new)
    )
    return {
        status: frozenset(
            topic for topic, number in there.items() if number >= COUNTED_ENOUGH and topic not in elsewhere
        )
        for status, there, elsewhere in (("new", new, old), ("not repeated", old, new))
    }


def _count_topics(country: str, session: str) -> Counter[str]:
    texts = [segment.text for segment in load_speech(country, session).version.segments]
    rows = match_topics(texts, load_vocabulary(), language="en")
    return Counter(topic for row in rows for topic in {mention.topic for mention in row})


def repeat(pair: CodedPair, reader: str) -> Claims:
    """Return the topics by the status that a reader coded."""
    codes = pair.readers[reader]
    topics = {*codes[0], *codes[1]}
    return {
        status: frozenset(topic for topic in topics if coded_status(codes, topic) == status)
        for status in CODED
    }


def leave_out(pair: CodedPair, reader: str) -> CodedPair:
    """Return a pair without one of its readers."""
    rest = {name: codes for name, codes in pair.readers.items() if name != reader}
    return CodedPair(pair.country, pair.old, pair.new, rest)


def print_scores(name: str, pairs: Sequence[CodedPair], claims: Sequence[Claims]) -> None:
    """Print precision and both recalls of each status, with 95 % intervals by resampling pairs."""
    print(f"\n{name:24} {'precision':>28} {'recall of the firm':>28} {'recall of any':>28}")
    for status in claims[0]:
        rows = [_count(pair, status, held[status]) for pair, held in zip(pairs, claims, strict=True)]
        cells = (ratio_words(rows, at) for at in (0, 2, 4))
        print(f"  {status:22} {' '.join(f'{cell:>28}' for cell in cells)}")


def _count(pair: CodedPair, status: str, claimed: frozenset[str]) -> tuple[int, ...]:
    """Return true and all claims, found and all firm ones, found and all that any reader coded."""
    wanted = status.partition(" or ")[0]
    readers = pair.readers.values()
    topics = pair.topics
    true = {topic for topic in topics if any(wanted in allowed_statuses(codes, topic) for codes in readers)}
    firm = {topic for topic in topics if all(allowed_statuses(codes, topic) == {wanted} for codes in readers)}
    coded = {topic for topic in topics if any(coded_status(codes, topic) == wanted for codes in readers)}
    return (
        *(len(claimed & true), len(claimed)),
        *(len(claimed & firm), len(firm)),
        *(len(claimed & coded), len(coded)),
    )


def print_agreement(sheet: Mapping[str, Mapping[Speech, Codes]], pairs: Sequence[CodedPair]) -> None:
    """Print Krippendorff's alpha of each two readers: of levels (ordinal) and of statuses (nominal).

    Units are the topics that either of the two coded: a topic that both leave out is agreed on by nobody.
    """
    for one, other in combinations(sorted(sheet), 2):
        speeches = sheet[one].keys() & sheet[other].keys()
        if not speeches:
            continue
        levels = [
            (_rank(sheet[one][speech], topic), _rank(sheet[other][speech], topic))
            for speech in sorted(speeches)
            for topic in sorted({*sheet[one][speech], *sheet[other][speech]})
        ]
        statuses = [
            (coded_status(pair.readers[one], topic), coded_status(pair.readers[other], topic))
            for pair in pairs
            if {one, other} <= pair.readers.keys()
            for topic in sorted(pair.topics)
        ]
        found = (find_alpha(levels, ordinal), find_alpha(statuses, nominal))
        print(
            f"  readers {one} and {other}: alpha of levels {found[0]:.2f} of {len(levels)},"
            f" of statuses {found[1]:.2f} of {len(statuses)}"
        )


def _rank(codes: Codes, topic: str) -> int:
    return LEVELS.index(codes.get(topic, (ABSENT,))[0])


def find_alpha(units: Sequence[tuple[Hashable, Hashable]], distance: Distance) -> float:
    """Return Krippendorff's alpha of two coders over units that both coded.

    Krippendorff, K. (2004), Content Analysis, second edition, chapter 11.
    """
    counts: Counter[Hashable] = Counter(value for unit in units for value in unit)
    observed = sum(distance(*unit, counts) for unit in units) * 2
    every = sum(
        counts[one] * counts[other] * distance(one, other, counts) for one in counts for other in counts
    )
    return 1 - (sum(counts.values()) - 1) * observed / every


def nominal(one: Hashable, other: Hashable, counts: Counter[Hashable]) -> float:
    """Return how far two codes are apart: not at all, or wholly."""
    del counts
    return float(one != other)


def ordinal(one: Hashable, other: Hashable, counts: Counter[Hashable]) -> float:
    """Return how far two ranks are apart: by how many codes lie between them, squared."""
    low, high = sorted((int(str(one)), int(str(other))))
    between = sum(counts[rank] for rank in range(low, high + 1))
    return float((between - (counts[low] + counts[high]) / 2) ** 2)


if __name__ == "__main__":
    main()
