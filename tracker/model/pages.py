"""How a notebook shows a value: whoever makes reports says so here, since values know of none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

_MAKERS: Final[dict[type, Callable[[Any], str]]] = {}


def register_page(kind: type[Value], make: Callable[[Value], str]) -> None:
    """Have values of a type shown as ``make`` says, as a part of a page in HTML."""
    _MAKERS[kind] = make


def show_page(value: object) -> str | None:
    """Return a value as a notebook shows it; None where no page of its type is made."""
    make = _MAKERS.get(type(value))
    return make(value) if make else None
