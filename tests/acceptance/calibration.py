"""How far certainties hold on coded pairs, what other thresholds would give, and why claims are missed.

Printed by ``python -m tests.acceptance.session_pairs SHEET.csv --calibration``. On a sheet that the weights
were fitted on, the figures flatter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Final

from tests.coded_sheets import FREE, load_speech
from tracker.coding.coded_pairs import allowed_statuses, as_coded, coded_status
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.certainty import load_certainty
from tracker.comparing.topics.reading import NARROWER
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides, side_topics
from tracker.model.topics import CHOICES, STATUSES, SURE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.coding.coded_pairs import CodedPair
    from tracker.model.topics import TopicChange

DRAWS = 1000
BANDS = 10
CURVE = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
_HEADS: Final = {
    "absent": "new and not repeated, back among them",
    "moved": "moved up and moved down",
    "kept": "kept, more and less: both levels",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a topic of a pair, and whether one reader or all would allow it.

    ``agreed`` is what a certainty promises: the share of readers whose own code it is, those who would allow
    it counted by half; ``own`` is that without those.
    """

    pair: str
    change: TopicChange
    status: str
    any: bool
    every: bool
    agreed: float
    own: float
    firm: bool

    @property
    def certainty(self) -> float:
        """How sure it is said to be."""
        return self.change.outcome_certainty or 0.0


def print_calibration(pairs: Sequence[CodedPair], later: frozenset[str]) -> None:
    """Print tables of certainty by family of statuses, curves of true against found, and causes of misses."""
    told = [each for pair in pairs for each in tell(pair, later)]
    for family, head in _HEADS.items():
        print_bands(head, [each for each in told if STATUSES[each.change.outcome].family == family], pairs)
    for statuses in (("new", "not repeated"), ("moved up",), ("moved down",), ("kept",)):
        print_curve(statuses, [each for each in told if each.status in statuses], pairs)
    print_causes(pairs, told)


def tell(pair: CodedPair, later: frozenset[str]) -> list[Told]:
    """Return what ``tracker`` says of a pair at the lowest choice of ``--sure``, topics of later left out."""
    old, new = (load_speech(pair.country, session) for session in (pair.old, pair.new))
    changes = compare_sides(old, new, Basis(load_vocabulary(), encoder=None, sure=min(CHOICES))).topics
    found = []
    for change in changes:
        if change.topic in later - pair.topics:
            continue
        status = as_coded(change.outcome)
        allowed = [allowed_statuses(codes, change.topic) for codes in pair.readers.values()]
        own = [coded_status(codes, change.topic) == status for codes in pair.readers.values()]
        held = [status in each for each in allowed]
        firm = all(each == {status} for each in allowed)
        shares = (sum(held) + sum(own)) / 2 / len(own), sum(own) / len(own)
        found.append(Told(pair.name, change, status, any(held), all(held), *shares, firm=firm))
    return found


def is_claimed(told: Told, sure: float) -> bool:
    """Return whether what is claimed at the lowest choice, or would be but for its share, is so at one."""
    change = told.change
    least = load_certainty().find_threshold(change.outcome, sure)
    return (change.claimed or change.share_unsure) and told.certainty >= least


def print_bands(head: str, told: Sequence[Told], pairs: Sequence[CodedPair]) -> None:
    """Print by band of certainty how many there are, the mean, and how many hold."""
    heads = f"{'mean':>5} {'agreed':>6} {'own code':>8} {'true to any reader':>28} {'to all':>28}"
    print(f"\n{head}\n  {'certainty':10} {'of':>5} {heads}")
    for band in range(BANDS):
        held = [each for each in told if min(BANDS - 1, int(each.certainty * BANDS)) == band]
        if held:
            shares = [(each.certainty, each.agreed, each.own) for each in held]
            mean, agreed, own = (sum(column) / len(held) for column in zip(*shares, strict=True))
            cells = (ratio_words(count(held, pairs, kind)) for kind in ("any", "every"))
            print(
                f"  {band / BANDS:.1f} to {(band + 1) / BANDS:.1f} {len(held):>5} {mean:>5.2f} {agreed:>6.2f}"
                f" {own:>8.2f} {' '.join(f'{cell:>28}' for cell in cells)}"
            )


def count(told: Iterable[Told], pairs: Sequence[CodedPair], kind: str) -> list[tuple[int, int]]:
    """Return by pair how many hold, and how many there are."""
    counts = {pair.name: [0, 0] for pair in pairs}
    for each in told:
        counts[each.pair][0] += getattr(each, kind)
        counts[each.pair][1] += 1
    return [(held, of) for held, of in counts.values()]


