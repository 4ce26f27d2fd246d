"""Fit the probabilities of ``certainty.toml`` on coded speeches, and print that file.

Two models tell for each topic of a speech how likely a careful reader calls it a priority, and how likely she
finds it at all: one sentence at least shows it, or something unseen does (noisy or), with a ridge, by L-BFGS.
Beside the features, each frequent word of a sentence and each topic has a weight of its own, held close to
none. A third, logistic, tells from both how likely a status holds. Figures are cross-validated: the speeches
of a country are left out together. Run as ``python -m tests.benchmarks.fit_certainty``; it takes a few
minutes, and ``certainty.toml`` is what it prints.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from tests.coded_sheets import (
    ABSENT,
    CODING,
    EARLIER,
    FREE,
    PRIORITY,
    RANKS,
    allowed_statuses,
    load_speech,
    pair_speeches,
    read_later,
    read_sheet,
)
from tracker.references import own_names
from tracker.topics.certainty.claims import Likelihood, move_certainty
from tracker.topics.certainty.evidence import SENTENCE_FEATURES, TOPIC_FEATURES
from tracker.topics.reading import count_substance, read_evidence
from tracker.topics.statuses.absent import Absences
from tracker.topics.vocabulary.load import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from tests.coded_sheets import CodedPair, Codes, Speech
    from tracker.model.topics import Vocabulary
    from tracker.topics.certainty.evidence import TopicEvidence

    Array = NDArray[np.float64]

SHEETS = (CODING / "mended.csv", CODING / "single.csv", EARLIER / "levels.csv")
FOLDS = 10
HEAD = """\
# How sure a claim is, written by tests/benchmarks/fit_certainty.py. Fitted on pairs of neighbouring
# speeches of the UN General Debate Corpus v13 (CC0), coded by two readers (mended.csv in
# tests/acceptance/coding) or by one (single.csv there, and levels.csv in tests/benchmarks/coding). Terms and
# cues were mended on some of the same pairs, so other speeches may do a little worse. Ten-fold
# cross-validation by country gave:"""
PERHAPS = 0.3
"""The certainty from which a topic that is only mentioned is told as perhaps new, or not repeated."""
MOVED = 0.5
"""The certainty from which promoted and demoted are claimed: then more than four in five are true."""
CLAIMED_TRUE = 0.9
"""How many of the claims are to be true, in hundredths; the threshold is the lowest that gives it."""
_FREE = 0.01
_RIDGE = 4.0
_RIDGE_OF_TOPICS = 6.0
_RIDGE_OF_WORDS = 25.0
_FREQUENT = 80
"""Sentences that a word must stand in to have a weight."""
_LEAST_OF = {"words": 0.02, "topics": 0.02, "unseen_topics": 0.02}
"""Weights of words and topics below this are left out of the file."""
_STEPS = 200
_DOUBT = {True: 0.65, False: 0.35}
"""How far a reader who allows both of two answers holds the one she gave."""
_ALMOST = 0.002
_FAINTEST = 0.08
"""Products of the two probabilities below this are no candidates for a claim."""


