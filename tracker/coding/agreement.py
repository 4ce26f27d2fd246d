"""``tracker agreement``: how a second reader answers where careful ones coded, and what claims it makes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from tracker.coding.coded_pairs import (
    ABSENT,
    allowed_statuses,
    as_coded,
    coded_status,
    load_coded,
    load_digests,
)
from tracker.coding.settle import open_compared, suppose_levels
from tracker.comparing.decisions.agreement import find_alpha
from tracker.comparing.decisions.opinions import CLASSES, NOT_SURE, Measured, find_weights
from tracker.comparing.decisions.rulings import UNDECIDED, Decided
from tracker.comparing.pipeline import Basis
from tracker.diff.compare import compare_sides
from tracker.diff.derive import cache_vectors
from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.model.decisions import Answer, Opinion
from tracker.model.measured import CoderMeasured, LevelRow, Scores, Share, StatusRow
from tracker.model.texts import Reference
from tracker.model.topics import STATUSES, Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.coded_pairs import CodedPair, Codes
    from tracker.coding.settle import OpenComparison
    from tracker.model.changes import Comparison
    from tracker.model.decisions import Odds, Request
    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange, Vocabulary
    from tracker.report.answers.open_rows import OpenAnswer

BODY: Final = "UNGA"
CORPUS: Final = "UN General Debate Corpus, version 13 (doi:10.7910/DVN/0TJX8Y)"
CODED: Final = tuple(
    sorted(
        (status for status, entry in STATUSES.items() if entry.coded == status),
        key=lambda status: get_args(Family).index(STATUSES[status].family),
    )
)
"""The statuses that readers' levels give, by family."""

Answers = Mapping[tuple[str, str], Mapping[tuple[str, str], Answer]]
"""What a coder answered, by the references of a pair, then by topic and side."""


class Found(NamedTuple):
    """A coded pair of which the archive has both texts, as the program alone compares them."""

    pair: CodedPair
    sides: tuple[Side, Side]
    open: OpenComparison


def find_texts(
    archive: ArchiveSession,
) -> tuple[list[tuple[CodedPair, Reference, Reference]], list[tuple[str, str]]]:
    """Return the coded pairs of which the archive has both texts, and the texts that it lacks."""
    held = {key: _find_text(archive, *key) for key in load_digests()}
    there = []
    for pair in load_coded():
        old, new = (held[pair.country, session] for session in (pair.old, pair.new))
        if old and new:
            there.append((pair, old, new))
    return there, [key for key, reference in held.items() if reference is None]


def _find_text(archive: ArchiveSession, country: str, session: str) -> Reference | None:
    """Return the snapshot that has a coded text, whatever its edition."""
    try:
        reference = archive.reader.resolve(Reference(country, BODY, session))
        side = archive.reader.side(reference)
    except (NotInArchive, ReferenceInvalid, Withdrawn):
        return None
    return reference if side.sha256 == load_digests()[country, session] else None


def compare_alone(
    pair: CodedPair, old: Reference, new: Reference, archive: ArchiveSession, vocabulary: Vocabulary
) -> Found:
    """Compare a coded pair as the program does alone: no decisions, and no other sessions."""
    sides = archive.reader.side(old), archive.reader.side(new)
    comparison = _compare(sides, archive, vocabulary, UNDECIDED)
    return Found(pair, sides, open_compared(old, new, comparison, vocabulary))


def _compare(
    sides: tuple[Side, Side], archive: ArchiveSession, vocabulary: Vocabulary, decided: Decided
) -> Comparison:
    return compare_sides(
        *sides, Basis(vocabulary, cache_vectors(None, archive.derived), decided), archive.derived
    )


def read_answers(requests: Iterable[Request]) -> Answers:
    """Return the last answers of a model by pair of references, then by topic and side."""
    found: dict[tuple[str, str], dict[tuple[str, str], Answer]] = defaultdict(dict)
    for request in requests:
        for answer in request.answers:
            found[str(request.old), str(request.new)][answer.topic, answer.side] = answer
    return found


def read_sheet_answers(rows: Iterable[OpenAnswer], coder: str) -> Answers:
    """Return what a person answered in a sheet, as ``read_answers`` returns it."""
    found: dict[tuple[str, str], dict[tuple[str, str], Answer]] = defaultdict(dict)
    for row in rows:
        if row.coder == coder:
            for side, level in zip(("old", "new"), row.levels, strict=True):
                if level:
                    said = None if level == NOT_SURE else level
                    found[row.old, row.new][row.topic, side] = Answer(row.topic, side, said)  # type: ignore[arg-type]
    return found


def list_measured(found: Iterable[Found], answers: Answers) -> tuple[Measured, ...]:
    """Return how often the coder gave each answer where the readers coded each level, by country."""
    counts: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for each in found:
        supposed = _suppose(each)
        for answer in answers.get(_name(each), {}).values():
            for codes in each.pair.readers.values():
                said = supposed(answer), answer.level or NOT_SURE, _code(codes, answer)
                counts[each.pair.country, *said] += 1 / len(each.pair.readers)
    return tuple(Measured(*key, round(counts[key], 4)) for key in sorted(counts))


