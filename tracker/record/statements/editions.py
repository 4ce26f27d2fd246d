"""Which edition of a statement a document belongs to. Pure: rows in, a choice out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.record import Declaration
    from tracker.model.texts import TextKind


UNKNOWN_LANGUAGE = "und"
"""The language code of a text whose language is unknown (ISO 639-3)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as the archive holds it, with its latest snapshot."""

    id: int
    kind: TextKind | None
    kind_inferred: bool
    language: str
    language_inferred: bool
    snapshot: int
    ordinal: int
    """The number of the latest snapshot; ``snapshot`` is its row."""
    sha256: str

    @property
    def name(self) -> EditionName:
        """Its kind and language."""
        return EditionName(self.kind, self.language)


@dataclass(frozen=True, slots=True)
class EditionName:
    """The kind and language that somebody declared; ``None`` where nobody did."""

    kind: TextKind | None
    language: str | None


def declared_name(declaration: Declaration) -> EditionName:
    """Return what was declared of the edition, leaving out what was inferred."""
    reference = declaration.reference
    return EditionName(
        None if declaration.kind_inferred else reference.kind,
        None if declaration.language_inferred else reference.language,
    )


def find_same_bytes(editions: Sequence[Edition], name: EditionName, sha256: str) -> Edition | None:
    """Return the edition whose latest snapshot these bytes are, the preferred one first.

    What was declared then and what is declared now must agree; what was only inferred then is replaced,
    unless another edition already has the name.
    """
    fitting = [edition for edition in editions if edition.sha256 == sha256 and _agrees(edition, name)]
    exact = [edition for edition in fitting if clarified(edition, name) == edition.name]
    taken = {edition.name for edition in editions}
    free = [edition for edition in fitting if clarified(edition, name) not in taken]
    return next(iter([*exact, *free]), None)


def choose_edition(
    editions: Sequence[Edition], name: EditionName, language: str, sha256: str
) -> Edition | None:
    """Return the edition that a document is the next snapshot of, or ``None`` where it begins one.

    A declared kind and language name it. Otherwise the same bytes find their edition again, then the
    preferred edition of the declared kind, if any, in the text's language. An unknown
    language (``und``) separates no text from another, neither this one nor one recorded before.
    """
    fitting = [edition for edition in editions if name.kind in {None, edition.kind}]
    exact = next((edition for edition in fitting if edition.language == (name.language or language)), None)
    if exact and name.kind and name.language:
        return exact
    is_untold = language == UNKNOWN_LANGUAGE and not name.language
    vague = (edition for edition in fitting if is_untold or has_unknown_language(edition))
    return find_same_bytes(editions, name, sha256) or exact or next(vague, None)


def has_unknown_language(edition: Edition) -> bool:
    """Return whether an edition's language is unknown: not declared, and not recognised in its text."""
    return edition.language == UNKNOWN_LANGUAGE and edition.language_inferred


def clarified(edition: Edition, name: EditionName) -> EditionName:
    """Return the edition's name after a declaration has replaced what was inferred."""
    return EditionName(
        name.kind if name.kind and edition.kind_inferred else edition.kind,
        name.language if name.language and edition.language_inferred else edition.language,
    )


def adds_declaration(edition: Edition, name: EditionName) -> bool:
    """Return whether a declaration says what had only been inferred about the edition."""
    return bool((name.kind and edition.kind_inferred) or (name.language and edition.language_inferred))


def _agrees(edition: Edition, name: EditionName) -> bool:
    kind = name.kind is None or edition.kind_inferred or edition.kind == name.kind
    return kind and (name.language is None or edition.language_inferred or edition.language == name.language)
