"""JSON that others wrote as values of the model: each field is of its type, and within its bounds.

``plain`` reads back what this program has kept for itself, and is three times as fast.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

from tracker.model.plain import field_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[Any, str], Any]
    Parts = tuple[Any, ...]

T = TypeVar("T")

_LONGEST: Final = 120
_MOST: Final = 2**53
"""Whole numbers beyond this are not the same in every reader of JSON, and no count or offset has them."""
_SCALARS: Final[Mapping[type, str]] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false", NoneType: "null",
}  # fmt: skip


class NotAsTyped(ValueError):
    """A value that is not what its field holds; the message says where it stands and what is expected."""

    def __init__(self, place: str, fault: str) -> None:
        shown = place if place.isprintable() and len(place) <= _LONGEST else f"{place[:_LONGEST]!a}..."
        super().__init__(f"{shown or 'the whole'}{fault}")


def read_typed(kind: type[T], value: object, place: str = "") -> T:
    """Return the value of a type that JSON holds: by the names of its fields, or as a list in their order.

    A tuple comes from a list. A field that is not there has its default; one that the type does not know is
    ignored. Raises ``NotAsTyped``, with the place below ``place``.
    """
    found: T = _reader(cast("Any", kind))(value, place)
    return found


@cache
def _reader(hint: Any) -> Reader:  # noqa: ANN401 (any annotation)
    if isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        return _read_fields(hint)
    form = _FORMS.get(get_origin(hint))
    return form(get_args(hint)) if form else partial(_read_scalar, hint)


def _read_list(parts: Parts) -> Reader:
    inside = _reader(parts[0])
    return lambda value, place: tuple(
        inside(one, f"{place}[{at}]") for at, one in enumerate(_expect(list, value, place, "a list"))
    )


def _read_names(parts: Parts) -> Reader:
    inside = _reader(parts[1])
    return lambda value, place: {
        name: inside(one, _join(place, name))
        for name, one in _expect(dict, value, place, "an object").items()
    }


def _read_fields(kind: type) -> Reader:
    types = field_types(kind, with_bounds=True)
    readers = {name: _reader(hint) for name, hint in types.items()}
    optional = _list_optional(kind)

    def read(value: Any, place: str) -> Any:  # noqa: ANN401 (what JSON holds)
        if isinstance(value, list) and len(value) == len(types):
            value = dict(zip(types, value, strict=True))
        written = _expect(dict, value, place, "an object")
        for name in types:
            if name not in written and name not in optional:
                raise NotAsTyped(_join(place, name), " is missing")
        return kind(
            **{
                name: inside(written[name], _join(place, name))
                for name, inside in readers.items()
                if name in written
            }
        )

    return read


def _list_optional(kind: Any) -> set[str]:  # noqa: ANN401 (a dataclass or a named tuple)
    if not is_dataclass(kind):
        return {*kind._field_defaults}
    return {
        each.name
        for each in fields(kind)
        if each.default is not MISSING or each.default_factory is not MISSING
    }


def _read_one_of(parts: Parts) -> Reader:
    """Return a reader of null, or of what one of several reads; the last of them says what is expected."""
    readers = [_reader(each) for each in parts if each is not NoneType]

    def read(value: object, place: str) -> object:
        for each in readers[:-1]:
            with suppress(NotAsTyped):
                return each(value, place)
        return None if value is None else readers[-1](value, place)

    return read


def _read_bounded(parts: Parts) -> Reader:
    inside, bounds = _reader(parts[0]), dict(parts[1:])
    least, most = bounds.get("minimum"), bounds.get("maximum")

    def read(value: Any, place: str) -> Any:  # noqa: ANN401 (what JSON holds)
        found = inside(value, place)
        if (least is not None and found < least) or (most is not None and found > most):
            raise NotAsTyped(place, f": {found} is out of bounds")
        if "minLength" in bounds and len(found) < bounds["minLength"]:
            raise NotAsTyped(place, " is empty")
        return found

    return read


def _read_literal(choices: Parts) -> Reader:
    def read(value: object, place: str) -> object:
        if not isinstance(value, str) or value not in choices:
            raise NotAsTyped(place, f": expected one of {', '.join(map(str, choices))}")
        return value

    return read


_FORMS: Final[Mapping[Any, Callable[[Parts], Reader]]] = {
    Annotated: _read_bounded, Literal: _read_literal, Union: _read_one_of, UnionType: _read_one_of,
    tuple: _read_list, dict: _read_names,
}  # fmt: skip


def _read_scalar(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 (what JSON holds)
    if kind is Any:
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and not abs(value) <= _MOST:
        raise NotAsTyped(place, ": the number is too large")
    if kind is float and is_number:
        return float(value)
    if not isinstance(value, kind) or (kind is int and not is_number):
        raise NotAsTyped(place, f": expected {_SCALARS[kind]}")
    return value


def _expect(kind: type[T], value: object, place: str, words: str) -> T:
    if not isinstance(value, kind):
        raise NotAsTyped(place, f": expected {words}")
    return value


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
