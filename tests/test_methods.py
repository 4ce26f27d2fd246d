"""The paragraph on how two statements were compared says what holds for these two."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests import comparisons
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.provenance import render_methods
from tracker.report.comparison.words import verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

PAIR = ("XAA/CCPCJ", "32", "33")


def test_it_names_texts_release_vocabulary_and_encoder_by_digest(archive: Callable[..., Ran]) -> None:
    told = archive("diff", *PAIR, "--methods")
    compared = json.loads(archive("diff", *PAIR, "--format", "json").out)
    assert told.code == 1
    assert told.out.count("\n") == 1
    source = compared["provenance"]
    digests = (source["old_text"], source["new_text"], source["vocabulary"], source["encoder"].split()[-1])
    for fact in (
        *digests,
        f"tracker {source['release']}",
        "90% or more of such",
        *compared["caveats"],
    ):
        assert fact in told.out
    claimed = sum(topic["status"] is not None for topic in compared["topics"])
    assert f"of {len(compared['topics'])} topics, {claimed} are claimed" in told.out


def test_it_says_what_was_chosen(archive: Callable[..., Ran]) -> None:
    told = archive("diff", *PAIR, "--methods", "--encoder", "none", "--sure", ".7").out
    assert "the words that they share alone" in told
    assert "70% or more of such claims" in told


@pytest.mark.parametrize(
    ("aligned", "how", "verdict_says"),
    [
        (0.8, "80% have a counterpart: they were compared as versions of one text", "by sentence: 80%"),
        (
            0.3,
            "30% have a counterpart: they were compared by topic, and these",
            "compared by topic",
        ),
    ],
)
def test_it_says_how_the_texts_were_compared_as_the_report_does(
    aligned: float, how: str, verdict_says: str
) -> None:
    held = replace(comparisons.revision(), aligned=aligned)
    assert how in render_methods(held, load_vocabulary())
    assert verdict_says in verdict(held)


def test_it_says_that_formulas_of_both_do_not_count() -> None:
    held = comparisons.revision()
    without = replace(held, ceremony=(held.changes[0].id,))
    assert "Of the sentences of both texts 80% have" in render_methods(held, load_vocabulary())
    told = render_methods(without, load_vocabulary())
    assert "Of the sentences of both texts, but for greetings and formulas that both have, 80% have" in told


def test_it_names_no_vectors_where_there_are_too_many_sentences_for_them() -> None:
    held = comparisons.session()
    version = replace(held.old.version, segments=held.old.version.segments * 2000)
    long = replace(held, old=replace(held.old, version=version), new=replace(held.new, version=version))
    encoded = replace(held.provenance, encoder="vectors 0123")
    by_vectors, by_words = "by sentence vectors (vectors, SHA-256 0123)", "the words that they share alone"
    short_told, long_told = (
        render_methods(replace(each, provenance=encoded), load_vocabulary()) for each in (held, long)
    )
    assert (by_vectors in short_told, by_words in short_told) == (True, False)
    assert (by_vectors in long_told, by_words in long_told) == (False, True)


def test_it_names_who_decided(archive: Callable[..., Ran]) -> None:
    changes = json.loads(archive("diff", *PAIR, "--format", "json").out)["changes"]
    name = next(each["id"] for each in changes if each["operation"] == "reworded")
    assert "decision by" not in archive("diff", *PAIR, "--methods").out
    archive("judge", name, "accept", "--by", "Ana")
    assert "1 decision by Ana is applied" in archive("diff", *PAIR, "--methods").out


def test_it_has_no_other_form(two_files: tuple[Path, Path], tracker: Callable[..., Ran]) -> None:
    refused = tracker("diff", *two_files, "--methods", "--format", "json")
    assert (refused.code, refused.out) == (2, "")
    assert "--methods has no json format" in refused.err
