from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tracker.coding.vocabulary import check_vocabulary
from tracker.comparing.topics.vocabulary.check import find_faults
from tracker.comparing.topics.vocabulary.load import read_shipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

SOUND = '[justice]\nlabel = "Justice"\n[prisons]\nlabel = "Prisons"\nbroader = "justice"\nen = "prison"\n'

TOML: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    (SOUND, []),
    ('[a]\nlabel = "A"\n', [("key a", "no term and no narrower topic")]),
    ('[a]\nlabel = "A"\nen = "prison; Prisons"\n', [("key a", "term 'prison' (en) is given twice")]),
    (
        '[a]\nlabel = "Prisons"\nen = "gaol"\n[b]\nlabel = "prisons"\nen = "jail"\n',
        [("key b", "label 'prisons' is given twice")],
    ),
    (
        '[a]\nlabel = "A"\nen = "trade"\nnear_misses.en = "Trade"\n',
        [("key a", "'Trade' (en) is its own near miss")],
    ),
    (
        '[a]\nlabel = "A"\nen = "trade"\nnear_misses.en = "arms race"\n',
        [("key a", "near miss 'arms race' (en) holds no term")],
    ),
    ('[a]\nlabel = "A"\nen = "trade"\nnear_misses.en = "arms trade"\n', []),
    (
        '[a]\nlabel = "A"\nen = "trade"\n[b]\nlabel = "B"\nen = "trade"\n',
        [("key b", "term 'trade' also names 'a'")],
    ),
    ('overlap = true\n[a]\nlabel = "A"\nen = "trade"\n[b]\nlabel = "B"\nen = "trade"\n', []),
    (
        '[a]\nlabel = "A"\nbroader = "b"\nen = "one"\n[b]\nlabel = "B"\nbroader = "a"\nen = "two"\n',
        [("key a", "broader leads back to 'a'"), ("key b", "broader leads back to 'b'")],
    ),
    (
        '[a]\nlabel = "A"\nbroader = "c"\nen = "one; —"\n',
        [("key a", "unknown broader topic 'c'"), ("key a", "no word")],
    ),
)


@pytest.mark.parametrize(("text", "expected"), TOML)
def test_every_finding_has_its_place(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    findings = check_vocabulary(path).findings
    assert len(findings) == len(expected)
    for finding, (place, message) in zip(findings, expected, strict=True):
        assert finding.place == f"{path}, {place}"
        assert message in finding.message


def test_a_term_of_two_concepts_is_found_but_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "themes.ttl"
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<https://example.org/a> a skos:Concept ; skos:prefLabel "Trade"@en .\n'
        '<https://example.org/b> a skos:Concept ; skos:prefLabel "Sales"@en ; skos:altLabel "trade"@en .\n',
        encoding="utf-8",
    )
    (finding,) = check_vocabulary(path).findings
    assert (finding.place, finding.fatal) == (f"{path}, https://example.org/b", False)
    assert "term 'trade' also names 'a'" in finding.message


def test_findings_end_in_one_and_an_unreadable_file_in_two(
    tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    (tmp_path / "sound.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "empty.csv").write_text("id,label\na,A\nb,A\n", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[a", encoding="utf-8")
    assert tracker("topics", "check", "sound.toml").out == "2 topics, nothing found\n"
    ran = tracker("topics", "check", "empty.csv", "--format", "json")
    assert ran.code == 1
    assert {finding["place"] for finding in json.loads(ran.out)["findings"]} == {"empty.csv, line 3"}
    ran = tracker("topics", "check", "broken.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "broken.toml: not valid TOML" in ran.err


def test_the_shipped_vocabulary_keeps_the_same_rules() -> None:
    assert not list(find_faults(read_shipped()))
