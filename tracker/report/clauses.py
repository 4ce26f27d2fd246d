"""Where clauses begin and end, and what is lost by a cut there, by the patterns of ``clauses.toml``.

Costs say what a reader loses. They were chosen on quotations of leads of 60 pairs of speeches.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.inputs.compiled import read_compiled, read_packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

    Pattern = re.Pattern[str]
    Table = tuple[tuple[float, Pattern], ...]

NEVER: Final = 50.0
"""What it costs to cut off a denial or a condition."""
PHRASE: Final = 3.0
"""From which cost on a cut lies within a clause."""
ANY_WORD: Final = 7.0
"""What it costs to end where no phrase does."""
_CONCEDED, _GOVERNED, _NO_VERB, _PARTED, _IN_NAME = 1.0, 2.0, 3.0, 1.5, 3.0
"""What it costs to cut off a concession, or that something is to be ensured or asked, to show no verb, to
part a phrase, and to end within a name."""
_LOOSE: Final = 5.0
"""What it costs that a subject without a verb stands behind a gap."""
_AHEAD: Final = 100
"""Characters behind the last place that may decide whether a clause begins there."""
_NEAR: Final = 24
"""Characters before a place that are looked at, and behind a verb in which what it is about begins."""

_TABLES: Final = ("begins", "goes_on", "ends")
_WORDS: Final = re.compile(r"\{([a-z]+)\}")


class Place(NamedTuple):
    """A place in a text, and what a reader loses by a cut there."""

    at: int
    cost: float


class Clauses(NamedTuple):
    """The patterns by their names, and the tables of places with what a cut there costs."""

    sentence_end: Pattern
    known: Pattern
    independent: Pattern
    finite: Pattern
    auxiliaries: Pattern
    denial: Pattern
    condition: Pattern
    opening_condition: Pattern
    bare_condition: Pattern
    just_denied: Pattern
    concession: Pattern
    governing: Pattern
    own_stance: Pattern
    amount: Pattern
    subordinate: Pattern
    subordinator: Pattern
    parted: Pattern
    name: Pattern
    hanging: Pattern
    dependent: Pattern
    loose: Pattern
    begins: Table
    goes_on: Table
    ends: Table


@cache
def load_clauses() -> Clauses:
    """Return the patterns, of the expressions that the installation wrote out."""
    own = Path(__file__)
    patterns, tables = read_compiled(
        own.with_name("clauses.patterns"), (own, own.with_suffix(".toml")), _write_all
    )
    fields: dict[str, Any] = {name: _compile(source) for name, source in patterns.items()}
    for name, rows in tables.items():
        fields[name] = tuple((cost, _compile(source)) for cost, source in rows)
    return Clauses(**fields)


def _write_all() -> tuple[dict[str, str], dict[str, list[tuple[float, str]]]]:
    read = read_packaged(__package__, "clauses.toml")
    words: dict[str, str] = {}
    for name, value in read["words"].items():
        words[name] = _write(value, words)
    patterns = {name: _write(value, words) for name, value in read["patterns"].items()}
    tables = {name: [(row["cost"], _write(row["pattern"], words)) for row in read[name]] for name in _TABLES}
    return patterns, tables


def _compile(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _write(value: Any, words: Mapping[str, str]) -> str:  # noqa: ANN401 (text, or lines of it)
    """Return an expression with the words that it names; it may be broken over lines."""
    return _WORDS.sub(lambda match: words[match[1]], value if isinstance(value, str) else "".join(value))


def list_begins(text: str, low: int, high: int) -> list[Place]:
    """Return where clauses begin between two places."""
    return _list_behind(load_clauses().begins, text, low, high)


def list_phrases(text: str, low: int, high: int) -> list[Place]:
    """Return where phrases begin between two places, at which a text can go on behind a gap."""
    return _list_behind(load_clauses().goes_on, text, low, high)


def list_ends(text: str, low: int, high: int) -> list[Place]:
    """Return where clauses, phrases and words end between two places, each with the least that it costs."""
    found: dict[int, float] = {}
    for cost, pattern in load_clauses().ends:
        for match in pattern.finditer(text, low, high + _AHEAD):
            if match.start() >= high:
                break
            found.setdefault(match.start(), cost + _weigh_name(text, match.start()) * (cost >= PHRASE))
    return [Place(at, cost) for at, cost in found.items()]


def _list_behind(table: Table, text: str, low: int, high: int) -> list[Place]:
    found: dict[int, float] = {}
    for cost, pattern in table:
        for match in pattern.finditer(text, low, high + _AHEAD):
            if match.end() > high:
                break
            found.setdefault(match.end(), cost)
    return [Place(at, cost) for at, cost in found.items()]


def _weigh_name(text: str, at: int) -> float:
    before = text.rfind(" ", 0, at) + 1
    return _IN_NAME if load_clauses().name.match(text, before) else 0.0


def weigh_lost(text: str, start: int, at: int) -> float:
    """Return what it costs to cut off what a sentence says before a place."""
    if at == start:
        return 0.0
    rules = load_clauses()
    ends = (each.end() for each in rules.independent.finditer(text, start, at + _AHEAD))
    parted = max(takewhile(at.__ge__, ends), default=start)
    depends = rules.opening_condition.match(text, start, at) and ";" not in text[start:at]
    if depends or rules.denial.search(text, parted, at) or rules.condition.search(text, parted, at):
        return NEVER
    governing, stances = (len(each.findall(text, parted, at)) for each in (rules.governing, rules.own_stance))
    return (
        _CONCEDED * bool(rules.concession.search(text, parted, at))
        + _GOVERNED * (governing > stances)
        + _PARTED * bool(rules.amount.search(text, max(start, at - _NEAR), at))
    )


def weigh_object(text: str, first: int, last: int, end: int) -> float:
    """Return what it costs to end close behind words that are a verb, without what it is about."""
    before = text.rfind(" ", 0, first) + 1
    return _PARTED if end < last + _NEAR and load_clauses().finite.search(text, before, last) else 0.0


@lru_cache(maxsize=1024)
def weigh_clause(shown: str) -> float:
    """Return what it costs that something is shown which is no clause, or ends within a part of one."""
    rules = load_clauses()
    *_, last = (0, *(each.end() - 1 for each in rules.subordinator.finditer(shown)))
    cost = 0.0 if rules.finite.search(shown) and rules.finite.search(shown, last) else _NO_VERB
    subordinate = rules.subordinate.search(shown)
    if subordinate and not rules.finite.search(shown, 0, subordinate.start()):
        cost += 2 * _NO_VERB
    cost += _PARTED * bool(rules.parted.search(shown))
    return cost + NEVER * bool(rules.bare_condition.search(shown))


def may_break_off(text: str, begin: int, end: Place) -> bool:
    """Tell whether a clause has its verb before a gap, or what limits it, and no phrase is parted there."""
    rules = load_clauses()
    if end.cost >= ANY_WORD and not rules.just_denied.search(text, begin, end.at):
        return False
    if rules.subordinate.search(text[begin : end.at]):
        return rules.condition.search(text, begin, end.at) is not None
    return any(each.search(text, begin, end.at) for each in (rules.finite, rules.denial, rules.condition))


def hides_what_limits(text: str, begin: int, end: int) -> bool:
    """Tell whether a gap would hide what denies or limits what follows it, or where another clause begins."""
    rules = load_clauses()
    hidden = (rules.denial, rules.condition, rules.concession, rules.independent)
    return any(each.search(text, begin, end) for each in hidden)


def takes_object_for_subject(text: str, begin: int, end: int) -> bool:
    """Tell whether what goes on behind a gap as a subject with a verb hangs on what stands before it."""
    rules = load_clauses()
    hangs = rules.hanging.search(text, max(0, begin - _NEAR), begin)
    return hangs is not None and rules.auxiliaries.search(text, begin, end) is not None


def weigh_loose(text: str, begin: int, end: int) -> float:
    """Return what it costs that what goes on behind a gap is a subject of which nothing is said."""
    rules = load_clauses()
    is_loose = not rules.dependent.match(text, begin) and not rules.finite.search(text, begin, end)
    return _LOOSE if is_loose else 0.0


def is_known(text: str, begin: int, end: int) -> bool:
    """Tell whether a stretch of a text has words of the language of the patterns."""
    return load_clauses().known.search(text, begin, end) is not None


def find_condition(text: str, end: int, stop: int) -> int | None:
    """Return where the condition of a clause begins behind a place."""
    rules = load_clauses()
    parted = rules.independent.search(text, end, stop)
    found = rules.condition.search(text, end, parted.start() if parted else stop)
    return found.start() if found else None


def find_sentence(text: str, first: int, last: int, low: int, high: int) -> tuple[int, int]:
    """Return where the sentence around some words begins and stops, looked for within limits."""
    ends = load_clauses().sentence_end
    start = max((each.end() for each in ends.finditer(text, low, first)), default=low)
    stop = next((each.start() + 1 for each in ends.finditer(text, max(0, last - 1), high)), high)
    return start, stop


def ends_sentence(text: str, at: int) -> bool:
    """Tell whether a sentence ends at a place, whose mark is shown."""
    return at == len(text) or (
        text[at - 1] in ".!?" and load_clauses().sentence_end.match(text, at - 1) is not None
    )


def drop_loose(shown: str) -> str:
    """Return what is shown without words at its end that say nothing without what follows."""
    return load_clauses().loose.sub("", shown)
