"""Dataclasses as JSON; a comparison as JSON holds both texts and every judgement."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Final

from tracker.model.texts import Reference
from tracker.report.safe import escape_hidden

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from _typeshed import DataclassInstance

    from tracker.model.changes import Comparison

SCHEMA_VERSION: Final = "2"
_DECIMALS = 4


def render_json(comparison: Comparison) -> str:
    """Return a comparison as JSON that ``comparison.schema.json`` describes, indented by two.

    Keys stand in the order of ``tracker.model``. Text is not escaped, except what cannot be seen or
    would act on a terminal. Shares, scores and confidences have four decimals. Each side's ``text`` is its
    clean text, cut at the offsets of its ``segments``; the edits of a change that are not inserted, joined,
    are the texts of its old segments joined by blanks, and those not deleted are its new ones.
    """
    return encode_json(comparison)


def encode_json(value: DataclassInstance | Mapping[str, object]) -> str:
    """Return an object as JSON: its fields, after the version of the schemas."""
    content = plain_fields(value) if is_dataclass(value) else value
    return write_json({"schema_version": SCHEMA_VERSION, **content})


def encode_rows(name: str, rows: Sequence[object]) -> str:
    """Return objects as JSON under a name, after the version."""
    return encode_json({name: rows})


def write_json(value: object) -> str:
    """Return plain data and dataclasses as indented JSON that ends in a line break.

    A reference is written as text, any other dataclass as an object of its fields.
    """
    return escape_hidden(json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def plain_fields(value: DataclassInstance) -> dict[str, object]:
    """Return what is published of a dataclass by name, all values as JSON has them."""
    return {name: _plain(getattr(value, name)) for name in list_published(type(value))}


def list_published(model: type) -> tuple[str, ...]:
    """Return the names of what JSON has of a dataclass: its fields, or what it says itself."""
    return getattr(model, "PUBLISHED", None) or tuple(field.name for field in fields(model))


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Reference):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain_fields(value)
    return value
