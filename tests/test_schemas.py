"""The published schemas are those that the types make, and every golden JSON is what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.goldens import GOLDEN
from tests.schemas import PUBLISHED, REPORT, make_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = {
    "answers/priorities": "priorities",
    "answers/statement": "show",
    "comparison/comparison": "diff",
    "series/attribution": "blame",
    "series/biography": "trace",
    "series/countries": "timeline",
    "series/moves": "diff",
    "series/panel": "timeline",
    "series/phrases": "timeline",
    "series/spread": "trace",
    "series/timeline": "timeline",
}


_MARKS = {
    "series/biography": {"series"},
    "series/spread": {"body"},
    "series/timeline": {"series", "topics"},
    "series/countries": {"spoke"},
    "series/panel": {"entries"},
    "series/phrases": {"prior"},
}
"""What tells the JSON of a command that prints several kinds."""
_OF_DIFF = {"comparison/comparison", "series/moves"}
"""Schemas of one command."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_schema_is_what_its_types_make(name: str) -> None:
    published = (REPORT / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == make_schema(name), "write them anew with: python -m tests.schemas"


def test_no_other_schema_is_published() -> None:
    places = {path.relative_to(REPORT).as_posix() for path in REPORT.rglob("*.schema.json")}
    assert places == {f"{name}.schema.json" for name in PUBLISHED}


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_golden_json_is_what_its_schema_says_and_nothing_may_be_added(name: str) -> None:
    schema = json.loads(make_schema(name))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    ours = _MARKS.get(name, {"schema_version"})
    is_of_many = "countries" in schema["properties"]
    told = [
        each
        for each in _read_golden(COMMANDS[name])
        if ours <= each.keys() and (name not in _OF_DIFF or ("countries" in each) == is_of_many)
    ]
    assert told
    for each in told:
        validator.validate(each)
        for inside in _objects(each):
            inside["unknown"] = None
            assert not validator.is_valid(each)
            del inside["unknown"]


def _read_golden(command: str) -> Iterator[dict[str, Any]]:
    text = (GOLDEN / "commands" / f"{command}.txt").read_text(encoding="utf-8")
    at = text.find('{\n  "schema_version"')
    while at >= 0:
        value, at = json.JSONDecoder().raw_decode(text, at)
        yield value
        at = text.find('{\n  "schema_version"', at)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield an object, and one in each list and field of those inside: the first of many alike."""
    if isinstance(value, dict):
        yield value
        for inside in list(value.values()):
            yield from _objects(inside)
    elif isinstance(value, list):
        yield from _objects(next(iter(value), None))