@dataclass(frozen=True, slots=True)
class Row:
    """A topic in a speech: its evidence, and how far the readers call it a priority, and there at all."""

    speech: Speech
    group: int
    topic: str
    evidence: TopicEvidence
    priority: float
    presence: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A status that a pair may have: what speaks for it, and whether a reader allows it, or all insist."""

    group: int
    pair: str
    readers: int
    both: float
    unnamed: bool
    true: bool
    firm: bool


def main() -> None:
    """Fit, print the figures as comments, and the weights below them."""
    rows, pairs = read_rows()
    problems = [Problem(rows, kind) for kind in ("priority", "presence")]
    likelihoods = join_likelihoods(rows, [problem.cross_validate() for problem in problems])
    met = find_met(rows)
    claims = list_claims(pairs, likelihoods, met)
    certainty = cross_validate_claims(claims)
    claimed = choose_threshold(claims, certainty)
    figures = report(pairs, claims, certainty, claimed) + report_moves(pairs, likelihoods, met)
    print_file(problems, fit_claims(claims), claimed, figures)


def join_likelihoods(
    rows: Sequence[Row], chances: Sequence[Iterable[float]]
) -> dict[tuple[Speech, str], Likelihood]:
    """Return the likelihoods by speech and topic, from the probabilities of both models for each row."""
    return {
        (row.speech, row.topic): Likelihood(float(a), float(max(a, b)))
        for row, a, b in zip(rows, *chances, strict=True)
    }


def find_met(rows: Iterable[Row]) -> frozenset[tuple[Speech, str]]:
    """Return the speeches and topics of which a sentence of the speech names the topic."""
    return frozenset((row.speech, row.topic) for row in rows if row.evidence.sentences)


def read_rows(countries: Container[str] | None = None) -> tuple[list[Row], list[CodedPair]]:
    """Read the sheets and the evidence of their speeches, of all countries or of some.

    Of topics that came later nothing is known.
    """
    vocabulary = load_vocabulary()
    rows: list[Row] = []
    pairs: list[CodedPair] = []
    groups: dict[str, int] = {}
    for path in SHEETS:
        sheet = {
            reader: {at: codes for at, codes in held.items() if countries is None or at[0] in countries}
            for reader, held in read_sheet(path).items()
        }
        coded = pair_speeches(sheet)
        pairs += coded
        unknown = read_later(path)
        speeches = _read_speeches(sheet, vocabulary)
        for (country, session), read in speeches.items():
            group = groups.setdefault(country, len(groups))
            codes = [held[country, session] for held in sheet.values() if (country, session) in held]
            near = [(country, str(int(session) + step)) for step in (-1, 0, 1)]
            named = {topic for speech in near if speech in speeches for topic in speeches[speech].evidence}
            called = {t for held in sheet.values() for speech in near for t in held.get(speech, {})}
            here = {topic for held in codes for topic in held}
            asked = {topic for topic in named | called if topic not in unknown or topic in here}
            rows += _rows((country, session), group, read, codes, asked)
    return rows, pairs


@dataclass(frozen=True, slots=True)
class _Read:
    """The evidence of a speech for the topics it names, and for those it does not."""

    evidence: Mapping[str, TopicEvidence]
    absences: Absences


def _read_speeches(
    sheet: Mapping[str, Mapping[Speech, Codes]], vocabulary: Vocabulary
) -> dict[Speech, _Read]:
    found = {}
    for country, session in sorted({speech for coded in sheet.values() for speech in coded}):
        version = load_speech(country, session).version
        evidence = read_evidence(version, vocabulary, own_names=own_names(country))
        found[country, session] = _Read(
            evidence, Absences(version, vocabulary, sum(count_substance(version)))
        )
    return found


def _rows(
    speech: Speech, group: int, read: _Read, codes: Sequence[Codes], topics: Iterable[str]
) -> Iterable[Row]:
    for topic in sorted(topic for topic in topics if not topic.startswith(FREE)):
        answers = [held.get(topic, (ABSENT,)) for held in codes]
        priority = sum(_weigh([RANKS[a] >= PRIORITY for a in answer]) for answer in answers)
        presence = sum(_weigh([a != ABSENT for a in answer]) for answer in answers)
        evidence = read.evidence.get(topic) or read.absences.describe(topic)
        yield Row(speech, group, topic, evidence, priority / len(codes), presence / len(codes))


def _weigh(answers: Sequence[bool]) -> float:
    return float(answers[0]) if len(set(answers)) == 1 else _DOUBT[answers[0]]


class Problem:
    """One of the two models to fit: design matrices, and what the readers said."""

    def __init__(self, rows: Sequence[Row], kind: str) -> None:
        self.kind = kind
        self.answers = np.array([getattr(row, kind) for row in rows])
        self.fold = np.array([row.group % FOLDS for row in rows])
        self.owner = np.array([at for at, row in enumerate(rows) for _ in row.evidence.sentences])
        self.topics = sorted({row.topic for row in rows})
        used = [held for row in rows for held in row.evidence.words]
        counts = Counter(word for held in used for word in held)
        self.words = sorted(word for word, count in counts.items() if count >= _FREQUENT)
        whole = np.array([row.evidence.topic for row in rows])
        of_topics = _mark([{row.topic} for row in rows], self.topics)
        sentences = np.array([sentence for row in rows for sentence in row.evidence.sentences])
        dense = np.hstack([np.ones((len(used), 1)), sentences, whole[self.owner]])
        self.sentences = sparse.hstack(
            [sparse.csr_array(dense), _mark(used, self.words), of_topics[self.owner]], format="csr"
        )
        self.unseen = sparse.hstack(
            [sparse.csr_array(np.hstack([np.ones((len(rows), 1)), whole])), of_topics], format="csr"
        )
        self.width = self.sentences.shape[1]
        self.ridge = np.array(
            [
                *(_FREE, *[_RIDGE] * (dense.shape[1] - 1)),
                *[_RIDGE_OF_WORDS] * len(self.words),
                *[_RIDGE_OF_TOPICS] * len(self.topics),
                *(_FREE, *[_RIDGE] * whole.shape[1]),
                *[_RIDGE_OF_TOPICS] * len(self.topics),
            ]
        )

    def cross_validate(self) -> Array:
        """Return the probabilities, each by weights that were fitted without its country's fold."""
        found = np.zeros(len(self.answers))
        for number in range(FOLDS):
            left_out = self.fold == number
            found[left_out] = self.predict(self.fit(~left_out))[left_out]
        return found

    def fit(self, chosen: Array | None = None) -> Array:
        """Return the weights for all rows, or for those chosen."""
        weights = np.zeros(self.width + self.unseen.shape[1])
        weights[0], weights[self.width] = -2.0, -4.0
        mask = np.ones(len(self.answers)) if chosen is None else chosen.astype(float)
        found = minimize(self._cost, weights, (mask,), "L-BFGS-B", jac=True, options={"maxiter": _STEPS})
        return np.asarray(found.x)

    def predict(self, weights: Array) -> Array:
        """Return the probability of each row."""
        return 1 - np.exp(self._misses(*self._scores(weights)))

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


