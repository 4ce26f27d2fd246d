"""Bodies of one's own: a table in the archive's folder, read strictly and set beside those of the package."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tracker.errors import BodiesInvalid, ReferenceInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_toml
from tracker.inputs.tables import (
    InvalidKey,
    find_line,
    matching,
    read_inside,
    read_table,
    read_text,
    read_texts,
    whole_number,
)
from tracker.references import OWN_FILE
from tracker.references.bodies import NUMBERED, Body, OwnBodies, SessionKind, SessionStep, packaged_bodies
from tracker.references.countries import find_country, match_countries
from tracker.references.groups import Group, Membership
from tracker.references.names import fold_name, is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ID = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*")
_MOST_LETTERS = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LABEL = re.compile(r"[A-Za-z0-9-]*\{(?:n|year|date|free)\}[a-z0-9-]*")
_HIGHEST = 999
_EXCEPTION = re.compile(r"[1-9][0-9]{0,3}")

_number = whole_number(1, _HIGHEST)
_year = whole_number(1900, 2199)


def read_own_bodies(folder: Path) -> OwnBodies:
    """Return the bodies and groups that an archive declares for itself; none where it has no table of them.

    Raises ``BodiesInvalid`` with file, line and key for a table with a fault: a body that goes by a name that
    the package gives to another, or that says otherwise what the package says of it, among them.
    """
    path = folder / OWN_FILE
    try:
        text = read_file(path).decode("utf-8-sig")
    except FileNotFoundError:
        return OwnBodies()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not in UTF-8"
        raise BodiesInvalid(f"{path}: cannot be read ({reason})") from error
    try:
        return parse_bodies(text)
    except InvalidKey as fault:
        line = find_line(text, *fault.path)
        raise BodiesInvalid(f"{path}, line {line}, {'.'.join(fault.path)}: {fault}") from None
    except ValueError as error:
        raise BodiesInvalid(f"{path}: no table in TOML ({error})") from None


def parse_bodies(text: str) -> OwnBodies:
    """Read a table of bodies; each has the keys that those of the package have.

    Raises ``InvalidKey`` with the place of a fault, and ``ValueError`` for what is no TOML.
    """
    bodies: dict[str, Body] = {}
    groups: dict[str, Group] = {}
    for code, row in parse_toml(text).items():
        body, own = read_inside(code, _read_body, code, row)
        read_inside(code, _refuse_shared_names, body, tuple(bodies.values()))
        bodies[code] = body
        groups |= own
    return OwnBodies(tuple(bodies.values()), tuple(groups.values()))


def _read_body(code: str, row: object) -> tuple[Body, dict[str, Group]]:
    if not _ID.fullmatch(code) or len(code) > _MOST_LETTERS:
        raise ValueError(
            f"a body is named by at most {_MOST_LETTERS} capitals, figures and single -: G20, OSCE-PC"
        )
    said = read_table(
        row,
        {
            "name": read_text,
            "aliases": _read_aliases,
            "languages": _read_languages,
            "sessions": _read_sessions,
            "groups": _read_groups,
        },
    )
    shipped = packaged_bodies().get(code)
    if shipped is None and "name" not in said:
        raise InvalidKey("", 'its name is missing; write name = "..."')
    own = Body(
        code,
        said.get("name") or (shipped.name if shipped else code),
        said.get("aliases", ()),
        said.get("sessions") or NUMBERED,
        said.get("languages", ()),
    )
    return (_add_to(shipped, own, said) if shipped else own), said.get("groups", {})


def _add_to(shipped: Body, own: Body, said: Mapping[str, object]) -> Body:
    """Return a body of the package with what an archive adds to it."""
    if own.name != shipped.name:
        raise InvalidKey("name", f"{shipped} comes with tracker; its table here may only add to it")
    there = {kind.name for kind in shipped.kinds}
    added = own.kinds if "sessions" in said else ()
    if taken := next((kind.name for kind in added if kind.name in there), None):
        raise InvalidKey("sessions", f"{shipped} has {taken} sessions already; a kind here needs a new name")
    return replace(
        shipped,
        aliases=(*shipped.aliases, *own.aliases),
        kinds=(*shipped.kinds, *added),
        languages=own.languages,
    )


def _refuse_shared_names(body: Body, others: tuple[Body, ...]) -> None:
    """Raise ``InvalidKey`` where a name of a body stands for another one, or for a country."""
    known = [each for each in (*packaged_bodies().values(), *others) if each.id != body.id]
    own = packaged_bodies().get(body.id)
    for name in (body.id, body.name, *body.aliases):
        if own and name in {own.id, own.name, *own.aliases}:
            continue
        folded = fold_name(name)
        for other in known:
            if folded in map(fold_name, (other.id, other.name, *other.aliases)):
                raise InvalidKey("", f"{name!r} stands for {other}; use another name")
        # A group may be named like the body at which it meets.
        if states := [each for each in match_countries(name) if each.kind != "group"]:
            raise InvalidKey("", f"{name!r} stands for a country, {states[0].name}; use another name")


def _read_aliases(value: object) -> tuple[str, ...]:
    found = read_texts(value, "Group of Twenty")
    if bad := next((name for name in found if not is_plain(name) or not fold_name(name)), None):
        raise ValueError(f"{bad!r} is no name: it begins as a path or an option does")
    return found


def _read_languages(value: object) -> tuple[str, ...]:
    found = read_texts(value, "en")
    if bad := next((code for code in found if not _LANGUAGE.fullmatch(code)), None):
        raise ValueError(f"{bad!r} is no code of a language, such as en or pt")
    return found


def _read_sessions(value: object) -> tuple[SessionKind, ...]:
    if not isinstance(value, dict) or not value:
        raise ValueError('expected a table for each kind of session: [G20.sessions.summit], label = "{year}"')
    return tuple(read_inside(name, _read_kind, name, row) for name, row in value.items())


def _read_kind(name: str, row: object) -> SessionKind:
    if not re.fullmatch(r"[a-z]+(?: [a-z]+)*", name):
        raise ValueError("a kind of session is named in small letters: summit, emergency special")
    said = read_table(
        row,
        {
            "label": matching(_LABEL, 'one of {n}, {year}, {date} and {free} among letters: "S-{n}"'),
            "years": _read_years,
            "steps": _read_steps,
            "exceptions": _read_exceptions,
            "last": _number,
        },
    )
    if "label" not in said:
        raise InvalidKey("", 'its label is missing; write label = "{n}" for numbers, "{year}" for years')
    return SessionKind(name, **said)


def _read_years(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError("expected the years of sessions 1, 2, 3 and so on: [1975, 1976]")  # noqa: TRY004 (a user's)
    return tuple(_year(each) for each in value)


def _read_steps(value: object) -> tuple[SessionStep, ...]:
    if not isinstance(value, list):
        raise ValueError("expected a list such as [{ n = 1, year = 1946 }]")  # noqa: TRY004 (a user's)
    keys = {"n": _number, "year": _year, "every": whole_number(1, 20), "per_year": whole_number(1, 60)}
    found = []
    for each in value:
        said = read_table(each, keys)
        if not {"n", "year"} <= said.keys():
            raise ValueError("each needs n and year: { n = 1, year = 1946 }")
        found.append(SessionStep(**said))
    return tuple(found)


def _read_exceptions(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, dict) or not all(_EXCEPTION.fullmatch(str(key)) for key in value):
        raise ValueError("expected the year by the number of the session: { 17 = 2021 }")
    return tuple((int(number), _year(year)) for number, year in value.items())


def _read_groups(value: object) -> dict[str, Group]:
    if not isinstance(value, dict):
        raise ValueError("expected a table for each group: [G20.groups.G20]")  # noqa: TRY004 (a user's)
    return {code: read_inside(code, _read_group, code, row) for code, row in value.items()}


def _read_country(text: str) -> str:
    try:
        return find_country(text).code
    except ReferenceInvalid as error:
        raise ValueError(str(error)) from error


def _read_group(code: str, row: object) -> Group:
    if not _ID.fullmatch(code):
        raise ValueError("a group is named by capitals and figures: G20")
    said: dict[str, Any] = read_table(
        row, {"name": read_text, "members": read_texts, "source": read_text, "checked": read_text}
    )
    if missing := [key for key in ("name", "members", "source") if key not in said]:
        raise InvalidKey("", f"its {missing[0]} is missing")
    members = tuple(Membership(read_inside("members", _read_country, each)) for each in said["members"])
    return Group(code, said["name"], members, said["source"], said.get("checked", ""))
