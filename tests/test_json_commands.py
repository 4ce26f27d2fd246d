"""JSON of every command: it says its version, follows its schema, and tells claims from what may be so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from jsonschema import Draft202012Validator

from tests.comparisons import comparison, reading, side, topic
from tests.conftest import run_tracker
from tests.goldens import GOLDEN
from tests.printing import walk_commands
from tests.schemas import PUBLISHED, REPORT
from tests.thorough import some
from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic
from tracker.model.rows import list_rows
from tracker.model.topics import Status, VocabularyName
from tracker.model.tracing import Biography, Occurrence, TracedStatement
from tracker.report.comparison.build import render_json
from tracker.report.records import SCHEMA_VERSION, encode_json
from tracker.report.series.biography import biography_json

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED_BY = {
    ("diff", "XAA/CCPCJ", "31", "32"): "comparison",
    ("diff", "CCPCJ", "31", "32", "--countries", "XAA"): "moves",
    ("priorities", "XAA/CCPCJ/33"): "priorities",
    ("show", "XAA/CCPCJ/33"): "statement",
    ("blame", "XAA/CCPCJ/33"): "attribution",
    ("trace", "XAA/CCPCJ", "We will publish every contract."): "biography",
    ("trace", "CCPCJ", "corruption"): "spread",
    ("timeline", "XAA/CCPCJ"): "timeline",
    ("timeline", "CCPCJ", "31"): "countries",
    ("timeline", "CCPCJ", "--sessions", "31-33"): "panel",
    ("timeline", "XAA/CCPCJ", "--phrases"): "phrases",
}
"""A command, and the schema that describes its JSON."""
ROWS_OF = {
    ("list",): "statements",
    ("log", "XAA/CCPCJ/33"): "snapshots",
    ("log", "XAA/CCPCJ/33", "--versions"): "versions",
    ("search", "corruption"): "passages",
    ("status", "--runs"): "runs",
    ("expect",): "expectations",
    ("review",): "documents",
    ("sources", "list"): "sources",
    ("list", "--topics"): "topics",
    ("topics", "check", "own.csv"): "findings",
    ("list", "--groups"): "groups",
}
"""A command whose JSON is a list, and the name of the list."""
OBJECTS = (
    ("decisions",), ("list", "--groups", "EU"), ("status",), ("status", "--year", "2026"), ("status", "1"),
    ("list", "--topics", "corruption"), ("verify",), ("reextract", "--dry-run"),
    ("reproduce", "comparison.json"),
)  # fmt: skip
"""Commands whose JSON is an object of which no schema is published."""
WRITING = {
    "backup", "export", "import", "mirror update", "rebuild", "snapshot",
    "sources check", "topics learn", "withdraw",
}  # fmt: skip
"""Commands that write as they answer: their JSON stands among the golden files."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("json")
    assert run_tracker(folder, "demo", "--keep", "snapshots").code == 0
    watched = ("https://xaa.example/79.html", "--as", "XAA/UNGA/79~prepared.en")
    assert run_tracker(folder, "sources", "add", *watched).code == 0
    assert (
        run_tracker(folder, "diff", "XAA/CCPCJ", "31", "32", "--format", "json", "-o", "comparison.json").code
        == 1
    )
    (folder / "own.csv").write_text("id,label,terms\nwater,Water,\nriver,Water,river\n", encoding="utf-8")
    return folder


def ask(folder: Path, command: tuple[str, ...]) -> Any:  # noqa: ANN401 (any JSON)
    form = ("--json",) if command[0] in {"verify", "reextract"} else ("--format", "json")
    ran = run_tracker(folder, *command, *form)
    assert (ran.code in {0, 1}, ran.err) == (True, ""), ran.err
    return json.loads(ran.out)


def schema(name: str) -> Draft202012Validator:
    places = {each.rpartition("/")[2]: REPORT / f"{each}.schema.json" for each in PUBLISHED}
    found = json.loads(places[name].read_text(encoding="utf-8"))
    assert found["$id"] == f"urn:tracker:schema:{name}:{SCHEMA_VERSION}"
    return Draft202012Validator(found)


# Every command -------------------------------------------------------------------------------------


def test_each_command_with_json_is_known_here() -> None:
    writing = {" ".join(path) for path, command in walk_commands() if _writes_json(command)}
    asked = {*PUBLISHED_BY, *ROWS_OF, *OBJECTS}
    named = {name for words in asked for name in (words[0], " ".join(words[:2])) if name in writing}
    assert writing == named | WRITING


def _writes_json(command: Any) -> bool:  # noqa: ANN401 (Typer's own Click)
    return any(
        "--json" in option.opts or "json" in getattr(option.type, "choices", ()) for option in command.params
    )


@pytest.mark.parametrize(("command", "name"), some(6, PUBLISHED_BY.items()), ids=lambda each: str(each)[:40])
def test_what_is_published_follows_its_schema(folder: Path, command: tuple[str, ...], name: str) -> None:
    answer = ask(folder, command)
    assert (next(iter(answer)), answer["schema_version"]) == ("schema_version", "2")
    schema(name).validate(answer)


@pytest.mark.parametrize(("command", "name"), ROWS_OF.items(), ids=lambda each: str(each)[:40])
def test_a_list_stands_under_a_name_after_the_version(
    folder: Path, command: tuple[str, ...], name: str
) -> None:
    answer = ask(folder, command)
    assert list(answer) == ["schema_version", name]
    assert (answer["schema_version"], type(answer[name])) == ("2", list)


