"""The paragraph on how two statements were compared says what holds for these two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
    for fact in (*digests, f"tracker {source['release']}", "90% of such claims", *compared["caveats"]):
        assert fact in told.out
    claimed = sum(topic["status"] is not None for topic in compared["topics"])
    assert f"of {len(compared['topics'])} topics, {claimed} are claimed" in told.out


def test_it_says_what_was_chosen(archive: Callable[..., Ran]) -> None:
    told = archive("diff", *PAIR, "--methods", "--encoder", "none", "--sure", ".7").out
    assert "the words that they share alone" in told
    assert "70% of such claims" in told


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
