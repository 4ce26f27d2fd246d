"""What is cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reference:
    """What a user points at, from a whole series to one snapshot of one edition.

    ``GBR/UNGA`` is a series, ``GBR/UNGA/79`` a statement, ``GBR/HRC/52/item-4`` one of several in a
    session, ``GBR/UNGA/79~verbatim.fr`` an edition, and ``@2`` or ``@2024-05-20`` picks a snapshot.
    """

    country: str
    body: str
    session: str | None = None
    item: str | None = None
    kind: TextKind | None = None
    language: str | None = None
    snapshot: int | str | None = None
    """The ordinal of a snapshot, or an ISO date by which it had been observed."""

    def __str__(self) -> str:
        parts = [self.country, self.body, *(part for part in (self.session, self.item) if part)]
        edition = ".".join(part for part in (self.kind, self.language) if part)
        text = "/".join(parts) + (f"~{edition}" if edition else "")
        return text if self.snapshot is None else f"{text}@{self.snapshot}"


Language = Literal["en", "fr", "es", "ru", "ar", "zh"]
"""The languages whose sentences are cut and whose topics are met by rules of their own."""

TextKind = Literal["prepared", "delivered", "verbatim", "summary", "translation", "interpretation"]