def ratio_words(rows: Sequence[tuple[int, ...]], at: int = 0) -> str:
    """Return a ratio over all pairs, its 95 % interval by resampling pairs, and what it is of."""
    random = Random(0)  # noqa: S311 (a seeded bootstrap)
    values = sorted(_ratio(random.choices(rows, k=len(rows)), at) for _ in range(DRAWS))
    whole = sum(row[at + 1] for row in rows)
    low, high = values[DRAWS // 40], values[-DRAWS // 40]
    return f"{_ratio(rows, at):.2f} [{low:.2f}, {high:.2f}] of {whole}"


def _ratio(rows: Sequence[tuple[int, ...]], at: int) -> float:
    return sum(row[at] for row in rows) / max(1, sum(row[at + 1] for row in rows))


def print_curve(statuses: Collection[str], told: Sequence[Told], pairs: Sequence[CodedPair]) -> None:
    """Print how many are true, and how many firm ones are found, as claimed and from certainties on."""
    firm = {
        pair.name: sum(is_firm(pair, topic, status) for topic in pair.topics for status in statuses)
        for pair in pairs
    }
    print(f"\n{' and '.join(statuses):24} {'true':>28} {'found of the firm':>28}")
    rows = [(f"--sure {sure}", [each for each in told if is_claimed(each, sure)]) for sure in CHOICES]
    rows += [(f"all from {least}", [each for each in told if each.certainty >= least]) for least in CURVE]
    for name, held in [*rows, ("all told", told)]:
        found = Counter(each.pair for each in held if each.firm)
        cells = (
            ratio_words(count(held, pairs, "any")),
            ratio_words([(found[pair.name], firm[pair.name]) for pair in pairs]),
        )
        print(f"  {name:22} {' '.join(f'{cell:>28}' for cell in cells)}")


def is_firm(pair: CodedPair, topic: str, status: str) -> bool:
    """Return whether every reader coded a status without another choice."""
    return all(allowed_statuses(codes, topic) == {status} for codes in pair.readers.values())


def print_causes(pairs: Sequence[CodedPair], told: Iterable[Told]) -> None:
    """Print what became of the firm new and not repeated topics, with counts."""
    by_pair = {name: list(group) for name, group in groupby(told, key=lambda each: each.pair)}
    causes = Counter(
        find_cause(topic, status, by_pair.get(pair.name, ()), named)
        for pair in pairs
        for named in [find_named(pair)]
        for topic in sorted(pair.topics)
        for status in ("new", "not repeated")
        if is_firm(pair, topic, status)
    )
    print(f"\nfirm new and not repeated topics: {causes.total()}")
    for cause, number in causes.most_common():
        print(f"  {number:>5} {cause}")


def find_named(pair: CodedPair) -> Mapping[str, frozenset[str]]:
    """Return the topics that each speech of a pair names by a term, the one that would have it new first."""
    new, old = (
        frozenset(
            reading.topic
            for reading in side_topics(load_speech(pair.country, session), load_vocabulary())
            if reading.rule != NARROWER
        )
        for session in (pair.new, pair.old)
    )
    return {"new": new, "not repeated": old}


def find_cause(topic: str, status: str, told: Iterable[Told], named: Mapping[str, frozenset[str]]) -> str:
    """Return what became of a topic that is firmly new or not repeated."""
    by_topic = {each.change.topic: each for each in told}
    found = by_topic.get(topic)
    if found and found.status == status:
        return "claimed" if is_claimed(found, SURE) else "right, but not sure enough to be claimed"
    if topic.startswith(FREE):
        return "no topic of the vocabulary"
    if topic in named["not repeated" if status == "new" else "new"]:
        return "a term, which may be loose, credits the other side with it"
    if any(by_topic[other].status == status for other in find_related(topic) & by_topic.keys()):
        return "told under a broader, narrower or neighbouring topic"
    return "too unsure to be told" if topic in named[status] else "worded without a term"


def find_related(topic: str) -> frozenset[str]:
    """Return the topics above and below a topic, and those of the same broader one."""
    above = {each.id: each.broader for each in load_vocabulary().topics}
    own = above.get(topic)
    near = {each for each, broader in above.items() if broader == topic or (own and broader == own)}
    return frozenset(near | ({own} if own else set())) - {topic}
