"""Who speaks: states and territories, withdrawn codes, user-assigned codes and groups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from tracker.inputs.compiled import read_packaged
from tracker.references.names import choose, closest, fold_name, index_names, is_plain, show

if TYPE_CHECKING:
    from collections.abc import Sequence

CountryKind = Literal["state", "withdrawn", "user-assigned", "group"]

_USER_ASSIGNED = re.compile(r"X[A-Z]{2}")
_INVERTED = re.compile(r"([^,(]+)[,(]\s*([^,()]+)\)?")
_PAIR = re.compile(r"([^/()]+)[/(]([^/()]+)\)?|([^/(),]+),([^/(),]+)")
_FORMAL = re.compile(r"^(?:the )?(?:[a-z'’]+ ){0,3}(?:republic|kingdom|state) of (?:the )?", re.IGNORECASE)
_CODE_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Country:
    """A speaker: a state or territory, a former one, a made-up one or a group."""

    code: str
    """ISO 3166-1 alpha-3, 3166-3 for a withdrawn one, our own capitals and digits for a group."""
    name: str
    names: tuple[str, ...] = ()
    """Other names in use: short, official, former, French and Spanish."""
    adjectives: tuple[str, ...] = ()
    kind: CountryKind = "state"
    alpha2: str | None = None
    withdrawn: int | None = None
    """The year in which the code was withdrawn."""
    successors: tuple[str, ...] = ()
    """The codes that replaced it."""

    def __str__(self) -> str:
        return self.code if self.name == self.code else f"{self.code} ({self.name})"


def countries() -> tuple[Country, ...]:
    """Return every speaker of the packaged table: states first, then withdrawn codes, then groups."""
    return tuple(_by_code().values())


def find_country(text: str, extra: Sequence[Country] = ()) -> Country:
    """Return the speaker that a code or a name stands for; case, accents and outer blanks are ignored.

    A code is tried first, then alpha-2 codes and names together. A withdrawn code gives way to a state
    of the same name (``East Timor`` is Timor-Leste; ``TMP`` is still there by code). ``extra`` are
    speakers of the user's own, which come before ours.

    Raises ``ReferenceInvalid`` where nothing has that name, with the closest that does, and where
    several have it (``Korea``), with the choices.
    """
    return choose("country", text, match_countries(text, extra), lambda: _unknown(text, extra))


def country_name(code: str) -> str:
    """Return the name to print for a code: ``GBR`` is the United Kingdom, ``XAA`` just itself.

    Raises ``ReferenceInvalid`` for an unknown code.
    """
    return find_country(code).name


def own_names(code: str) -> tuple[str, ...]:
    """Return what a speaker calls itself: name, other names, adjectives, longest first.

    The names of a withdrawn code are among those of the first state that replaced it: Zaire's for COD, the
    Soviet Union's for RUS, which sits where it sat.
    To be matched with case, since ``US`` is not ``us``. Raises ``ReferenceInvalid`` for an unknown code.
    """
    country = find_country(code)
    former = [old for old in countries() if old.successors[:1] == (country.code,)]
    names = [name for one in (country, *former) for name in (one.name, *one.names, *one.adjectives)]
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (-len(name), name)))


def match_countries(text: str, extra: Sequence[Country] = ()) -> tuple[Country, ...]:
    """Return the speakers that a code or name may stand for: none, one, or several to choose from."""
    if not is_plain(text):
        return ()
    code = text.strip().upper()
    exact = next((country for country in extra if country.code == code), None) or _by_code().get(code)
    if exact:
        return (exact,)
    if _USER_ASSIGNED.fullmatch(code):
        return (Country(code, code, kind="user-assigned"),)
    folded = _fold_inverted(text)
    own = [country for country in extra if folded in _folded_names(country)]
    found = dict.fromkeys((*own, *_by_name().get(folded, ())))
    current = tuple(country for country in found if country.kind != "withdrawn")
    return current or tuple(found) or _match_pair(text, extra)


def _match_pair(text: str, extra: Sequence[Country]) -> tuple[Country, ...]:
    """Return the speaker that has two names, as in ``Ceylon (Sri Lanka)`` and ``Upper Volta/Burkina Faso``.

    Of a state and the one that followed it, ``Russian Federation (USSR)``, the later is meant.
    """
    pair = _PAIR.fullmatch(text.strip())
    if not pair:
        return ()
    one, other = (match_countries(name, extra) for name in pair.groups() if name)
    if len(one) != 1 or len(other) != 1:
        return ()
    if one == other or other[0].code in one[0].successors:
        return other
    return one if one[0].code in other[0].successors else ()


def _fold_inverted(text: str) -> str:
    """Fold a name, ``Iran (Islamic Republic of)`` and ``Korea, Republic of`` turned round."""
    match = _INVERTED.fullmatch(text.strip())
    is_inverted = match is not None and fold_name(text) not in _by_name()
    return fold_name(f"{match[2]} {match[1]}" if match and is_inverted else text)


def _unknown(text: str, extra: Sequence[Country]) -> str:
    word = text.strip()
    likely = _likely(word, (*extra, *countries()))
    hint = f"did you mean {likely}?" if likely else "write an ISO 3166-1 alpha-3 code, such as GBR"
    return f"unknown country {show(word)}; {hint}"


def _likely(word: str, known: Sequence[Country]) -> Country | None:
    """Find the speaker nearest in code or name; a name also without its ``Republic of``."""
    by_writing = {country.code: country for country in known}
    if len(word) > _CODE_LENGTH:
        by_writing |= {
            name: country for country in reversed(known) for name in (*country.names, country.name)
        }
    short = _FORMAL.sub("", word)
    nearest = closest(short, by_writing) or closest(word, by_writing)
    return by_writing[nearest] if nearest else None


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Country]:
    tables = read_packaged(__package__, "countries.toml")
    return {
        code: Country(code, kind=kind, **row)
        for kind in get_args(CountryKind)
        for code, row in tables.get(kind, {}).items()
    }


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[Country, ...]]:
    return index_names(countries(), _folded_names)


def _folded_names(country: Country) -> frozenset[str]:
    written = (country.name, *country.names, *((country.alpha2,) if country.alpha2 else ()))
    return frozenset(fold_name(name) for name in written)
