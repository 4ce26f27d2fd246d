"""What is enumerated has one table: no module lists words of it anew, and each row says all that is asked."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Final, get_args

import pytest

from tests.running import ROOT
from tracker.capture.admit import speaker
from tracker.comparing.shifts import requests
from tracker.comparing.topics import statuses
from tracker.comparing.topics.vocabulary import stems
from tracker.model.changes import Operation
from tracker.model.facts import NAMES
from tracker.model.languages import LANGUAGES, LATIN, Part, has, list_with
from tracker.model.texts import Language, TextKind
from tracker.model.topics import DROPPED, MOVES, STATUSES, TAKEN_UP, Family, Status
from tracker.record.schema.migrations import MIGRATIONS
from tracker.text import detection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OF_LANGUAGES: Final = {
    "capture/admit/speaker.py": "how the names of states are written in scripts that are not Latin",
    "comparing/shifts/requests.py": "how adverbs end",
    "comparing/topics/statuses.py": "how one says whose statement is joined",
    "comparing/topics/vocabulary/stems.py": "what is left of a word without its ending",
    "text/detection.py": "the letters of scripts that are not Latin",
}
"""The modules that have rules for languages beside the tables in TOML, and which; tested below."""
PACKAGE: Final = ROOT / "tracker"
ENUMERATED: Final = {
    "facts": (frozenset(NAMES), {"model/facts.py"}),
    "kinds": (frozenset(get_args(TextKind)), {"model/texts.py"}),
    "languages": (frozenset(LANGUAGES), {"model/languages.py", "model/texts.py", *OF_LANGUAGES}),
    "statuses": (frozenset(STATUSES) - set(get_args(Operation)), {"model/topics.py"}),
}
"""By what it is: its words, and the modules that list them."""
_LEAST: Final = 3
"""So many of the words beside each other are a list of them."""


def list_words(node: ast.AST) -> Iterator[object]:
    """Yield the texts that stand beside each other in a tuple, list, set or table, or in one text."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            yield from (each.value for each in parts if isinstance(each, ast.Constant))
        case ast.Dict(keys=parts):
            yield from (each.value for each in parts if isinstance(each, ast.Constant))
        case ast.Constant(value=str(text)):
            yield from re.findall(r"[\w-]+", text) if len(text) < 200 else ()


@cache
def read_lists() -> tuple[tuple[str, frozenset[object]], ...]:
    """Return what stands beside each other, with the module that has it."""
    return tuple(
        (place.relative_to(PACKAGE).as_posix(), some)
        for place in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(place.read_text("utf-8")))
        if len(some := frozenset(list_words(node))) >= _LEAST
    )


def find_lists(words: frozenset[str]) -> set[str]:
    """Return the modules that list some words."""
    return {place for place, some in read_lists() if len(words & some) >= _LEAST}


@pytest.mark.parametrize("what", ENUMERATED)
def test_it_is_listed_in_one_place(what: str) -> None:
    words, places = ENUMERATED[what]
    assert find_lists(words) <= places


def test_the_table_of_statuses_has_each_in_its_order() -> None:
    assert tuple(STATUSES) == get_args(Status)
    assert {entry.family for entry in STATUSES.values()} == {*get_args(Family)}
    assert sorted(entry.place for entry in STATUSES.values()) == [*range(len(STATUSES))]
    assert (TAKEN_UP, DROPPED) == (("new", "back"), ("not repeated",))
    assert {way: MOVES[way] for way in (-1, 0, 1)} == {-1: "moved down", 0: "kept", 1: "moved up"}


@pytest.mark.parametrize("status", STATUSES)
def test_a_row_of_statuses_fits_together(status: Status) -> None:
    entry = STATUSES[status]
    assert STATUSES[entry.coded].coded == entry.coded
    assert STATUSES[entry.coded].family == STATUSES[entry.claimed_as].family == entry.family
    assert abs(entry.gains) <= 1
    assert bool(entry.opening) == bool(entry.gains) == (status != "kept")
    asked = entry.question.format(topic="T", old="O", new="N", before="B", after="A")
    assert {"T", "O", "N"} <= {*re.findall(r"\b[A-Z]\b", asked)}


