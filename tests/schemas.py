"""The published schemas of JSON, made from the types of ``tracker.model`` and what stands below their fields.

``python -m tests.schemas`` writes them beside the reports that they describe; ``test_schemas.py`` compares.
The schemas are strict: every object is closed and has all its fields, each with its bounds and what it means.
msgspec 0.22 makes none such of dataclasses: of the 18 objects of a comparison it closes none and requires all
fields of 9; it tells no field's meaning, and bounds are to be its own, loaded with the model at each start.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from tracker.model import (
    changes,
    decisions,
    panels,
    phrases,
    reported,
    rows,
    series,
    texts,
    topics,
    tracing,
)
from tracker.model.changes import AXES
from tracker.report.records import SCHEMA_VERSION, in_json, list_published, read_docstrings

REPORT: Final = Path(__file__).parents[1] / "tracker" / "report"
PUBLISHED: Final = {
    "answers/priorities": (rows.StatementTopics, "What a statement does with each topic"),
    "answers/statement": (texts.StatementText, "One statement and its text"),
    "comparison/comparison": (reported.ReportedComparison, "Comparison of two national statements"),
    "series/attribution": (
        tracing.AttributionTable,
        "Since when each segment of a statement has been said in these words",
    ),
    "series/biography": (tracing.BiographyTable, "A phrase or a sentence through the statements of a series"),
    "series/countries": (series.CountriesTable, "Topics by countries at one session"),
    "series/moves": (panels.CountriesDiff, "What countries took up and dropped between two sessions"),
    "series/panel": (panels.PanelTable, "Topics by countries and sessions"),
    "series/phrases": (series.PhraseSeries, "Phrases that set sessions of a series apart"),
    "series/spread": (tracing.Spread, "Phrases through the statements of all countries at a body"),
    "series/timeline": (series.TimelineTable, "Topics through the sessions of a series"),
}
"""By place: what is written, and the title of its schema."""

_PLAIN: Final = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
# Names of the model that hold more than what is published: two texts are compared, and no report shows a
# decision that was taken back.
_NARROWER: Final = {
    "Axis": Literal[tuple(AXES)],
    "Question": Literal["sentences", *AXES, "level"],
    "Verdict": Literal["accept", "reject", "relabel"],
    "TextNumber": Literal[0, 1],
}


def make_schema(name: str) -> str:
    """Return the schema that is published under a name, as a file."""
    model, title = PUBLISHED[name]
    definitions: dict[str, Any] = {}
    root = _object(model, definitions)
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tracker:schema:{name.rpartition('/')[2]}:{SCHEMA_VERSION}",
        "title": title,
        **root,
        "required": ["schema_version", *root["required"]],
        "properties": {"schema_version": {"const": SCHEMA_VERSION}, **root["properties"]},
        "$defs": definitions,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _object(model: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(model, _names(), include_extras=True)
    told = read_docstrings(model)
    properties = {}
    for name in list_published(model):
        if name not in hints:
            found = getattr(model, name)
            hints[name] = get_type_hints(found.fget, _names(), include_extras=True)["return"]
            told[name] = in_json(found.__doc__)
        properties[name] = _schema(hints[name], definitions) | (
            {"description": told[name]} if name in told else {}
        )
    return {
        "type": "object",
        "description": in_json(model.__doc__ or ""),
        "additionalProperties": False,
        "required": [name for name in properties if name not in getattr(model, "OPTIONAL", ())],
        "properties": properties,
    }


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 (any annotation)
    kind, parts = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if kind is Annotated:
        return {**_schema(parts[0], definitions), **dict(parts[1:])}
    if kind is Literal:
        return {"enum": list(parts)}
    if kind in {Union, UnionType}:
        return _or_null(_schema(next(part for part in parts if part is not NoneType), definitions))
    return _array(parts, definitions) if kind is tuple else _defined(hint, definitions)


def _array(parts: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if parts[-1] is Ellipsis:
        return {"type": "array", "items": _schema(parts[0], definitions)}
    items = [_schema(part, definitions) for part in parts]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _defined(model: type, definitions: dict[str, Any]) -> dict[str, Any]:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _object(model, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str) and schema["type"] != "array":
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [schema, {"type": "null"}]}


@cache
def _names() -> dict[str, Any]:
    """Return what the models' annotations name: much of it is imported for type checkers only."""
    modules = (changes, decisions, panels, phrases, reported, rows, series, texts, topics, tracing)
    return {name: value for module in modules for name, value in vars(module).items()} | _NARROWER


def main() -> None:
    """Write all schemas."""
    for name in PUBLISHED:
        (REPORT / f"{name}.schema.json").write_text(make_schema(name), encoding="utf-8")


if __name__ == "__main__":
    main()