def _mark(rows: Sequence[AbstractSet[str]], names: Sequence[str]) -> sparse.csr_array:
    """Return which of the names each row has."""
    places = {name: at for at, name in enumerate(names)}
    held = [sorted(places[name] for name in row & places.keys()) for row in rows]
    ends = np.cumsum([0, *map(len, held)])
    return sparse.csr_array(
        (np.ones(ends[-1]), np.array([at for row in held for at in row], dtype=int), ends),
        shape=(len(rows), len(names)),
    )


def _logistic(scores: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))


def list_claims(
    pairs: Sequence[CodedPair],
    likelihoods: Mapping[tuple[Speech, str], Likelihood],
    named: frozenset[tuple[Speech, str]],
) -> list[Claim]:
    """Return the candidates for new and for dropped of all pairs."""
    groups = {name: at for at, name in enumerate(sorted({pair.country for pair in pairs}))}
    claims = []
    for pair in pairs:
        old, new = (pair.country, pair.old), (pair.country, pair.new)
        topics = {topic for speech, topic in likelihoods if speech in (old, new)}
        for status, there, elsewhere in (("new", new, old), ("dropped", old, new)):
            for topic in sorted(topics):
                if (there, topic) not in likelihoods or (elsewhere, topic) not in likelihoods:
                    continue  # unknown to the reader of one of them
                here, other = likelihoods[there, topic], likelihoods[elsewhere, topic]
                both = here.priority * (1 - other.presence)
                if both >= _FAINTEST:
                    allowed = [allowed_statuses(codes, topic) for codes in pair.readers.values()]
                    claims.append(
                        Claim(
                            groups[pair.country],
                            f"{pair.name} {status}",
                            len(pair.readers),
                            both,
                            (elsewhere, topic) not in named,
                            any(status in each for each in allowed),
                            all(each == {status} for each in allowed),
                        )
                    )
    return claims


def fit_claims(claims: Sequence[Claim]) -> Array:
    """Return constant, weight of the two probabilities and weight of no sentence naming it (Newton)."""
    features = np.array([_features(claim) for claim in claims])
    answers = np.array([float(claim.true) for claim in claims])
    weights, ridge = np.zeros(3), np.array([0.01, 2.0, 2.0])
    for _ in range(25):
        found = _logistic(features @ weights)
        slope = features.T @ (answers - found) - ridge * weights
        curve = (features * (found * (1 - found))[:, None]).T @ features + np.diag(ridge)
        weights += np.linalg.solve(curve, slope)
    return weights


def _features(claim: Claim) -> tuple[float, float, float]:
    both = min(max(claim.both, _ALMOST), 1 - _ALMOST)
    return 1.0, float(np.log(both / (1 - both))), float(claim.unnamed)


def cross_validate_claims(claims: Sequence[Claim]) -> Array:
    """Return the certainty of each claim, by weights fitted without its country."""
    fold = np.array([claim.group % FOLDS for claim in claims])
    found = np.zeros(len(claims))
    for number in range(FOLDS):
        kept = [claim for claim, at in zip(claims, fold, strict=True) if at != number]
        found[fold == number] = rate_claims(claims, fit_claims(kept))[fold == number]
    return found


def rate_claims(claims: Sequence[Claim], weights: Array) -> Array:
    """Return the certainty of each claim by the weights of the third model."""
    return _logistic(np.array([_features(claim) for claim in claims]) @ weights)


