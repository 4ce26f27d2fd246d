"""JSON of others with anything wrong in it is read, or refused in one line that says where."""

from __future__ import annotations

import json
from functools import partial
from random import Random
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.archives import hold_lock
from tests.closed import judge, make_archive, run
from tests.conftest import run_tracker
from tests.mutations import list_places, mutate, mutate_somewhere
from tests.thorough import IS_THOROUGH, examples
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.reproduce import read_comparison
from tracker.errors import TrackerError
from tracker.exchange.replication import MANIFEST, list_digests
from tracker.exchange.reproducing import reproduce
from tracker.exchange.warc_metadata import read_metadata
from tracker.inputs.zips import read_zip, write_zip
from tracker.preservation.copies import NAME as COPIES
from tracker.preservation.copies import read_copies
from tracker.record.lock import LOCK_NAME, read_holder
from tracker.report.comparison.provenance import render_reproduced, reproduced_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
MEMBERS = (
    "decisions/1.json",
    "versions.json",
    "citations/statements.json",
    "citations/statements.csl.json",
    "rights.json",
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = judge(make_archive(tmp_path_factory.mktemp("malformed")))
    watch = folder / "snapshots" / "watch.toml"
    watch.write_text(watch.read_text().rstrip() + '\nrights = "CC0"\n')
    (folder / "short.txt").write_text("We will end corruption by 2030. We thank the host.\n\nWe agree.\n")
    (folder / "other.txt").write_text("We may end corruption by 2035.\n\nWe agree. Peace is our priority.\n")
    short = ("--encoder", "none", "--archive", "none", "--format", "json", "-o", "short.json")
    run(folder, "diff", "short.txt", "other.txt", *short)
    run(folder, "export", "replication", "paper.zip", "report.json")
    return folder


def refused(read: Callable[[], T]) -> T | str:
    """Return what is read, or why it is refused: in one line that prints."""
    try:
        return read()
    except TrackerError as error:
        said = str(error)
    assert said.isprintable(), repr(said)
    assert len(said) < 1000
    return said


def is_read(path: Path, archive: Path) -> bool:
    """Return whether a file could be computed again, and everything said of it printed."""
    with ArchiveSession(archive) as session:
        found = refused(lambda: reproduce(path, session, None))
    if isinstance(found, str):
        return False
    json.loads(reproduced_json(found))
    assert "\x1b" not in render_reproduced(found)
    render_reproduced(found).encode()
    return True


def test_a_report_with_one_thing_wrong(made_once: Path, tmp_path: Path) -> None:
    random, path = Random("report"), tmp_path / "report.json"  # noqa: S311 (the same numbers are wanted)
    whole = json.loads((made_once / "short.json").read_bytes())
    read = 0
    for _ in range(examples(100)):
        path.write_bytes(mutate_somewhere(whole, random))
        read += is_read(path, tmp_path / "none")
    assert 0 < read < examples(100)


def test_each_place_of_sides_and_provenance_with_one_thing_wrong(made_once: Path) -> None:
    random = Random("places")  # noqa: S311 (as above)
    whole = json.loads((made_once / "short.json").read_bytes())
    said = set()
    for place in list_places(whole):
        data = mutate(whole, place, random)
        said.add(str(refused(partial(read_comparison, data, "report.json")))[:200])
    assert len([each for each in said if each.startswith("report.json is damaged: ")]) > 20


@pytest.mark.parametrize("member", MEMBERS)
def test_a_file_of_a_zip_with_one_thing_wrong(made_once: Path, tmp_path: Path, member: str) -> None:
    random, path = Random(member), tmp_path / "paper.zip"  # noqa: S311 (as above)
    members = read_zip((made_once / "paper.zip").read_bytes())
    del members[MANIFEST]
    whole = json.loads(members[member])
    for _ in range(8 if IS_THOROUGH else 3):
        members[member] = mutate_somewhere(whole, random)
        path.write_bytes(write_zip({**members, MANIFEST: list_digests(members)}))
        is_read(path, tmp_path / "none")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ('"start": 0', "old.version.segments[0].start"),
        ('"paragraph": 1', "old.version.segments[0].paragraph"),
        ('"encoder": "none"', "provenance.encoder"),
        ('"schema_version": "2"', "schema version"),
    ],
)
def test_the_field_is_named_in_one_line(made_once: Path, tmp_path: Path, edit: str, said: str) -> None:
    name = edit.partition(":")[0]
    text = (made_once / "short.json").read_text(encoding="utf-8")
    assert edit in text
    for wrong in ("[]", "{}", "null", "true", "1e400", "-1", "1" * 400):
        (tmp_path / "report.json").write_text(text.replace(edit, f"{name}: {wrong}", 1), encoding="utf-8")
        ran = run_tracker(tmp_path, "reproduce", "report.json")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert said in ran.err


MODEL = {
    "format": "tracker topic model 1", "vocabulary": "", "language": "en", "threshold": 0.5,
    "topics": {"bribes": {"bias": -1.5, "terms": {"corruption": 2.0}, "words": {"bribe": 1.0}}},
}  # fmt: skip


def test_a_model_with_one_thing_wrong(tmp_path: Path) -> None:
    random, path = Random("model"), tmp_path / "own.csv"  # noqa: S311 (as above)
    path.write_text("id,label,terms\nbribes,Corruption,corruption\n", encoding="utf-8")
    whole = MODEL | {"vocabulary": load_vocabulary(path).digest}
    model = tmp_path / "own.model.json"
    model.write_text(json.dumps(whole), encoding="utf-8")
    load_vocabulary(path)
    found = []
    for place in list_places(whole):
        for _ in range(8):
            model.write_bytes(mutate(whole, place, random))
            found.append(refused(lambda: load_vocabulary(path)))
    assert len([each for each in found if isinstance(each, str)]) > 40


METADATA = {
    "tracker": 1, "reference": "XAA/UNGA/79~prepared.en", "delivered": "2024-09-24", "title": "Statement",
    "speaker": "Ana", "url": "https://a.example/1", "kind_inferred": True,
    "answer": {"status": 200, "headers": [["content-type", "text/html"], ["date", "Tue"]]},
}  # fmt: skip


def test_metadata_of_a_web_archive_with_one_thing_wrong() -> None:
    random = Random("metadata")  # noqa: S311 (as above)
    for place in list_places(METADATA):
        for _ in range(examples(30)):
            data = mutate(METADATA, place, random)
            found = refused(partial(read_metadata, data, "application/json"))
            if found is not None and not isinstance(found, str):
                assert found.status is None or 100 <= found.status < 1000
                repr(found).encode()


def test_a_lock_and_a_list_of_copies_with_one_thing_wrong(tmp_path: Path) -> None:
    random = Random("lock")  # noqa: S311 (as above)
    with hold_lock(tmp_path):
        lock = json.loads((tmp_path / LOCK_NAME).read_bytes())
    copy = {"kind": "backup", "place": "a.db", "made": "2024-09-24T00:00:00Z"}
    for whole, name, read in (
        (lock, LOCK_NAME, read_holder),
        (copy, COPIES, lambda folder: read_copies(folder, ("0" * 64,))),
    ):
        for place in list_places(whole):
            for _ in range(30):
                (tmp_path / name).write_bytes(mutate(whole, place, random) + b"\n")
                str(read(tmp_path)).encode()