def _suppose(found: Found) -> Callable[[Answer], str]:
    """Return what tells the level that the program alone supposes where an answer was given."""
    levels = {change.topic: suppose_levels(change) for change in found.open.comparison.topics}
    return lambda answer: levels.get(answer.topic, (ABSENT, ABSENT))[answer.side == "new"]


def measure(
    coder: str,
    found: Sequence[Found],
    answers: Answers,
    spent: Sequence[Request],
    archive: ArchiveSession,
    vocabulary: Vocabulary,
) -> CoderMeasured:
    """Return how a coder does on coded pairs: what is claimed with its answers, weighed as everywhere.

    What is measured on a country's speeches does not weigh there.
    """
    measured = list_measured(found, answers)
    tallies = {name: _Tally() for name in ("alone", "joined", "reader")}
    for each in found:
        weights = find_weights(measured, each.pair.country)
        said, supposed = answers.get(_name(each), {}).values(), _suppose(each)
        opinions = (
            tuple(_weigh(coder, one, weights.find(supposed(one), one.level)) for one in said)
            if weights
            else ()
        )
        joined = alone = each.open.comparison.topics
        if opinions:
            joined = _compare(each.sides, archive, vocabulary, Decided(opinions=opinions)).topics
        everyone = tuple(each.pair.readers.values())
        tallies["alone"].add(_list_claims(alone), everyone)
        tallies["joined"].add(_list_claims(joined), everyone)
        for at, one in enumerate(everyone if everyone[1:] else ()):
            others = (*everyone[:at], *everyone[at + 1 :])
            tallies["reader"].add(_list_coded(one, each.pair.topics), others)
    cells = [(each.pair, answer) for each in found for answer in answers.get(_name(each), {}).values()]
    whole = find_weights(measured, None)
    return CoderMeasured(
        coder=coder,
        pairs=len(found),
        countries=len({each.pair.country for each in found}),
        cells=len(cells),
        unsure=sum(answer.level is None for _, answer in cells),
        refused=sum({each.shown: each.refused for each in spent}.values()),  # when it was last asked
        tokens=sum((each.input_tokens or 0) + (each.output_tokens or 0) for each in spent) if spent else None,
        seconds=round(sum(each.seconds for each in spent), 1) if spent else None,
        alpha=whole.alpha if whole else None,
        statuses=tuple(
            StatusRow(status, *(tallies[name].score(status) for name in ("alone", "joined", "reader")))
            for status in CODED
        ),
        levels=tuple(_list_alphas(cells)),
    )


def _weigh(coder: str, answer: Answer, odds: Odds | None) -> Opinion:
    return Opinion(coder, "model", "", answer.topic, answer.side, answer.level, (), odds=odds)


def _name(found: Found) -> tuple[str, str]:
    return str(found.open.old), str(found.open.new)


def _code(codes: tuple[Codes, Codes], answer: Answer) -> str:
    return codes[answer.side == "new"].get(answer.topic, (ABSENT,))[0]


def _list_alphas(cells: Sequence[tuple[CodedPair, Answer]]) -> Iterator[LevelRow]:
    """Yield alpha of all levels, then of each alone: the coder with readers, readers with each other."""
    with_coder, among = [], []
    for pair, answer in cells:
        codes = [_code(each, answer) for each in pair.readers.values()]
        among.append(codes)
        if answer.level:
            with_coder += [(answer.level, code) for code in codes]
    yield LevelRow("all levels", find_alpha(with_coder), find_alpha(among))
    for level in CLASSES:
        mine, theirs = (
            find_alpha([tuple(str(code == level) for code in unit) for unit in units])
            for units in (with_coder, among)
        )
        yield LevelRow(level, mine, theirs)


class _Tally:
    """Claims and firm codes by status."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, claims: Mapping[str, str | None], readers: Sequence[tuple[Codes, Codes]]) -> None:
        """Count the claims about one pair, each a status by topic, against what readers coded."""
        topics = {*claims, *(topic for sides in readers for side in sides for topic in side)}
        for topic in topics:
            allowed = [allowed_statuses(sides, topic) for sides in readers]
            claimed = claims.get(topic)
            if claimed:
                self._counts["claims", claimed] += 1
                self._counts["true", claimed] += any(claimed in each for each in allowed)
            firm = set.intersection(*map(set, allowed)) if len(set().union(*allowed)) == 1 else ()
            for status in filter(None, firm):
                self._counts["firm", status] += 1
                self._counts["found", status] += status == claimed

    def score(self, status: str) -> Scores:
        """Return how many of the claims of a status are true, and of the firm ones found."""
        held = {name: self._counts[name, status] for name in ("true", "claims", "found", "firm")}
        return Scores(Share(held["true"], held["claims"]), Share(held["found"], held["firm"]))


def _list_claims(changes: Iterable[TopicChange]) -> dict[str, str | None]:
    return {each.topic: as_coded(each.outcome) for each in changes if each.claimed}


def _list_coded(codes: tuple[Codes, Codes], topics: Iterable[str]) -> dict[str, str | None]:
    return {topic: coded_status(codes, topic) for topic in topics}
