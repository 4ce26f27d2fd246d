"""Fit the probabilities of ``certainty.toml`` on coded speeches, and print that file.

Three models tell for each topic of a speech how likely a careful reader calls it a priority, finds it at all,
and calls it declared: one sentence at least shows it, or something unseen does (noisy or), with a ridge, by
L-BFGS. Beside the features, each frequent word of a sentence, each term and each topic has a weight of its
own, held close to none. What the levels of both speeches give is then weighed by a logistic function for each
family of statuses, fitted on what ``compare_topics`` finds in speeches of countries that they were fitted
without. Figures are cross-validated: the speeches of a country are left out together. Run as ``python -m
tests.benchmarks.fit_certainty``, a few minutes; it writes ``measured.toml``, and what it prints is
``certainty.toml``.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tests.coded_sheets import (
    CODING,
    EARLIER,
    FREE,
    PRIORITY,
    list_sessions,
    load_speech,
    read_later,
    read_sheet,
)
from tracker.coding.coded_pairs import ABSENT, allowed_statuses, as_coded, coded_status, pair_speeches
from tracker.comparing.decisions.opinions import CLASSES
from tracker.comparing.pipeline import side_vocabulary
from tracker.comparing.topics.associations import load_associations
from tracker.comparing.topics.certainty import (
    SENTENCE_FEATURES,
    TOPIC_FEATURES,
    digest_words,
    read_weights,
)
from tracker.comparing.topics.evidence import Absences
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import NARROWER, read_evidence, weigh_reading
from tracker.comparing.topics.statuses import OtherSessions, ReadText, compare_topics, find_priorities
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import LOOK_BACK
from tracker.model.topics import CHOICES, STATUSES, SURE
from tracker.references import own_names
from tracker.report.comparison.lead import NAMED, choose_told

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import Any

    from numpy.typing import NDArray
    from scipy import sparse

    from tracker.coding.coded_pairs import CodedPair, Codes, Speech
    from tracker.comparing.topics.certainty import CertaintyWeights, TopicEvidence
    from tracker.model.texts import Version
    from tracker.model.topics import Status, TopicChange, TopicReading, Vocabulary

    Array = NDArray[np.float64]
    Readings = Sequence[tuple[TopicReading, TopicEvidence]]

SHEETS = (CODING / "mended.csv", CODING / "single.csv", EARLIER / "levels.csv")
FOLDS = 10
MEASURED = Path(__file__).parents[2] / "tracker" / "comparing" / "topics" / "measured.toml"
MEASURED_HEAD = """\
# The topics whose certainties were measured, and how the digest of the words begins by which each was named
# then, in English; written by tests/benchmarks/fit_certainty.py. A topic that is added, or is named by other
# words, is unmeasured until the weights are fitted again.