def test_the_record_takes_each_kind_of_text_and_describes_it() -> None:
    checked = re.search(r"kind IN \(([^)]*)\)", dict(MIGRATIONS)["0001_archive"])
    assert checked
    # A transcript came later: see the change of the schema that has parts.
    assert {*re.findall(r"'(\w+)'", checked[1]), "transcript"} == {*get_args(TextKind)}
    assert "'transcript'" in dict(MIGRATIONS)["0005_parts"].replace("''", "'")
    for place in (
        PACKAGE / "record" / "schema" / "descriptions.toml",
        PACKAGE / "exchange" / "bag_readme.txt",
    ):
        text = place.read_text("utf-8")
        assert [kind for kind in get_args(TextKind) if kind not in text] == []


def list_languages(place: str, *tables: str) -> frozenset[str]:
    """Return the languages that all these tables of a file in TOML have entries for."""
    content = tomllib.loads((PACKAGE / place).read_text("utf-8"))
    return frozenset.intersection(*(frozenset(content[table]) for table in tables)) & LANGUAGES.keys()


PASSAGES: Final = "comparing/passages"
WRITTEN: Final[Mapping[Part, frozenset[str]]] = {
    "detection": list_languages("text/languages.toml", "function_words") | detection.SCRIPTS.keys(),
    "segments": list_languages("text/sentences.toml", "notes")
    & list_languages("text/lines.toml", "salutations"),
    "tokens": list_languages("text/tokens.toml", "magnitudes", "currency_names"),
    "stems": frozenset(stems.STEMMERS),
    "cues": list_languages(
        "comparing/topics/cues.toml",
        *("self", "declare_after", "declare_before", "announce", "commit", "demand", "manner", "reported"),
    ),
    "ceremony": list_languages("comparing/topics/cues.toml", "ceremony", "formulas", "greets", "courtesies"),
    "force": list_languages(f"{PASSAGES}/force.toml", "force", "denials", "obliged")
    & list_languages(f"{PASSAGES}/polarity.toml", "denials", "exceptions")
    & list_languages(f"{PASSAGES}/scope.toml", "whole", "part", "restricts"),
    "dates": list_languages(f"{PASSAGES}/dates.toml", "by", "relative", "session_nouns", "due"),
    "figures": list_languages(f"{PASSAGES}/figures.toml", "magnitudes", "units", "numerals", "fractions"),
    "names": list_languages(f"{PASSAGES}/names.toml", "titles")
    | list_languages(f"{PASSAGES}/names.toml", "listed"),
    "admission": list_languages(
        "capture/admit/admission.toml", "statement", "speaking", "spoken", "subjects"
    ),
    "phrases": list_languages("comparing/topics/phrasing.toml", "loose", "links", "house"),
    "prior": frozenset(
        place.name.split(".")[1] for place in (PACKAGE / "comparing" / "topics").glob("prior.*.tsv.gz")
    ),
    "search": frozenset(LATIN),
    "adverbs": frozenset(requests.MANNER),
    "joined": frozenset(statuses.ALIGNS),
    "bystanders": frozenset(tomllib.loads((PACKAGE / "comparing/topics/bystanders.toml").read_text("utf-8"))),
    "named": list_languages(f"{PASSAGES}/names.toml", "adjectives", "bodies", "directions"),
    "inside": list_languages("comparing/topics/cues.toml", "asked", "promised", "threatened", "condemned"),
}
"""By part, the languages that its tables are written in."""


@pytest.mark.parametrize("part", WRITTEN)
def test_each_language_has_the_tables_of_a_part_or_says_why_not(part: Part) -> None:
    assert set(list_with(part)) == WRITTEN[part] & LANGUAGES.keys()


def test_the_table_of_languages_has_each_with_its_reasons() -> None:
    assert tuple(LANGUAGES) == get_args(Language)
    assert set(get_args(Part)) - WRITTEN.keys() == {"certainty"}
    assert list_with("certainty") == ("en",)
    for entry in LANGUAGES.values():
        assert entry.lacks.keys() <= set(get_args(Part))
        assert all(len(why.split()) > _LEAST for why in entry.lacks.values())
    assert not has("und", "segments")


def test_each_script_that_is_not_latin_has_its_rules() -> None:
    others = LANGUAGES.keys() - set(LATIN)
    assert speaker.SCRIPTS.keys() == speaker.FORMS.keys() == detection.SCRIPTS.keys() == others
