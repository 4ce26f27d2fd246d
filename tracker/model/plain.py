"""Values of the model as rows of plain values, which JSON can hold, and back by the types of their fields.

Back from objects as well, by the names of their fields: what is published as JSON has these.
"""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def to_row(value: Any) -> list[Any]:  # noqa: ANN401 (any value of the model, as json.dumps asks)
    """Return the values of an object's fields in their order: what ``json.dumps`` takes as its default."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no value of the model")
    return [getattr(value, name) for name in _list_fields(cast("Any", type(value)))]


@cache
def _list_fields(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def from_row(kind: type[T], row: Any) -> T:  # noqa: ANN401 (what JSON holds)
    """Return the value of a type that ``to_row`` and JSON made this of; a tuple comes back from a list.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for a row, or an object, that is none of it.
    """
    value: T = _reader(cast("Any", kind))(row)
    return value


def field_types(kind: type, *, with_bounds: bool = False) -> dict[str, Any]:
    """Return the types of the fields of a dataclass or named tuple, by name, with bounds if asked."""
    names = vars(sys.modules[kind.__module__])
    try:
        hints = get_type_hints(kind, names, include_extras=with_bounds)
    except NameError:
        hints = get_type_hints(kind, names | _names(), include_extras=with_bounds)
    return {name: hints[name] for name in getattr(kind, "_fields", None) or _list_fields(kind)}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 (any annotation)
    if isinstance(hint, type) and is_dataclass(hint):
        return _read_fields(hint)
    inside = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is tuple and inside[-1] is Ellipsis:
        read = _reader(inside[0])
        return tuple if read is _same else lambda row: tuple(map(read, row))
    if get_origin(hint) is tuple:
        return tuple
    if len(inside) == 1 and (read := _reader(inside[0])) is not _same:
        return lambda row: None if row is None else read(row)
    return _same


def _read_fields(kind: type) -> Callable[[Any], Any]:
    types = field_types(kind)
    readers = [_reader(each) for each in types.values()]
    is_plain = all(read is _same for read in readers)

    def read_values(row: Any) -> Any:  # noqa: ANN401 (what JSON holds)
        values = [row[name] for name in types] if isinstance(row, dict) else row
        if is_plain:
            return kind(*values)
        return kind(*[read(value) for read, value in zip(readers, values, strict=True)])

    return read_values


def _same(value: object) -> object:
    return value


@cache
def _names() -> dict[str, Any]:
    """Return what annotations name that their own module imports for type checkers alone."""
    from tracker.model import changes, decisions, phrases, texts, topics  # noqa: PLC0415 (30 ms where all is needed)

    modules = (changes, decisions, phrases, texts, topics)
    return {name: value for module in modules for name, value in vars(module).items()}