def choose_threshold(claims: Sequence[Claim], certainty: Array) -> float:
    """Return the lowest certainty, in hundredths, from which on enough of the claims are true.

    They are to be so where two readers coded, and in all. What the other speech names is never claimed.
    """
    true = np.array([claim.true for claim in claims])
    unnamed = np.array([claim.unnamed for claim in claims])
    parts = (unnamed, unnamed & np.array([claim.readers > 1 for claim in claims]))
    for hundredths in range(50, 100):
        shares = [true[part & (certainty >= hundredths / 100)] for part in parts]
        if all(share.size and round(float(share.mean()), 2) >= CLAIMED_TRUE for share in shares):
            return hundredths / 100
    return 1.0


def report(
    pairs: Sequence[CodedPair], claims: Sequence[Claim], certainty: Array, claimed: float
) -> list[str]:
    """Return precision and recall of both statuses, as claimed and with what is perhaps so."""
    lines = []
    for status in ("new", "dropped"):
        chosen = [at for at, claim in enumerate(claims) if claim.pair.endswith(status)]
        firm = count_firm(pairs, status)
        for name, least in (("claimed", claimed), ("claimed or perhaps", PERHAPS)):
            every = (claims[at] for at in chosen if certainty[at] >= least)
            told = [claim for claim in every if claim.unnamed or least == PERHAPS]
            right, found = sum(c.true for c in told), sum(c.firm for c in told)
            lines.append(
                f"{status}, {name} (from {least}): {right} of {len(told)} true ({right / len(told):.2f}),"
                f" {found} of {firm} firm ones found ({found / firm:.2f})"
            )
    return lines


def count_firm(pairs: Sequence[CodedPair], status: str) -> int:
    """Return how many topics have a status by every reader, without another choice."""
    return sum(
        all(allowed_statuses(codes, topic) == {status} for codes in pair.readers.values())
        for pair in pairs
        for topic in pair.topics
    )


def report_moves(
    pairs: Sequence[CodedPair],
    likelihoods: Mapping[tuple[Speech, str], Likelihood],
    named: frozenset[tuple[Speech, str]],
) -> list[str]:
    """Return how many of the topics named on both sides that are claimed as promoted, or demoted, are so."""
    lines = []
    for status in ("promoted", "demoted"):
        true = []
        for pair in pairs:
            speeches = [(pair.country, pair.old), (pair.country, pair.new)]
            less, more = speeches if status == "promoted" else speeches[::-1]
            for topic in sorted({topic for _, topic in named}):
                sides = (more, topic), (less, topic)
                if (
                    all(side in named for side in sides)
                    and move_certainty(likelihoods[sides[0]], likelihoods[sides[1]]) >= MOVED
                ):
                    true.append(
                        any(status in allowed_statuses(codes, topic) for codes in pair.readers.values())
                    )
        lines.append(
            f"{status} (from {MOVED}): {sum(true)} of {len(true)} true ({sum(true) / len(true):.2f})"
        )
    return lines


def print_file(problems: Sequence[Problem], status: Array, claimed: float, figures: Sequence[str]) -> None:
    """Print ``certainty.toml``."""
    print(HEAD)
    for figure in figures:
        print(f"# {figure}")
    print(f'\nvocabulary = "{load_vocabulary().digest}"')
    print(f"claimed = {claimed}\nmoved = {MOVED}\nperhaps = {PERHAPS}\n")
    print(f"[status]\nconstant = {status[0]:.4f}\nboth = {status[1]:.4f}\nunnamed = {status[2]:.4f}")
    for problem in problems:
        _print_problem(problem)


def _print_problem(problem: Problem) -> None:
    left = iter(problem.fit())
    kind = problem.kind
    for part, names in (
        ("sentence", ("constant", *SENTENCE_FEATURES)),
        ("topic", TOPIC_FEATURES),
        ("words", problem.words),
        ("topics", problem.topics),
        ("unseen", ("constant", *TOPIC_FEATURES)),
        ("unseen_topics", problem.topics),
    ):
        _print_table(f"{kind}.{part}", names, [next(left) for _ in names], least=_LEAST_OF.get(part, 0.0))


def _print_table(name: str, names: Sequence[str], weights: Sequence[float], *, least: float) -> None:
    print(f"\n[{name}]")
    for key, weight in zip(names, weights, strict=True):
        if abs(weight) >= least:
            print(f'"{key}" = {weight:.4f}' if least else f"{key} = {weight:.4f}")


if __name__ == "__main__":
    main()
