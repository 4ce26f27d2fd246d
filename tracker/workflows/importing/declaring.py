"""What the options of ``tracker add`` say about a document, checked and made one declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, get_args

from tracker.errors import ReferenceInvalid
from tracker.model.citing import Language
from tracker.model.record import Declaration
from tracker.references import parse_reference
from tracker.workflows.importing.dates import check_date

if TYPE_CHECKING:
    from tracker.model.citing import TextKind


def declare(
    reference: str,
    *,
    date: str | None = None,
    title: str | None = None,
    language: str | None = None,
    kind: TextKind | None = None,
    statement_type: str | None = None,
    url: str | None = None,
    symbol: str | None = None,
    speaker: str | None = None,
    post: str | None = None,
    on_behalf_of: str | None = None,
) -> Declaration:
    """Return the declaration of a statement.

    Raises ``ReferenceInvalid`` for a reference without a session or with a snapshot, a date that is not
    EDTF, or a language or kind that contradicts the reference's own.
    """
    statement = parse_reference(reference)
    if statement.session is None:
        raise ReferenceInvalid(f"{statement} names no session; write {statement}/SESSION")
    if statement.snapshot is not None:
        raise ReferenceInvalid(
            f"{statement}: a new snapshot gets its number by itself; leave out @{statement.snapshot}"
        )
    return Declaration(
        replace(
            statement,
            kind=_one("kind", statement.kind, kind),
            language=_known(_one("language", statement.language, language)),
        ),
        statement_type=statement_type,
        title=title,
        delivered=check_date(date) if date else None,
        url=url,
        symbol=symbol,
        speaker=speaker,
        post=post,
        on_behalf_of=on_behalf_of,
    )


Word = TypeVar("Word", bound=str)


def _one(name: str, in_reference: Word | None, in_option: Word | None) -> Word | None:
    if in_reference and in_option and in_reference != in_option:
        raise ReferenceInvalid(f"the reference says {name} {in_reference}, --{name} says {in_option}")
    return in_reference or in_option


def _known(language: str | None) -> str | None:
    if language not in {None, *get_args(Language)}:
        raise ReferenceInvalid(
            f"texts in {language!r} cannot be read; there are {', '.join(get_args(Language))}"
        )
    return language
