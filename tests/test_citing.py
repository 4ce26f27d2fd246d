"""Statements and changes as a paper cites them, in each form that a reference manager reads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

HOSTILE = r"Rivers & {Dams}: 50% of #1_\write18 \u202e ER  - "
FORMS = ("text", "bibtex", "csl", "ris")


@pytest.fixture
def cited(archive: Callable[..., Ran], two_files: tuple[Path, Path]) -> Callable[..., Ran]:
    """An archive with a statement of which all is declared that can be."""
    declared = {
        "--as": "XAA/UNGA/78", "--date": "2023-09-22", "--kind": "verbatim", "--type": "general-debate",
        "--title": HOSTILE, "--symbol": "A/78/PV.9", "--speaker": "Ms. Ana Ruiz", "--post": "President",
        "--on-behalf-of": "The group {G}", "--url": "https://example.org/78?a={1}&b=%20",
    }  # fmt: skip
    options = [word for pair in declared.items() for word in pair]
    assert archive("add", two_files[0], *options).code == 0
    return archive


def test_a_statement_is_cited_by_who_spoke_where_and_which_bytes(cited: Callable[..., Ran]) -> None:
    line = cited("cite", "XAA/UNGA", "78").out
    log = json.loads(cited("log", "XAA/UNGA/78", "--format", "json").out)["snapshots"][0]
    for fact in (
        "United Nations, General Assembly, session 78 (2023), 2023-09-22", "Ms. Ana Ruiz, President",
        "A/78/PV.9", "General debate", log["observed"], log["sha256"], "XAA/UNGA/78~verbatim.en@1",
    ):  # fmt: skip
        assert fact in line
    assert line.count("\n") == 1
    assert "\u202e" not in line


@pytest.mark.parametrize("form", FORMS)
def test_words_quote_their_sentence_as_it_stands(cited: Callable[..., Ran], form: str) -> None:
    quoted = cited("cite", "XAA/UNGA/78", "--words", "CORRUPTION in all its forms", "--format", form)
    assert quoted.code == 0
    assert "We condemn corruption in all its forms and will publish every contract." in quoted.out
    assert "first priority" not in quoted.out


def test_a_paragraph_is_quoted_whole(cited: Callable[..., Ran]) -> None:
    _, quoted = cited("cite", "XAA/UNGA/78", "--paragraph", "3").out.splitlines()
    assert quoted.startswith("  “Corruption is our first priority. We condemn")
    assert quoted.endswith("every contract.” (¶3 by our count)")


def test_a_change_cites_its_words_on_both_sides(archive: Callable[..., Ran]) -> None:
    compared = json.loads(archive("diff", "XAA/CCPCJ", "32", "33", "--format", "json").out)
    for change in compared["changes"]:
        cited = json.loads(archive("cite", f"#{change['id']}", "--format", "csl").out)
        sides = [(name, change[name]) for name in ("old", "new") if change[name]]
        assert [each["id"].split("-")[2] for each in cited] == [
            {"old": "32", "new": "33"}[name] for name, _ in sides
        ]
        for each, (name, indexes) in zip(cited, sides, strict=True):
            segments = compared[name]["version"]["segments"]
            assert all(segments[at]["text"] in each["annote"] for at in indexes)


def test_several_sessions_of_a_series_are_cited_in_turn(archive: Callable[..., Ran]) -> None:
    together = archive("cite", "XAA/CCPCJ", "32", "33", "--format", "bibtex").out
    apart = [archive("cite", f"XAA/CCPCJ/{label}", "--format", "bibtex").out for label in (32, 33)]
    assert together == "\n".join(apart)


def test_bibtex_holds_hostile_words_in_its_braces(cited: Callable[..., Ran]) -> None:
    entry = cited("cite", "XAA/UNGA/78", "--words", "ratify the Treaty", "--format", "bibtex").out
    depth = 0
    for char in re.sub(r"\\[{}]", "", entry):
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert entry.startswith("@misc{xaa-unga-78-verbatim-en-1,\n")
    assert r"50\% of \#1\_\textbackslash{}write18" in entry
    assert "url = {https://example.org/78?a=%7B1%7D&b=%20}" in entry
    assert re.findall(r"(?<!\\)[%#&_$]", re.sub(r"url = \{.*\}", "", entry)) == []


def test_ris_has_a_tag_on_each_line_and_one_end(cited: Callable[..., Ran]) -> None:
    lines = cited("cite", "XAA/UNGA/78", "--words", "ratify the Treaty", "--format", "ris").out.splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line + " ") for line in lines)
    assert [line[:2] for line in lines].count("ER") == 1
    assert {"TY  - GEN", "DA  - 2023/09/22", "PY  - 2023"} <= set(lines)


def test_csl_json_has_dates_as_numbers(cited: Callable[..., Ran]) -> None:
    (item,) = json.loads(cited("cite", "XAA/UNGA/78", "--format", "csl").out)
    assert item["type"] == "speech"
    assert item["issued"] == {"date-parts": [[2023, 9, 22]]}
    assert item["number"] == "A/78/PV.9"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("XAA/UNGA/78", "--words", "net zero"), "has the words 'net zero'"),
        (("XAA/UNGA/78", "--words", "corruption"), "2 sentences"),
        (("XAA/UNGA/78", "--words", " "), "--words is empty"),
        (("XAA/UNGA/78", "--paragraph", "99"), "has 4 paragraphs; no ¶99"),
        (("XAA/UNGA/78", "--pair", "XAA/CCPCJ/32", "XAA/CCPCJ/33"), "name one by its id"),
        (("XAA/UNGA",), "name a session"),
        (("XAA/UNGA/79",), "XAA/UNGA"),
        (("#0123456789ab",), "no comparison in this archive has shown"),
        (("#0123", "--paragraph", "2"), "whose words are cited"),
        (("statement.txt",), "statement.txt"),
    ],
)
def test_what_cannot_be_cited_is_said_in_one_line(
    cited: Callable[..., Ran], words: tuple[str, ...], said: str
) -> None:
    refused = cited("cite", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert refused.err.count("\n") == 1


def test_what_is_withdrawn_is_not_cited(cited: Callable[..., Ran]) -> None:
    cited("withdraw", "XAA/UNGA/78", "--reason", "r", "--authority", "a", "--yes")
    refused = cited("cite", "XAA/UNGA/78", "--paragraph", "2")
    assert (refused.code, refused.out) == (2, "")
    assert "withdrawn" in refused.err
