"""An archive that came from others, used as its new owner would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.acceptance.fuzz.calling import call, outcome

if TYPE_CHECKING:
    from tests.running import Ran


def use_archive(archive: str, document: str, turn: int) -> str:
    """Read, check and export an archive, or go on writing it; return what became of its list.

    ``turn`` chooses among the three, since all that there is to do takes a second.
    """
    place = ("--archive", archive)
    listed = call("list", "--format", "json", *place)
    references = _references(listed)
    series = "/".join(references[0].split("/")[:2])
    commands = (_reading(references, series), _checking(), _writing(references, document))[turn % 3]
    for command in commands:
        call(*command, *place)
    return outcome(listed)


def _references(listed: Ran) -> list[str]:
    if listed.code:
        return ["XAA/UNGA/79"]
    return [str(entry["reference"]) for entry in json.loads(listed.out)["statements"]][:3] or ["XAA/UNGA/79"]


Commands = tuple[tuple[str, ...], ...]


def _reading(references: list[str], series: str) -> Commands:
    each = tuple(
        (name, one) for one in references for name in ("show", "log", "blame", "priorities", "decisions")
    )
    return (
        *each, ("list",), ("status", "--runs"), ("status", "1"), ("status", "2", "--format", "json"),
        ("status",), ("review",), ("expect",), ("sources", "list"),
        ("diff", "--encoder", "none", "--", *references[:2]),
        ("diff", series, "--encoder", "none"), ("timeline", series), ("timeline", series, "--phrases"),
        ("trace", series, "Corruption is our first priority"), ("search", "dykes"),
        ("search", "corruption", "--format", "json"), ("status", "--year", "2026", "--format", "json"),
        ("timeline", "UNGA", "79"), ("log", references[0], "--versions"),
    )  # fmt: skip


def _checking() -> Commands:
    return (
        ("export", "datasette"), ("verify", "--json"), ("export", "bag", "bag"), ("export", "warc", "a.warc"),
        ("export", "sentences", "a.csv"),
        ("backup", "copy.db"), ("verify", "--repair"), ("verify",), ("list",),
    )  # fmt: skip


def _writing(references: list[str], document: str) -> Commands:
    return (
        ("add", document, "--as", "XAA/UNGA/81"), ("add", document, "--as", references[0]), ("reextract",),
        ("mirror", "update"),
        ("judge", references[0], "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
        ("withdraw", references[-1], "--reason", "a", "--authority", "b"), ("mirror", "update"), ("list",),
        ("verify",),
    )  # fmt: skip
