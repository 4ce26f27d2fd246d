"""The JSON of a comparison: complete, strict, stable, and enough to rebuild both texts."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.comparisons import comparison, reading, revision, session, side, topic
from tests.thorough import examples
from tracker.comparing.changes import describe_changes
from tracker.model.changes import Comparison, Link
from tracker.model.texts import Run, Side, SpanMap
from tracker.model.topics import Passage
from tracker.report.comparison.build import render_json

SCHEMA = json.loads(
    (files("tracker.report.comparison") / "comparison.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)

WORDS = st.sampled_from(
    ["we", "will", "may", "pay", "5 million euros", "2025", "A/RES/78/1", "ﬁne", "中文", "عام"]
)
SENTENCES = st.lists(WORDS | st.text(min_size=1, max_size=3).filter(str.strip), min_size=1, max_size=6).map(
    " ".join
)
PARAGRAPHS = st.lists(st.lists(SENTENCES.map(str.strip).filter(bool), min_size=1, max_size=3), max_size=4)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Two sides, with each segment in one link at most, n to m and in any order."""
    old, new = (side(name, *draw(PARAGRAPHS)) for name in ("old", "new"))
    left: list[int] = draw(st.permutations(range(len(old.version.segments))))
    right: list[int] = draw(st.permutations(range(len(new.version.segments))))
    links = []
    for n, m in draw(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 2)), max_size=4)):
        if not left or not right:
            break
        links.append(Link(tuple(sorted(left[:n])), tuple(sorted(right[:m])), 0.9, "likeness"))
        left, right = left[n:], right[m:]
    return comparison(old, new, *describe_changes(old.version, new.version, links))


def rebuild(data: dict[str, Any], name: str, hidden: str) -> str:
    """Return a side's clean text: its segments out of the edits, and between them its own gaps."""
    version = data[name]["version"]
    text: str = version["text"]
    texts: dict[int, str] = {}
    for change in data["changes"]:
        rest = "".join(edit["text"] for edit in change["edits"] if edit["kind"] != hidden)
        for index in change[name]:
            segment = version["segments"][index]
            length = segment["end"] - segment["start"]
            assert index not in texts
            texts[index], rest = rest[:length], rest[length:].removeprefix(" ")
        assert rest == ""
    rebuilt, end = "", 0
    for index, segment in enumerate(version["segments"]):
        rebuilt += text[end : segment["start"]] + texts[index]
        end = segment["end"]
    return rebuilt + text[end:]


@settings(max_examples=examples(60), deadline=None)
@given(comparisons())
def test_accepting_all_gives_the_new_text_and_rejecting_all_the_old_one(value: Comparison) -> None:
    data = json.loads(render_json(value))
    VALIDATOR.validate(data)
    assert rebuild(data, "new", hidden="deleted") == value.new.version.text
    assert rebuild(data, "old", hidden="inserted") == value.old.version.text


@pytest.mark.parametrize("value", [revision(), session()], ids=["revision", "session"])
def test_the_schema_describes_it(value: Comparison) -> None:
    VALIDATOR.validate(json.loads(render_json(value)))


def test_the_schema_is_itself_valid_and_strict() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].startswith("urn:")

    def objects(node: object) -> list[dict[str, Any]]:
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        found = [node] if isinstance(node, dict) and node.get("type") == "object" else []
        return found + [one for part in inside for one in objects(part)]

    for one in objects(SCHEMA):
        assert one["additionalProperties"] is False
        assert one["required"] == [name for name in one["properties"] if name not in Comparison.OPTIONAL]


def test_the_schema_refuses_what_is_not_in_the_model() -> None:
    data = json.loads(render_json(revision()))
    data["changes"][0]["shifts"].append({"axis": "mood"})
    assert not VALIDATOR.is_valid(data)
    assert not VALIDATOR.is_valid({**json.loads(render_json(revision())), "extra": 1})


def test_the_schema_accepts_every_optional_field() -> None:
    whole: Side = replace(
        revision().old,
        title="T",
        country="XAA",
        body="CCPCJ",
        session="31",
        sha256="a" * 64,
        snapshot=3,
    )
    whole = replace(whole, version=replace(whole.version, spans=SpanMap((Run(0, 4, 2, 6),))))
    value = replace(
        revision(),
        old=whole,
        topics=(
            topic(
                "A",
                "more",
                reading("declared", (0,), 0.1),
                reading("declared", (0,), 0.2),
            ),
            topic("B", "not repeated", reading("declared", (0,), 0.1), None, closest=Passage(0, 0.123456)),
        ),
    )
    data = json.loads(render_json(value))
    VALIDATOR.validate(data)
    assert data["topics"][1]["closest"]["score"] == 0.1235
    assert data["old"]["version"]["spans"]["runs"] == [
        {"clean_start": 0, "clean_end": 4, "raw_start": 2, "raw_end": 6}
    ]


def test_it_is_stable_and_readable() -> None:
    text = render_json(session())
    assert text == render_json(session())
    assert text.startswith('{\n  "schema_version": "2",\n  "lead": [\n')
    assert list(json.loads(text)) == [
        each for each in SCHEMA["properties"] if each not in Comparison.OPTIONAL
    ]
    assert text.endswith("}\n")


def test_words_of_all_languages_are_written_as_they_are() -> None:
    text = render_json(
        comparison(side("a", ("中国支持。",)), side("b", ("نحن ملتزمون.", "Мы поддерживаем.")))
    )
    assert "中国支持。" in text
    assert "نحن ملتزمون." in text
    assert "Мы поддерживаем." in text
