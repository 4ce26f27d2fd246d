"""A comparison as JSON: all of it, so that both texts and every judgement can be had from the file alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from tracker.report.safe import escape_hidden

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

SCHEMA_VERSION = "1"

_DECIMALS = 4


def render_json(comparison: Comparison) -> str:
    """Return a comparison as JSON that ``comparison.schema.json`` describes, indented by two.

    Keys stand in the order of ``tracker.model``. Text is not escaped, except what cannot be seen or
    would act on a terminal. Shares, scores and confidences have four decimals. Each side's ``text`` is its
    clean text, cut at the offsets of its ``segments``; the edits of a change that are not inserted, joined,
    are the texts of its old segments joined by blanks, and those not deleted are its new ones.
    """
    fields = {"schema_version": SCHEMA_VERSION, **asdict(comparison)}
    return encode_json(fields)


def encode_json(value: object) -> str:
    """Return plain data as JSON with a line break at the end, in the manner of all our JSON."""
    return escape_hidden(json.dumps(_round(value), ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def _round(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {key: _round(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_round(item) for item in value]
    return value
