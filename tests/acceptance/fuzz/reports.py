"""Comparisons, and the zips in which they are handed on, with one thing wrong in their JSON at any depth."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import make_files, put_archive, put_files
from tests.acceptance.fuzz.calling import call, outcome
from tests.acceptance.fuzz.target import Found, Target
from tests.mutations import mutate_somewhere
from tests.running import NEW, OLD
from tracker.exchange.replication import MANIFEST, list_digests
from tracker.inputs.zips import read_zip, write_zip

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

_DIFF: Final = ("diff", "XAA/CCPCJ", "32", "33", "--encoder", "none", "--format", "json")


@cache
def _files() -> dict[str, bytes]:
    """Return a report and a zip of it, of an archive in which a level was decided on."""
    return make_files(
        ("init",),
        ("add", "32.txt", "--as", "XAA/CCPCJ/32", "--kind", "prepared"),
        ("add", "33.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared"),
        ("judge", "XAA/CCPCJ/33", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
        (*_DIFF, "-o", "report.json"),
        ("export", "replication", "paper.zip", "report.json"),
        given={"32.txt": OLD.encode(), "33.txt": NEW.encode()},
    )


def make_report(random: Random) -> bytes:
    """Return a report with one thing wrong, sometimes two."""
    data = _files()["report.json"]
    for _ in range(random.choice((1, 1, 2))):
        try:
            data = mutate_somewhere(json.loads(data), random)
        except (ValueError, RecursionError):
            break
    return data


def make_zip(random: Random) -> bytes:
    """Return a zip of which one file in JSON has one thing wrong; its manifest has the digest of that."""
    members = read_zip(_files()["paper.zip"])
    del members[MANIFEST]
    name = random.choice([name for name in members if name.endswith(".json")])
    members[name] = mutate_somewhere(json.loads(members[name]), random)
    return write_zip({**members, MANIFEST: list_digests(members)})


def use_report(data: bytes, folder: Path) -> str:
    """Compute a report again, with an archive and without one, and put it into a zip."""
    return _use(data, folder, "report.json")


def use_zip(data: bytes, folder: Path) -> str:
    """Compute a zip again, with an archive and without one."""
    return _use(data, folder, "paper.zip")


def _use(data: bytes, folder: Path, name: str) -> str:
    put_archive(folder)
    put_files({name: data}, folder)
    alone = call("reproduce", name, "--archive", "none")
    call("reproduce", name)
    told = call("reproduce", name, "--archive", "none", "--format", "json")
    if told.code != alone.code:
        raise Found(f"reproduce ends with {alone.code}, and as JSON with {told.code}")
    if name.endswith(".json"):
        packed = call("export", "replication", "new.zip", name, "--archive", "none")
        if packed.code == 0 and call("reproduce", "new.zip", "--archive", "none").code:
            raise Found("what was packed does not come out the same")
    return outcome(alone)


TARGETS: Final = (
    Target("reports", make_report, use_report),
    Target("replication-zips", make_zip, use_zip),
)
