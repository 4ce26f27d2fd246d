"""Actors and instruments named or no longer named, and the role an actor had; tables in ``names.toml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.changes.shifts.rules import find_terms, load_terms, same_stem
from tracker.references.countries import match_countries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.changes.shifts.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Shift
    from tracker.text.tokens import Token

_FILE = "names.toml"
_ROLES = ("asked", "condemned", "thanked", "supported")
_REACH = 90
"""Characters before a name in which a verb gives it its role; further off, it is another clause's."""
_CLAUSE_END = re.compile(r"[.;:!?]")
_NUMBER = re.compile(r"\s+\d+(?:/\d+)*(?:\s\(\d{4}\))?")
_WORD = re.compile(r"[^\W_]+(?:['’/.-][^\W_]+)*")
_OWNER = re.compile(r"['’]s?$")
_AND = re.compile(r"\s(?:and|et|y)\s")
_LEAST_COUNTRY = 4
"""Letters of a country's name at the beginning of a sentence; ``No`` and ``La`` are codes of countries."""
_SET_BEFORE = ' \n"“«(‘'
"""What may be between a sentence's end and the first word of the next."""
_LEAST_ACRONYM = 2


class NameMatch(NamedTuple):
    """A name as written, and whether it is an actor's or an instrument's."""

    start: int
    end: int
    text: str
    kind: str


def find_name_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return names replaced, put in or taken out; one that both sides hold, in any form, is none."""
    if not rewording.substitutions:
        return ()
    old, new = _read_side(rewording.old), _read_side(rewording.new)
    return tuple(shift for place in rewording.substitutions for shift in _compare(rewording, place, old, new))


def replaces_actor(rewording: Rewording) -> bool:
    """Return whether another actor took the place of one: what is said of them does not compare."""
    found = find_name_shifts(rewording)
    return any(
        shift.old and shift.new and shift.rule.startswith("actor") and not _is_inflected(rewording, shift)
        for shift in found
    )


def _is_inflected(rewording: Rewording, shift: Shift) -> bool:
    """Return whether a Russian name only stands in another case."""
    one, other = shift.old, shift.new
    return rewording.language == "ru" and bool(one and other and same_stem(one.text, other.text))


def _compare(rewording: Rewording, place: Substitution, before: _Side, after: _Side) -> Iterator[Shift]:
    old, new = _find_alone(place.old, before, after), _find_alone(place.new, after, before)
    if len(old) == len(new) == 1 and old[0].kind == new[0].kind:
        yield from rewording.shift("name", "changed", old[0], new[0], _name_rule(rewording.new, new[0]))
        return
    for passage, names in ((rewording.old, old), (rewording.new, new)):
        for name in names:
            rule = _name_rule(passage, name)
            yield from rewording.shift_alone("name", ("added", "removed"), passage, name, rule)


class _Side(NamedTuple):
    """The names of a side, and what tells whether it holds one."""

    names: tuple[NameMatch, ...]
    words: set[str]
    acronyms: set[str]


def _read_side(passage: SideText) -> _Side:
    names = find_names(passage)
    return _Side(names, list_words(passage.text), {_abbreviate(name.text) for name in names})


def list_words(text: str) -> set[str]:
    """Return the words of a text in lower case, without the ``'s`` of an owner."""
    return {_OWNER.sub("", word).lower() for word in _WORD.findall(text)}


def _find_alone(part: Fragment, side: _Side, other: _Side) -> list[NameMatch]:
    """Return the names in an edited part that the other side does not hold in any form."""
    return [
        name
        for edited in side.names
        if part.overlaps(edited)
        for name in (_trim(each, part.passage.language) for each in _split(edited, other.words))
        if not is_held(name.text, other.words) and _abbreviate(name.text) not in other.words
        if name.text.lower() not in other.acronyms
    ]


def is_held(name: str, words: set[str]) -> bool:
    """Return whether a text has all the words of a name that are written large, or its numbers."""
    parts = [word for word in _WORD.findall(name) if word[0].isupper() or word[0].isdigit()]
    return all(word.lower() in words for word in parts or _WORD.findall(name))


def _abbreviate(name: str) -> str:
    """Return the first letters of a name's large words: ``Organization of American States``, ``oas``."""
    letters = [word[0] for word in re.split(r"[\s-]+", name) if word[:1].isupper()]
    return "".join(letters).lower() if len(letters) > _LEAST_ACRONYM else "\0"


def _split(name: NameMatch, words: set[str]) -> list[NameMatch]:
    """Return the members of a pair such as ``Kenya and Chad`` where one of them is still named."""
    middle = _AND.search(name.text)
    if not middle:
        return [name]
    first = name._replace(end=name.start + middle.start(), text=name.text[: middle.start()])
    last = name._replace(start=name.start + middle.end(), text=name.text[middle.end() :])
    return [first, last] if is_held(first.text, words) or is_held(last.text, words) else [name]