@pytest.mark.parametrize("command", some(5, OBJECTS), ids=" ".join)
def test_an_object_begins_with_the_version(folder: Path, command: tuple[str, ...]) -> None:
    name, version = next(iter(ask(folder, command).items()))
    assert (name, version) == ("schema_version", "2")


def test_all_json_of_the_golden_files_says_its_version() -> None:
    seen = 0
    for path in (GOLDEN / "commands").glob("*.txt"):
        for answer in path.read_text(encoding="utf-8").split("\n$ tracker ")[1:]:
            lines = [row for row in answer.splitlines() if not row.startswith("(exit code")]
            is_theirs = answer.startswith("export datasette") or "--format csl" in lines[0]
            if lines[1:] and lines[1] in {"{", "["} and not is_theirs:
                seen += 1
                assert lines[1:3] == ["{", '  "schema_version": "2",'], answer[:200]
    assert seen > 50


# What a topic became -------------------------------------------------------------------------------

TOLD = [
    # claimed, certainty, share unsure: status, likely, certainty
    (True, 0.9, False, "new", None, 0.9),
    (True, 0.2, False, "new", None, 0.2),
    (True, None, False, "new", None, None),
    (False, 0.6, False, None, "new", 0.6),
    (False, 0.5, False, None, "new", 0.5),
    (False, 0.4999, False, None, None, None),
    (False, 0.07, False, None, None, None),
    (False, None, False, None, "new", None),
    (False, 0.2, True, None, None, None),
]


@pytest.mark.parametrize(("claimed", "certainty", "unsure", "status", "likely", "told"), TOLD)
def test_a_status_is_claimed_or_likely_with_its_certainty(
    claimed: bool, certainty: float | None, unsure: bool, status: str, likely: str, told: float | None
) -> None:
    made = replace(
        topic("Debt", "new", None, reading("declared", (0,), 0.1)),
        claimed=claimed,
        outcome_certainty=certainty,
        share_unsure=unsure,
    )
    assert (made.status, made.likely, made.certainty) == (status, likely, told)
    compared = comparison(side("old", ("We met.",)), side("new", ("We act.",)), topics=(made,))
    (row,) = json.loads(render_json(compared))["topics"]
    assert (row["status"], row["likely"], row["certainty"]) == (status, likely, told)
    assert not {"claimed", "outcome", "outcome_certainty"} & set(row)
    (record,) = list_rows(compared)
    assert (record["status"], record["likely"], record["certainty"]) == (status, likely, told)
    shown = (status or (f"likely {likely}" if likely else "no change is told"), "absent to declared")
    assert f": {', '.join(shown)}" in repr(made)


def test_countries_have_what_is_claimed_and_what_is_likely_in_one_list() -> None:
    moves = (
        CountryMove("FRA", "not repeated", None, 0.9, measured=True, share_unsure=False),
        CountryMove("GBR", None, "not repeated", 0.4, measured=True, share_unsure=False),
    )
    found = CountriesDiff(
        "UNGA", "78", "79", "FRA,GBR", VocabularyName("own", "ab" * 32), 0.9, None, ("FRA", "GBR"), (),
        (MovedTopic("debt", "Debt", "theme", moves),),
    )  # fmt: skip
    now = json.loads(encode_json(found))
    schema("moves").validate(now)
    (row,) = now["topics"]
    assert [(each["country"], each["status"], each["likely"]) for each in row["countries"]] == [
        ("FRA", "not repeated", None),
        ("GBR", None, "not repeated"),
    ]


def test_statuses_are_those_of_the_model() -> None:
    described: Any = schema("comparison").schema
    status = described["$defs"]["topic_change"]["properties"]["status"]
    assert set(status["enum"]) - {None} == set(get_args(Status))


# A biography ---------------------------------------------------------------------------------------


def traced(session: str, hits: str = "") -> TracedStatement:
    """Return a statement that says it once for each mark: ``=`` in these words, ``~`` loosely."""
    text = "We act."
    held = replace(side(f"XAA/UNGA/{session}", (text,)), session=session)
    sayings = (
        Occurrence((0,), text, 0, 6, mark == "=", 1.0 if mark == "=" else 0.7, "lexical", 1) for mark in hits
    )
    return TracedStatement(held, "regular", tuple(sayings), wording=1 if hits else None)


def test_the_headline_of_a_biography_counts_no_loose_hits() -> None:
    said = {"70": "~", "71": "==~", "72": "", "73": "=", "74": "~"}
    held = tuple(traced(*each) for each in said.items())
    biography = Biography("XAA/UNGA", "we act", "sentence", held)
    now = json.loads(biography_json(biography))
    schema("biography").validate(now)
    names = ("first", "last", "said", "loosely", "times", "silences")
    assert [now[name] for name in names] == ["XAA/UNGA/71", "XAA/UNGA/73", 2, 2, 3, ["72"]]


def test_a_biography_of_loose_hits_alone_has_neither_first_nor_last() -> None:
    now = json.loads(biography_json(Biography("XAA/UNGA", "we act", "sentence", (traced("70", "~"),))))
    assert [now[name] for name in ("first", "last", "said", "loosely", "times")] == [None, None, 0, 1, 0]
