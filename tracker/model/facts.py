"""What people declare of a statement: one field a fact, with how it is asked for, checked and shown.

Commands, tables, the record, exports and pages iterate over ``FACTS``, and none of them names a fact that it
treats like the others. The language and the kind are no facts of a statement: they name one of its editions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tracker.errors import ReferenceInvalid
from tracker.inputs.passwords import is_web_address, strip_user
from tracker.model.texts import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

STATEMENT_TYPES: Final = ("general-debate", "item", "explanation-of-vote", "right-of-reply", "joint")

ALONE: Final = "{}"
"""How a value is told that needs no words around it."""
_EDTF: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?[?~%]?")
_LONGEST: Final = 60
"""How many characters of what is refused are quoted."""


def check_date(text: str) -> str:
    """Return a date as written: EDTF level 0, and the signs of doubt of level 1.

    A day, a month or a year: ``2022-05-16``, ``2022-05``, ``2022``.

    Raises ``ReferenceInvalid`` for a text that is no date, or a date that is not in the calendar.
    """
    match = _EDTF.fullmatch(text)
    try:
        if match:
            year, month, day = (int(part or 1) for part in match.groups())
            date(year, month, day)
            return text
    except ValueError:
        pass
    raise ReferenceInvalid(f"invalid date {text[:_LONGEST]!r}; write 2022-05-16, 2022-05 or 2022")


def check_type(text: str) -> str:
    """Return a type of statement as the record has it: ``General debate`` is ``general-debate``.

    Raises ``ReferenceInvalid`` for another word.
    """
    found = "-".join(text.lower().replace("_", " ").split())
    if found in STATEMENT_TYPES:
        return found
    raise ReferenceInvalid(
        f"unknown type of statement {text[:_LONGEST]!r}; expected one of {', '.join(STATEMENT_TYPES)}"
    )


def check_address(text: str) -> str:
    """Return an address without the user's name and password; raises ``ReferenceInvalid`` for a path."""
    address = strip_user(text)
    if is_web_address(address):
        return address
    raise ReferenceInvalid(f"invalid address {address[:_LONGEST]!r}: it begins with https:// or http://")


def take_text(text: str) -> str:
    """Return a text as it is."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of a field of ``Facts``."""

    name: str
    """Of the field, and of its column in the record and in all that is exported."""
    table: str = "statements"
    """That of the record which has the column."""
    asked: str
    """What ``add`` and ``--column`` call it."""
    help: str
    choices: tuple[str, ...] = ()
    """The values that it may have, where these are counted."""
    called: tuple[str, ...]
    """How the columns of other people's tables are called that hold it."""
    check: Callable[[str], str] = take_text
    """Returns a value as it is kept; raises ``ReferenceInvalid``."""
    shown: str | None
    """How it is told among other facts, such as ``on behalf of {}``; None where each report has its own place
    for it."""

    def tell(self, value: str) -> str:
        """Return the words for a value; nothing where there is another place for it."""
        if self.shown is None:
            return ""
        return self.shown.format(value.replace("-", " ") if self.choices else value)


def declared(help_: str, **told: Any) -> Any:  # noqa: ANN401 (what ``Fact`` says; the default of a field)
    """Return the default of a field of ``Facts``, of which more may be said than what to declare by it."""
    return field(default=None, metadata={"help": help_, **told})


# Not slotted, so that a table can have columns before these.
@dataclass(frozen=True, kw_only=True)
class Facts:
    """What people declare of a statement; nothing is required."""

    statement_type: str | None = declared(
        "The type of statement.", asked="type", choices=STATEMENT_TYPES, check=check_type, shown=ALONE
    )
    """General debate, item, explanation of vote, right of reply or joint."""
    title: str | None = declared("Its title.", shown=None)
    """Its title."""
    delivered: str | None = declared(
        "When it was delivered: 2022-05-16, 2022-05 or 2022.",
        asked="date",
        called=("date", "delivered", "delivery_date"),
        check=check_date,
        shown=None,
    )
    """When it was delivered: a date, a month or a year (EDTF)."""
    symbol: str | None = declared(
        "Its document symbol, such as A/78/PV.9.", called=("symbol", "document_symbol"), shown=None
    )
    """Its document symbol."""
    speaker: str | None = declared(
        "Who spoke.",
        called=("speaker", "name_of_person_speaking", "name_of_speaker", "speaker_name"),
        shown=None,
    )
    """Who spoke, where it was declared."""
    post: str | None = declared("The speaker's post.", called=("post", "position"), shown=None)
    """The speaker's post."""
    on_behalf_of: str | None = declared("The group spoken for, such as EU.", shown="on behalf of {}")
    """The group spoken for."""
    url: str | None = declared(
        "Where it was published.",
        table="snapshots",
        called=("url", "link"),
        check=check_address,
        shown=None,
    )
    """Where it was published, as declared."""
    aligns_with: str | None = declared("The group whose statement is joined.", shown="aligned with {}")
    """The group whose statement is joined."""


def _describe(name: str, told: Mapping[str, Any]) -> Fact:
    words = name.replace("_", " ")
    return Fact(**{"name": name, "asked": name, "called": (name,), "shown": f"{words}: {{}}", **told})


FACTS: Final = tuple(_describe(each.name, each.metadata) for each in fields(Facts))
"""All of them, in the order in which they are written."""
NAMES: Final = tuple(each.name for each in FACTS)
TABLES: Final = ("statements", "snapshots")
"""Those of the record that have facts as columns."""
OF_STATEMENT, OF_SNAPSHOT = (tuple(each.name for each in FACTS if each.table == table) for table in TABLES)


def list_facts(kind: type[DataclassInstance]) -> tuple[str, ...]:
    """Return the names of those facts that a type has fields for."""
    names = {each.name for each in fields(kind)}
    return tuple(name for name in NAMES if name in names)


OF_SIDE: Final = list_facts(Side)
"""Those that a comparison says of its sides."""


def read_facts(value: object) -> dict[str, str | None]:
    """Return by name those facts that a value has fields for."""
    return {name: getattr(value, name) for name in NAMES if hasattr(value, name)}


def check_facts(said: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what was said, by name, as it is kept, without what is empty.

    Raises ``ReferenceInvalid`` where a value is not what it should be.
    """
    return {fact.name: fact.check(text) for fact in FACTS if (text := said.get(fact.name))}


def tell_facts(value: object) -> tuple[str, ...]:
    """Return the words for those facts of a value that have no place of their own."""
    told = read_facts(value)
    # A word that stands alone comes last.
    ordered = sorted(FACTS, key=lambda fact: fact.shown == ALONE)
    return tuple(words for fact in ordered if (text := told.get(fact.name)) and (words := fact.tell(text)))