"""
KINDS = ("priority", "presence", "declared")
HEAD = """\
# How sure a claim is, written by tests/benchmarks/fit_certainty.py. Fitted on pairs of neighbouring
# speeches of the UN General Debate Corpus v13 (CC0), coded by two readers (mended.csv in
# tests/acceptance/coding) or by one (single.csv there, and levels.csv in tests/benchmarks/coding). Terms and
# cues were mended on some of the same pairs, so other speeches may do a little worse. Ten-fold
# cross-validation by country gave, true being what one of two readers codes or allows (a second is taken to
# allow as much of what the only one does not as where there are two):"""
PERHAPS_TRUE = 0.6
"""How much of what is told is to be true, with what is perhaps so."""
EVEN = 0.5
"""The certainty below which nothing is claimed, unless less than usual is asked to be true."""
LEAD_TRUE = 0.95
"""How much of what leads name is to be true."""
_FAMILIES: Final = sorted({each.family for each in STATUSES.values()})
_CLAIMED: Final = sorted({each.claimed_as for each in STATUSES.values()})
_REPORTED: Final[tuple[Status, ...]] = (
    "new",
    "back",
    "not repeated",
    "moved up",
    "moved down",
    "more",
    "kept",
)
_CHOSEN_ON: Final[Mapping[Status, tuple[Status, ...]]] = {"new": ("new", "back")}
"""By status those whose claims its bar is chosen on: without a series, what is back is new."""
_SHOWN_LEADS = (0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
_FEWEST = 30
"""Claims that a share of true ones is counted on."""
_FREE = 0.01
_RIDGE = 4.0
_RIDGE_OF_TOPICS = 6.0
_RIDGE_OF_WORDS = 25.0
_RIDGE_OF_TERMS = 2.5
_FREQUENT, _USED = 80, 6
"""Sentences that a word must stand in to have a weight, and that a term must name its topic in."""
_LEAST_OF = {"words": 0.02, "terms": 0.05, "topics": 0.02, "unseen_topics": 0.02}
"""Weights of words, terms and topics below this are left out of the file."""
_STEPS = 200
_DOUBT = {True: 0.65, False: 0.35}
"""How far a reader who allows both of two answers holds the one she gave."""
_ALLOWED = 0.5
"""How far a reader agrees who gave another status, and would allow this one."""
_FAINTEST = 0.08
"""Where both levels give a status with less than this, a mere mention is no candidate for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A topic in a speech: its evidence, and how far the readers call it a priority, there, and declared."""

    speech: Speech
    group: int
    topic: str
    evidence: TopicEvidence
    priority: float
    presence: float
    declared: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A status that a pair is said to have: what speaks for it, and what the readers say of it."""

    pair: str
    topic: str
    fold: int
    status: Status
    chance: float
    unnamed: bool
    claimable: bool
    """Whether it would be claimed if only it were sure enough."""
    agreed: float
    """The share of readers who gave it, those who would allow it counted by half."""
    allowed: tuple[bool, ...]
    """By reader, whether she allows it."""
    true: float
    """Whether one of two readers allows it; where the only one does not, how likely a second does."""
    firm: bool
    """Whether no reader allows another."""
    change: TopicChange


@dataclass(frozen=True, slots=True)
class Read:
    """A speech, its readings by the rules alone, and the evidence for topics it names and does not name."""

    version: Version
    readings: Readings
    absences: Absences


@dataclass(frozen=True, slots=True)
class Coded:
    """What was coded: topics of speeches, pairs, and the speeches themselves."""

    rows: Sequence[Row]
    pairs: Sequence[CodedPair]
    speeches: Mapping[Speech, Read]
    later: frozenset[tuple[str, str]]
    """Names of pairs with topics that were unknown when they were coded, and that no reader named."""
    earlier: Mapping[Speech, Readings] = field(default_factory=dict)
    """What the speeches before those of pairs say, by rules alone, where these are looked at."""


def main() -> None:
    """Note what is measured, fit, print the figures as comments, and the weights below them."""
    if load_associations().vocabulary != load_vocabulary().digest:
        sys.exit("count first: python -m tests.benchmarks.make_associations")
    write_measured()
    coded = look_back(read_coded())
    problems = [Problem(coded.rows, kind) for kind in KINDS]
    claims = ask_second_reader(cross_validate(coded, problems))
    certainty = cross_validate_claims(claims)
    thresholds = choose_thresholds(claims, certainty)
    perhaps = choose_perhaps(claims, certainty)
    leads = measure_leads(claims, certainty, thresholds)
    print(HEAD)
    for line in (*report(coded.pairs, claims, certainty, thresholds, perhaps), *report_leads(leads)):
        print(f"# {line}")
    whole = {problem.kind: problem.tabulate(problem.fit()) for problem in problems}
    print_file(whole, fit_claims(claims), thresholds, perhaps, choose_lead(leads))


def write_measured() -> None:
    """Write by which words each topic is named, before anything is read: of others nothing is learned."""
    rows = [f'{topic.id} = "{digest_words(topic)}"\n' for topic in load_vocabulary().topics]
    MEASURED.write_text(MEASURED_HEAD + "".join(rows), "utf-8")


def read_coded(countries: Container[str] | None = None) -> Coded:
    """Read the sheets and the evidence of their speeches, of all countries or of some.

    Of topics that came later nothing is known.
    """
    rows: list[Row] = []
    pairs: list[CodedPair] = []
    texts: dict[Speech, Read] = {}
    later: set[tuple[str, str]] = set()
    groups: dict[str, int] = {}
    for path in SHEETS:
        sheet = {
            reader: {at: codes for at, codes in held.items() if countries is None or at[0] in countries}
            for reader, held in read_sheet(path).items()
        }
        coded = pair_speeches(sheet)
        pairs += coded
        unknown = read_later(path)
        later |= {(pair.name, topic) for pair in coded for topic in unknown - pair.topics}
        speeches = sorted({speech for held in sheet.values() for speech in held})
        texts |= {speech: _read_speech(*speech) for speech in speeches if speech not in texts}
        named = {speech: {reading.topic for reading, _ in texts[speech].readings} for speech in speeches}
        for country, session in speeches:
            group = groups.setdefault(country, len(groups))
            codes = [held[country, session] for held in sheet.values() if (country, session) in held]
            near = [(country, str(int(session) + step)) for step in (-1, 0, 1)]
            met = {topic for speech in near for topic in named.get(speech, ())}
            called = {t for held in sheet.values() for speech in near for t in held.get(speech, {})}
            here = {topic for held in codes for topic in held}
            asked = {topic for topic in met | called if topic not in unknown or topic in here}
            rows += _rows((country, session), group, texts[country, session], codes, asked)
    return Coded(rows, pairs, texts, frozenset(later))


def _read_speech(country: str, session: str) -> Read:
    side = load_speech(country, session)
    version, vocabulary = side.version, side_vocabulary(side, load_vocabulary())
    readings = read_evidence(version, vocabulary, own_names=own_names(country))
    return Read(version, readings, Absences(version, vocabulary, sum(count_substance(version))))


def look_back(coded: Coded) -> Coded:
    """Return the same with what is said in the speeches before those of pairs, by which a topic is back."""
    speeches = sorted({each for pair in coded.pairs for each in list_earlier(pair)})
    read = {
        each: coded.speeches[each] if each in coded.speeches else _read_speech(*each) for each in speeches
    }
    return replace(coded, earlier={each: found.readings for each, found in read.items()})


def list_earlier(pair: CodedPair) -> list[Speech]:
    """Return the speeches that ``tracker diff`` looks back on, the latest first."""
    return [
        (pair.country, str(session))
        for session in sorted(list_sessions(pair.country), reverse=True)
        if session < int(pair.old)
    ][:LOOK_BACK]


def _rows(
    speech: Speech, group: int, read: Read, codes: Sequence[Codes], topics: Iterable[str]
) -> Iterable[Row]:
    known = {reading.topic: evidence for reading, evidence in read.readings}
    for topic in sorted(topic for topic in topics if not topic.startswith(FREE)):
        answers = [held.get(topic, (ABSENT,)) for held in codes]
        shares = (
            sum(_weigh([CLASSES[a] >= least for a in answer]) for answer in answers) / len(codes)
            for least in (PRIORITY, CLASSES["mentioned"], CLASSES["declared"])
        )
        yield Row(speech, group, topic, known.get(topic) or read.absences.describe(topic), *shares)


def _weigh(answers: Sequence[bool]) -> float:
    return float(answers[0]) if len(set(answers)) == 1 else _DOUBT[answers[0]]


class Problem:
    """One of the two models to fit: design matrices, and what the readers said."""

    def __init__(self, rows: Sequence[Row], kind: str) -> None:
        self.kind = kind
        self.answers = np.array([getattr(row, kind) for row in rows])
        from scipy import sparse  # noqa: PLC0415 (of the extra fit; floors must say without it that there is no data)

        self.fold = np.array([row.group % FOLDS for row in rows])
        self.owner = np.array([at for at, row in enumerate(rows) for _ in row.evidence.sentences])
        self.topics = sorted({row.topic for row in rows})
        used = [held for row in rows for held in row.evidence.words]
        self.words = _list_frequent(used, _FREQUENT)
        named = [held for row in rows for held in row.evidence.terms]
        self.terms = _list_frequent(named, _USED)
        whole = np.array([row.evidence.topic for row in rows])
        of_topics = _mark([{row.topic} for row in rows], self.topics)
        sentences = np.array([sentence for row in rows for sentence in row.evidence.sentences])
        dense = np.hstack([np.ones((len(used), 1)), sentences, whole[self.owner]])
        self.sentences = sparse.hstack(
            [
                sparse.csr_array(dense),
                _mark(used, self.words),
                _mark(named, self.terms),
                of_topics[self.owner],
            ],
            format="csr",
        )
        self.unseen = sparse.hstack(
            [sparse.csr_array(np.hstack([np.ones((len(rows), 1)), whole])), of_topics], format="csr"
        )
        self.width = self.sentences.shape[1]
        self.ridge = np.array(
            [
                *(_FREE, *[_RIDGE] * (dense.shape[1] - 1)),
                *[_RIDGE_OF_WORDS] * len(self.words),
                *[_RIDGE_OF_TERMS] * len(self.terms),
                *[_RIDGE_OF_TOPICS] * len(self.topics),
                *(_FREE, *[_RIDGE] * whole.shape[1]),
                *[_RIDGE_OF_TOPICS] * len(self.topics),
            ]
        )

    def fit(self, chosen: Array | None = None) -> Array:
        """Return the weights for all rows, or for those chosen."""
        weights = np.zeros(self.width + self.unseen.shape[1])
        weights[0], weights[self.width] = -2.0, -4.0
        mask = np.ones(len(self.answers)) if chosen is None else chosen.astype(float)
        from scipy.optimize import minimize  # noqa: PLC0415 (as above)

        found = minimize(self._cost, weights, (mask,), "L-BFGS-B", jac=True, options={"maxiter": _STEPS})
        return np.asarray(found.x)

    def tabulate(self, weights: Array) -> dict[str, dict[str, float]]:
        """Return the weights as the tables of the file, those that hardly count left out."""
        left = iter(weights)
        return {
            part: {
                name: round(float(weight), 4)
                for name, weight in [(name, next(left)) for name in names]
                if abs(weight) >= _LEAST_OF.get(part, 0.0)
            }
            for part, names in (
                ("sentence", ("constant", *SENTENCE_FEATURES)),
                ("topic", TOPIC_FEATURES),
                ("words", self.words),
                ("terms", self.terms),
                ("topics", self.topics),
                ("unseen", ("constant", *TOPIC_FEATURES)),
                ("unseen_topics", self.topics),
            )
        }

    def _scores(self, weights: Array) -> tuple[Array, Array]:
        return self.sentences @ weights[: self.width], self.unseen @ weights[self.width :]

    def _misses(self, seen: Array, unseen: Array) -> Array:
        """Return the logarithm of the probability that nothing shows it."""
        joined = np.bincount(self.owner, weights=np.logaddexp(0, seen), minlength=len(unseen))
        return np.minimum(-joined - np.logaddexp(0, unseen), -1e-6)

    def _cost(self, weights: Array, mask: Array) -> tuple[float, Array]:
        """Return minus the logarithm of the likelihood, with the ridge, and its slope."""
        seen, unseen = self._scores(weights)
        misses = self._misses(seen, unseen)
        shown = 1 - np.exp(misses)
        likelihood = mask @ (self.answers * np.log(shown) + (1 - self.answers) * misses)
        pull = mask * (self.answers * np.exp(misses) / shown - (1 - self.answers))
        slope = np.concatenate(
            [
                self.sentences.T @ (-pull[self.owner] * _logistic(seen)),
                self.unseen.T @ (-pull * _logistic(unseen)),
            ]
        )
        held = self.ridge * weights
        return held @ weights / 2 - likelihood, slope + held


def _list_frequent(rows: Iterable[AbstractSet[str]], least: int) -> list[str]:
    """Return in order what so many rows have."""
    counts = Counter(name for row in rows for name in row)
    return sorted(name for name, count in counts.items() if count >= least)


def _mark(rows: Sequence[AbstractSet[str]], names: Sequence[str]) -> sparse.csr_array:
    """Return which of the names each row has."""
    from scipy import sparse  # noqa: PLC0415 (as above)

    places = {name: at for at, name in enumerate(names)}
    held = [sorted(places[name] for name in row & places.keys()) for row in rows]
    ends = np.cumsum([0, *map(len, held)])
    return sparse.csr_array(
        (np.ones(ends[-1]), np.array([at for row in held for at in row], dtype=int), ends),
        shape=(len(rows), len(names)),
    )


def _logistic(scores: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))


def cross_validate(coded: Coded, problems: Sequence[Problem]) -> list[Claim]:
    """Return what is said of each pair by weights that were fitted without its country's fold."""
    folds = {row.speech[0]: row.group % FOLDS for row in coded.rows}
    claims = []
    for number in sorted(set(folds.values())):
        tables = {each.kind: each.tabulate(each.fit(each.fold != number)) for each in problems}
        left_out = [pair for pair in coded.pairs if folds[pair.country] == number]
        claims += list_claims(coded, left_out, read_unweighed(tables), number)
    return claims


def read_unweighed(tables: Mapping[str, Any]) -> CertaintyWeights:
    """Return weights whose certainty is what the levels of both sides give, and that claim all they can."""
    claimed = {name: {f"{sure:.1f}": 0.0 for sure in CHOICES} for name in _CLAIMED}
    status = {family: {"constant": 0.0, "chance": 1.0, "unnamed": 0.0} for family in _FAMILIES}
    rest = {"perhaps": _FAINTEST, "lead": 0.0}
    return read_weights({**tables, **rest, "status": status, "claimed": claimed})


def ask_second_reader(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims with how likely a second reader allows what the only one does not.

    Of claims that one of two readers does not allow, the other allows a share; where one alone read, it is
    taken for the same.
    """
    both = [claim for claim in claims if len(claim.allowed) > 1]
    refused = sum(len(claim.allowed) - sum(claim.allowed) for claim in both)
    divided = sum(any(claim.allowed) and not all(claim.allowed) for claim in both)
    share = divided / (refused or 1)
    return [claim if len(claim.allowed) > 1 or claim.true else replace(claim, true=share) for claim in claims]


def list_claims(
    coded: Coded, pairs: Iterable[CodedPair], weights: CertaintyWeights, fold: int = 0
) -> list[Claim]:
    """Return what ``compare_topics`` says of pairs by given weights, beside what their readers say."""
    vocabulary = load_vocabulary()
    return [
        claim
        for pair in pairs
        for claim in _compare(pair, coded, weights, fold, vocabulary)
        if (pair.name, claim.topic) not in coded.later
    ]


def _compare(
    pair: CodedPair,
    coded: Coded,
    weights: CertaintyWeights,
    fold: int,
    vocabulary: Vocabulary,
) -> Iterable[Claim]:
    sides = [coded.speeches[pair.country, session] for session in (pair.old, pair.new)]
    readings = [_weigh_readings(side.readings, weights) for side in sides]
    earlier = {
        each[1]: find_priorities(_weigh_readings(coded.earlier[each], weights))
        for each in list_earlier(pair)
        if each in coded.earlier
    }
    named = [{each.topic for each in side if each.rule != NARROWER} for side in readings]
    old, new = (ReadText(side.version, found) for side, found in zip(sides, readings, strict=True))
    changes, _ = compare_topics(old, new, vocabulary, OtherSessions(earlier), weights=weights)
    for change in changes:
        status = as_coded(change.outcome)
        allowed = [allowed_statuses(codes, change.topic) for codes in pair.readers.values()]
        given = [coded_status(codes, change.topic) == status for codes in pair.readers.values()]
        agreed = [max(own, _ALLOWED * (status in each)) for own, each in zip(given, allowed, strict=True)]
        one_sided = None in (change.old, change.new)
        held = tuple(status in each for each in allowed)
        yield Claim(
            pair=pair.name,
            topic=change.topic,
            fold=fold,
            status=change.outcome,
            chance=change.outcome_certainty or 0.0,
            unnamed=one_sided and change.topic not in named[change.old is not None],
            claimable=change.claimed or change.share_unsure,
            agreed=sum(agreed) / len(agreed),
            allowed=held,
            true=any(held),
            firm=all(each == {status} for each in allowed),
            change=change,
        )


def _weigh_readings(readings: Readings, weights: CertaintyWeights) -> list[TopicReading]:
    return [
        weigh_reading(reading, weights.estimate(evidence), measured=True) for reading, evidence in readings
    ]


def fit_claims(claims: Sequence[Claim]) -> dict[str, Array]:
    """Return by family a constant, the weight of the levels' chance, and that of no sentence naming it."""
    return {family: _fit_family(_select(claims, family)) for family in _FAMILIES}


def _select(claims: Sequence[Claim], family: str) -> list[Claim]:
    return [claim for claim in claims if STATUSES[claim.status].family == family]


def _fit_family(claims: Sequence[Claim]) -> Array:
    """Return the weights of a logistic function, with a ridge (Newton)."""
    features = np.array([_features(claim) for claim in claims])
    answers = np.array([claim.agreed for claim in claims])
    weights, ridge = np.zeros(3), np.array([0.01, 2.0, 2.0])
    for _ in range(25):
        found = _logistic(features @ weights)
        slope = features.T @ (answers - found) - ridge * weights
        curve = (features * (found * (1 - found))[:, None]).T @ features + np.diag(ridge)
        weights += np.linalg.solve(curve, slope)
    return weights


def _features(claim: Claim) -> tuple[float, float, float]:
    return 1.0, float(np.log(claim.chance / (1 - claim.chance))), float(claim.unnamed)


def cross_validate_claims(claims: Sequence[Claim]) -> Array:
    """Return the certainty of each claim by logistic functions that were fitted without its fold."""
    found = np.zeros(len(claims))
    for number in {claim.fold for claim in claims}:
        weights = fit_claims([claim for claim in claims if claim.fold != number])
        for at, claim in enumerate(claims):
            if claim.fold == number:
                found[at] = rate_claim(claim, weights)
    return found


def rate_claim(claim: Claim, weights: Mapping[str, Array]) -> float:
    """Return the certainty of a claim."""
    return float(_logistic(np.array(_features(claim)) @ weights[STATUSES[claim.status].family]))


def choose_thresholds(claims: Sequence[Claim], certainty: Array) -> dict[str, dict[str, float]]:
    """Return by status, and by how many of the claims are to be true, the certainty from which to claim.

    It is the lowest in hundredths from which on so many are true, what is told even as perhaps so, and for
    what is claimed unless a user asks otherwise as likely as not: what is sure makes up for no guesses.
    """
    found: dict[str, dict[str, float]] = {}
    lowest = choose_perhaps(claims, certainty)
    for name in _CLAIMED:
        among = _CHOSEN_ON.get(name, (name,))
        at = [
            n for n, each in enumerate(claims) if STATUSES[each.status].claimed_as in among and each.claimable
        ]
        true = np.array([claims[n].true for n in at])
        found[name] = {
            f"{sure:.1f}": max(lowest, EVEN * (sure == SURE), _find_lowest(true, certainty[at], sure))
            for sure in CHOICES
        }
    return found


def choose_perhaps(claims: Sequence[Claim], certainty: Array) -> float:
    """Return the lowest certainty from which on its readers allow enough of what is new or not repeated."""
    at = [n for n, claim in enumerate(claims) if STATUSES[claim.status].family == "absent"]
    return _find_lowest(np.array([any(claims[n].allowed) for n in at]), certainty[at], PERHAPS_TRUE)


@dataclass(frozen=True, slots=True)
class Leads:
    """The leads of all pairs, made of claims that are at least so certain."""

    least: float
    sentences: Counter[int]
    """Pairs by how many sentences on claims their leads have."""
    named: int
    """Claims in them, *more* and *less* apart, which these sheets do not tell from *kept*."""
    true: float


def measure_leads(
    claims: Sequence[Claim], certainty: Array, thresholds: Mapping[str, Mapping[str, float]]
) -> list[Leads]:
    """Return the leads by the certainty that is asked of what they name, in hundredths from half."""
    pairs: dict[str, list[TopicChange]] = defaultdict(list)
    true = {(claim.pair, claim.topic): claim.true for claim in claims}
    for claim, sure in zip(claims, certainty, strict=True):
        least = thresholds[STATUSES[claim.status].claimed_as][f"{SURE}"]
        is_claimed = claim.claimable and sure >= least and not claim.change.share_unsure
        pairs[claim.pair].append(replace(claim.change, outcome_certainty=float(sure), claimed=is_claimed))
    found = []
    for hundredths in range(50, 100):
        told = {pair: choose_told(changes, hundredths / 100) for pair, changes in pairs.items()}
        named = [
            true[pair, change.topic]
            for pair, groups in told.items()
            for group in groups
            for change in group[:NAMED]
            if STATUSES[change.outcome].family != "kept"
        ]
        sentences = Counter(len(groups) for groups in told.values())
        found.append(Leads(hundredths / 100, sentences, len(named), sum(named)))
    return found


def choose_lead(leads: Sequence[Leads]) -> float:
    """Return the lowest certainty at which enough of what leads name is true."""
    return next(each.least for each in leads if each.true >= LEAD_TRUE * each.named)


def report_leads(leads: Sequence[Leads]) -> Iterable[str]:
    """Yield what leads would be with some certainties, and with the one that is chosen."""
    chosen = choose_lead(leads)
    for each in leads:
        if each.least == chosen or each.least in _SHOWN_LEADS:
            of = sum(each.sentences.values())
            parts = ", ".join(f"{number} in {each.sentences[number] / of:.2f}" for number in (3, 2, 1, 0))
            name = f"lead{' as chosen' * (each.least == chosen)}, from {each.least}"
            true = f"{each.true:.0f} of {each.named} claims true ({each.true / each.named:.3f})"
            yield f"{name}: {true}; sentences: {parts} of the pairs"


def _find_lowest(true: Array, certainty: Array, sure: float) -> float:
    for hundredths in range(100):
        share = true[certainty >= hundredths / 100]
        if len(share) < _FEWEST:
            break
        if share.mean() >= sure:
            return hundredths / 100
    return 1.0


def report(
    pairs: Sequence[CodedPair],
    claims: Sequence[Claim],
    certainty: Array,
    thresholds: Mapping[str, Mapping[str, float]],
    perhaps: float,
) -> list[str]:
    """Return how many claims of each status are true, and how many of the firm ones are found.

    Of *more* and *kept* together as many are firm, and of *new* and *back*: sheets do not tell them apart.
    """
    lines = []
    for status in _REPORTED:
        chosen = [at for at, claim in enumerate(claims) if STATUSES[claim.status].claimed_as == status]
        firm = count_firm(pairs, as_coded(status))
        told = {f"at {sure}": (least, True) for sure, least in thresholds[status].items()}
        if STATUSES[status].family == "absent":
            told["with perhaps"] = perhaps, False
        for name, (least, claimed) in told.items():
            held = [at for at in chosen if certainty[at] >= least and (claims[at].claimable or not claimed)]
            right, found = (sum(getattr(claims[at], kind) for at in held) for kind in ("true", "firm"))
            lines.append(
                f"{status}, {name} (from {least}): {right:.0f} of {len(held)} true"
                f" ({right / max(1, len(held)):.2f}), {found} of {firm} firm ones found ({found / firm:.2f})"
            )
    return lines + [line for family in _FAMILIES for line in _band(claims, certainty, family)]


def _band(claims: Sequence[Claim], certainty: Array, family: str) -> Iterable[str]:
    """Yield for each tenth of certainty how many there are, and how far the readers agree."""
    for low in np.arange(0, 1, 0.1):
        held = [
            (sure, claim.agreed, claim.true)
            for claim, sure in zip(claims, certainty, strict=True)
            if STATUSES[claim.status].family == family and low <= sure < low + 0.1
        ]
        if held:
            sure, agreed, true = np.array(held, dtype=float).mean(axis=0)
            band = f"{family}, {low:.1f} to {low + 0.1:.1f}: {len(held)} of mean {sure:.2f}"
            yield f"{band}, agreed on by {agreed:.2f}, {true:.2f} allowed by any reader"


def count_firm(pairs: Sequence[CodedPair], status: str) -> int:
    """Return how many topics have a status by every reader, without another choice."""
    return sum(
        all(allowed_statuses(codes, topic) == {status} for codes in pair.readers.values())
        for pair in pairs
        for topic in pair.topics
    )


def print_file(
    models: Mapping[str, Mapping[str, Mapping[str, float]]],
    families: Mapping[str, Array],
    thresholds: Mapping[str, Mapping[str, float]],
    perhaps: float,
    lead: float,
) -> None:
    """Print ``certainty.toml``."""
    print(f"\nperhaps = {perhaps}\nlead = {lead}")
    for family, weights in families.items():
        _print_table(f"status.{family}", dict(zip(("constant", "chance", "unnamed"), weights, strict=True)))
    for status, table in thresholds.items():
        _print_table(f'claimed."{status}"', table)
    for kind, parts in models.items():
        for part, table in parts.items():
            _print_table(f"{kind}.{part}", table)


def _print_table(name: str, table: Mapping[str, float]) -> None:
    print(f"\n[{name}]")
    for key, weight in table.items():
        print(f"{key} = {weight:.4f}" if key.isidentifier() and key.isascii() else f'"{key}" = {weight:.4f}')


if __name__ == "__main__":
    main()