def _trim(name: NameMatch, language: str) -> NameMatch:
    """Return a name without the small words that it begins with."""
    links = load_terms(_FILE, "links", language)
    start = next((word.start() for word in _WORD.finditer(name.text) if word[0] not in links), 0)
    return name._replace(start=name.start + start, text=name.text[start:])


def find_names(passage: SideText) -> tuple[NameMatch, ...]:
    """Return the names of a passage in text order; what an editor put in is none."""
    symbols = (token for token in passage.tokens if token.kind == "symbol")
    found = [NameMatch(token.start, token.end, token.text, "instrument") for token in symbols]
    found += _find_numbered(passage)
    taken = bytearray(len(passage.text))
    _take(taken, found)
    runs = [name for run in _find_runs(passage) if _is_free(taken, name := _read_name(passage, run))]
    _take(taken, runs)
    found += runs
    for term in passage.whole.find(load_terms(_FILE, "roles", passage.language)):
        name = NameMatch(term.start, term.end, passage.text[term.start : term.end], "actor")
        if _is_free(taken, name):
            _take(taken, [name])
            found.append(name)
    return tuple(sorted(found, key=lambda name: name.start))


def _take(taken: bytearray, names: Iterable[NameMatch]) -> None:
    for name in names:
        taken[name.start : name.end] = b"\1" * (name.end - name.start)


def _is_free(taken: bytearray, name: NameMatch) -> bool:
    return taken.find(1, name.start, name.end) < 0


def _find_numbered(passage: SideText) -> Iterator[NameMatch]:
    """Yield instruments named by a number: ``resolution 1325 (2000)``."""
    for term in passage.whole.find(load_terms(_FILE, "numbered", passage.language)):
        number = _NUMBER.match(passage.text, term.end)
        if number:
            yield NameMatch(term.start, number.end(), passage.text[term.start : number.end()], "instrument")


def _find_runs(passage: SideText) -> Iterator[list[Token]]:
    """Yield runs of words in capitals, with the small words and numbers between and after them."""
    links, nobody = (load_terms(_FILE, table, passage.language) for table in ("links", "nobody"))
    run: list[Token] = []
    for token in passage.tokens:
        joined = not run or passage.text[run[-1].end : token.start] in {" ", "\n", ""}
        small = token.text.lower() in links or token.kind in {"number", "date"}
        if run and (not joined or not (_is_large(token) or small)):
            yield from _close(run, nobody)
            run = []
        if (run and small) or (_is_large(token) and not (not run and _opens(passage, token))):
            run.append(token)
    yield from _close(run, nobody)


def _close(run: list[Token], nobody: tuple[str, ...]) -> Iterator[list[Token]]:
    """Yield a run without trailing small words, where it names anybody."""
    while run and not _is_large(run[-1]) and run[-1].kind != "number":
        run = run[:-1]
    named = [token for token in run if _is_large(token) and token.text.lower() not in nobody]
    if named:
        yield run


def _is_large(token: Token) -> bool:
    return token.kind == "word" and token.text[:1].isupper()


def _opens(passage: SideText, token: Token) -> bool:
    """Return whether a word is large only because it may begin a sentence; acronyms name at any place."""
    if token.text.isupper() and len(token.text) >= _LEAST_ACRONYM:
        return False
    if len(token.text) >= _LEAST_COUNTRY and match_countries(token.text):
        return False
    at = token.start - 1
    while at >= 0 and passage.text[at] in _SET_BEFORE:
        at -= 1
    return at < 0 or passage.text[at] in ".!?:"


def _read_name(passage: SideText, run: list[Token]) -> NameMatch:
    """Return a run as a name, without the ``'s`` of the owner."""
    start = run[0].start
    text = _OWNER.sub("", passage.text[start : run[-1].end])
    instruments = load_terms(_FILE, "instruments", passage.language)
    return NameMatch(
        start, start + len(text), text, "instrument" if find_terms(text, instruments) else "actor"
    )


def _name_rule(passage: SideText, name: NameMatch) -> str:
    role = read_role(passage, name) if name.kind == "actor" else None
    return f"{name.kind}: {role} (ours)" if role else f"{name.kind} (ours)"


def read_role(passage: SideText, name: NameMatch) -> str | None:
    """Return the role that the nearest verb before the name gives it, within its clause."""
    before = _CLAUSE_END.split(passage.text[max(0, name.start - _REACH) : name.start])[-1]
    found = [
        (term.end, role)
        for role in _ROLES
        for term in find_terms(before, load_terms(_FILE, role, passage.language))
    ]
    return max(found)[1] if found else None
