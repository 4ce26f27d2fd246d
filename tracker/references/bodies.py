"""The bodies at which states speak, read from a table, and the rules for their sessions."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.references.names import choose, closest, fold_name, index_names, is_plain, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.references.groups import Group


class SessionStep(NamedTuple):
    """From session ``n``, held in ``year``, on: years between sessions, or sessions a year."""

    n: int
    year: int
    every: int = 1
    per_year: int = 1


class SessionKind(NamedTuple):
    """One kind of session of a body, how its label is written and in which years it met.

    ``label`` holds one of ``{n}``, ``{year}``, ``{date}`` and ``{free}``.
    """

    name: str
    label: str
    years: tuple[int, ...] = ()
    """The years of sessions 1, 2, 3 and so on."""
    steps: tuple[SessionStep, ...] = ()
    exceptions: tuple[tuple[int, int], ...] = ()
    """Number (or year in the label) and year, where the rest does not say or says it wrongly."""
    last: int = 999
    """The highest number there can be."""

    def year_of(self, number: int) -> int | None:
        """Return the year in which a session opened, or none where no rule reaches that far."""
        special = dict(self.exceptions).get(number)
        if special:
            return special
        if 1 <= number <= len(self.years):
            return self.years[number - 1]
        step = max((step for step in self.steps if step.n <= number), key=lambda step: step.n, default=None)
        return None if step is None else step.year + (number - step.n) * step.every // step.per_year


NUMBERED: Final = (SessionKind("regular", "{n}"),)
"""The kinds of session of a body of which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Body:
    """A UN organ or forum; ``id`` is what references are written with."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kinds: tuple[SessionKind, ...] = NUMBERED
    languages: tuple[str, ...] = ()
    """In which its texts come, where an archive says so."""

    def __str__(self) -> str:
        return f"{self.id} ({self.name})"


@dataclass(frozen=True, slots=True)
class OwnBodies:
    """The bodies that an archive declares for itself, and groups that meet there."""

    bodies: tuple[Body, ...] = ()
    groups: tuple[Group, ...] = ()


_OWN: ContextVar[OwnBodies] = ContextVar("own bodies", default=OwnBodies())  # noqa: B039 (it is frozen)


def use_own_bodies(own: OwnBodies) -> None:
    """Let every name that is looked up from now on, in this context, mean a body of an archive too.

    A command has one archive, and an answer one context: what names a body is read in a hundred places.
    """
    _OWN.set(own)


def own_bodies() -> OwnBodies:
    """Return the bodies and groups of the archive in use, beside those of the package."""
    return _OWN.get()


def bodies() -> tuple[Body, ...]:
    """Return all bodies: the packaged ones in the order of the table, principal organs first, then one's own.

    One to which an archive adds something stands in its place.
    """
    return tuple({**packaged_bodies(), **{body.id: body for body in own_bodies().bodies}}.values())


def find_body(name: str, extra: Sequence[Body] = ()) -> Body:
    """Return the body with that id, alias or full name; case, accents and punctuation are ignored.

    ``extra`` are bodies of the user's own, which come before ours.

    Raises ``ReferenceInvalid`` where no body has that name, with the closest that does, and where
    several have it (``General Conference``), with the choices.
    """
    return choose("body", name, match_bodies(name, extra), lambda: _unknown(name, extra))


def match_bodies(name: str, extra: Sequence[Body] = ()) -> tuple[Body, ...]:
    """Return the bodies that a name may stand for: none, one, or several to choose from."""
    if not is_plain(name):
        return ()
    folded = fold_name(name)
    own = tuple(body for body in extra if folded in fold_body(body))
    ours = _by_name(own_bodies().bodies).get(folded, ())
    exact = [body for body in (*own, *ours) if fold_name(body.id) == folded]
    return tuple(exact[:1]) or own or ours


def fold_body(body: Body) -> frozenset[str]:
    """Return everything a body goes by, folded for matching."""
    return frozenset(fold_name(name) for name in (body.id, body.name, *body.aliases))


def _unknown(name: str, extra: Sequence[Body]) -> str:
    known = (*extra, *bodies())
    by_writing = {body.id: body for body in known}
    for body in known:
        for written in (body.name, *body.aliases):
            by_writing.setdefault(written, body)
    inside = (part for part in name.split("/") if match_bodies(part, extra))
    likely = next(inside, None) or closest(name, by_writing)
    hint = f"did you mean {match_bodies(likely, extra)[0]}? " if likely else ""
    if name.strip().isdigit():
        hint = "a body comes before its session, as in UNGA 79; "
    return f"unknown body {show(name.strip())}; {hint}`tracker list --bodies` lists those known"


@lru_cache(maxsize=1)
def packaged_bodies() -> Mapping[str, Body]:
    """Return the bodies that come with the program, by id."""
    return {
        code: Body(code, kinds=tuple(_read_kind(*each) for each in row.pop("sessions").items()), **row)
        for code, row in read_packaged(__package__, "bodies.toml").items()
    }


def _read_kind(name: str, row: dict[str, Any]) -> SessionKind:
    steps = tuple(SessionStep(**step) for step in row.pop("steps", ()))
    exceptions = tuple((int(number), year) for number, year in row.pop("exceptions", {}).items())
    return SessionKind(name, steps=steps, exceptions=exceptions, **row)


@lru_cache(maxsize=8)
def _by_name(own: tuple[Body, ...]) -> dict[str, tuple[Body, ...]]:
    """Return all bodies by every name they go by; ``own`` are those of the archive in use."""
    return index_names({**packaged_bodies(), **{body.id: body for body in own}}.values(), fold_body)
