"""A zip from which comparisons are computed again: complete, the same twice, refused where not whole."""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
from hashlib import sha256
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.closed import ACCESS, WHERE, WHY, close, holds_secret, judge, make_archive, run
from tests.conftest import run_tracker
from tests.thorough import few, long, some
from tracker.exchange.replication import MANIFEST, list_digests
from tracker.inputs.zips import read_zip, write_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Members = dict[str, bytes]


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("replication"))


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_once, tmp_path / "folder")


def members_of(path: Path) -> Members:
    return read_zip(path.read_bytes())


def test_it_has_all_that_is_needed_and_is_the_same_twice(folder: Path) -> None:
    run(folder, "export", "replication", "one.zip", "report.json")
    told = json.loads(run(folder, "export", "replication", "two.zip", "report.json", "--format", "json").out)
    assert told["sha256"] == sha256((folder / "two.zip").read_bytes()).hexdigest()
    assert (folder / "one.zip").read_bytes() == (folder / "two.zip").read_bytes()
    members = members_of(folder / "one.zip")
    manifest = members.pop(MANIFEST)
    assert manifest == list_digests(members)
    kinds = [name.partition("/")[0] for name in members]
    assert {kind: kinds.count(kind) for kind in kinds if kind != "vocabulary"} == {
        "README.txt": 1, "reports": 1, "methods": 1, "documents": 2, "texts": 2, "citations": 4,
        "versions.json": 1, "requirements.txt": 1,
    }  # fmt: skip
    report = json.loads(members["reports/1.json"])
    assert members["reports/1.json"] == (folder / "report.json").read_bytes()
    assert b"We compared" in members["methods/1.txt"]
    versions = json.loads(members["versions.json"])
    told = report["provenance"]
    assert {name: versions[name] for name in ("encoder", "prior", "vocabulary")} == {
        name: told[name] for name in ("encoder", "prior", "vocabulary")
    }
    assert members["requirements.txt"].startswith(f"# tracker {told['release']}, from a clone".encode())


@pytest.mark.parametrize("place", some(1, ["snapshots", "elsewhere"]))
def test_it_is_computed_again_with_and_without_an_archive(folder: Path, place: str) -> None:
    run(folder, "diff", "XAA/UNGA", "77", "79", "--format", "json", "-o", "other.json")
    run(folder, "export", "replication", "paper.zip", "report.json", "other.json")
    again = run_tracker(folder, "reproduce", "paper.zip", "--archive", place)
    assert (again.code, again.err, again.out.count(": the same")) == (0, "", 3)
    found = json.loads(run(folder, "reproduce", "paper.zip", "--archive", place, "--format", "json").out)
    assert [each["differences"] for each in found["reports"]] == [[], []]


def test_decisions_go_with_it_and_are_applied_without_an_archive(folder: Path, tmp_path: Path) -> None:
    judge(folder)
    run(folder, "export", "replication", "paper.zip", "report.json")
    assert b"Ben" in members_of(folder / "paper.zip")["decisions/1.json"]
    shutil.copy(folder / "paper.zip", tmp_path)
    again = run_tracker(tmp_path, "reproduce", "paper.zip")
    assert (again.code, "the texts in the file" in again.out) == (0, True), again.out
    close(folder, "restricted")
    run(folder, "export", "replication", "closed.zip", "report.json")
    assert not any(map(holds_secret, members_of(folder / "closed.zip").values()))
    assert run_tracker(folder, "reproduce", "closed.zip").code == 0


def test_files_and_a_vocabulary_of_ones_own_go_with_it(folder: Path, tmp_path: Path) -> None:
    (folder / "own.csv").write_text("id,label,terms\nbribes,Corruption,corruption\n", encoding="utf-8")
    pair = ("77.txt", "79.txt", "--vocabulary", "own.csv", "--format", "json", "-o", "files.json")
    run(folder, "diff", *pair, "--archive", "none")
    run(
        folder,
        "export",
        "replication",
        "paper.zip",
        "files.json",
        "--vocabulary",
        "own.csv",
        "--archive",
        "none",
    )
    assert len([name for name in members_of(folder / "paper.zip") if name.startswith("documents/")]) == 2
    shutil.copy(folder / "paper.zip", tmp_path)
    assert run_tracker(tmp_path, "reproduce", "paper.zip").code == 0
    refused = run_tracker(folder, "export", "replication", "other.zip", "files.json", "--archive", "none")
    assert (refused.code, "does not come out the same (provenance · vocabulary)" in refused.err) == (2, True)
    assert not (folder / "other.zip").exists()


@pytest.mark.parametrize(
    ("access", "private"),
    few(3, ("restricted", False), ("restricted", True), ("withdrawn", True), *product(ACCESS, [False, True])),
)
def test_what_is_closed_is_in_it_by_digests(folder: Path, tmp_path: Path, access: str, private: bool) -> None:
    close(folder, access)
    run(folder, "export", "replication", "paper.zip", "report.json", *(["--private"] if private else []))
    members = members_of(folder / "paper.zip")
    shown = access == "open" or (private and access != "withdrawn")
    assert any(map(holds_secret, members.values())) is shown
    assert len([name for name in members if name.startswith("texts/")]) == (2 if shown else 1)
    (tmp_path / "paper.zip").write_bytes((folder / "paper.zip").read_bytes())
    elsewhere = run_tracker(tmp_path, "reproduce", "paper.zip")
    assert elsewhere.code == (0 if shown else 2)
    assert elsewhere.err.count("\n") == (0 if shown else 1)
    if not shown:
        assert f"lacks {WHERE} (document " in elsewhere.err
        there = run_tracker(folder, "reproduce", "paper.zip")
        assert there.code == (2 if access == "withdrawn" else 0), there


def test_the_rights_that_the_watch_list_notes_are_told(folder: Path) -> None:
    watch = folder / "snapshots" / "watch.toml"
    told = watch.read_text(encoding="utf-8").rstrip()
    watch.write_text(f'{told}\nrights = "CC0, the Ministry"\n', encoding="utf-8")
    run(folder, "export", "replication", "paper.zip", "report.json")
    assert json.loads(members_of(folder / "paper.zip")["rights.json"]) == {WHERE: "CC0, the Ministry"}


def test_what_was_destroyed_since_the_report_was_made_is_not_handed_on(folder: Path) -> None:
    run(folder, "withdraw", WHERE, *WHY, "--destroy", "--yes")
    run(folder, "export", "replication", "paper.zip", "report.json", "--private")
    assert not any(map(holds_secret, members_of(folder / "paper.zip").values()))


def test_a_finding_that_was_changed_is_named_where_texts_are_closed(folder: Path) -> None:
    close(folder, "restricted")
    run(folder, "export", "replication", "paper.zip", "report.json")
    members = members_of(folder / "paper.zip")
    members.pop(MANIFEST)
    report = json.loads(members["reports/1.json"])
    report["topics"][0]["status"] = "elsewhere"
    report["changes"][0]["edits"][0]["text"] = "0" * 64
    members["reports/1.json"] = json.dumps(report).encode()
    (folder / "changed.zip").write_bytes(write_zip({**members, MANIFEST: list_digests(members)}))
    named = run_tracker(folder, "reproduce", "changed.zip")
    assert (named.code, "2 differences" in named.out) == (1, True)


def test_nothing_is_overwritten_and_nothing_half_written(folder: Path) -> None:
    (folder / "there.zip").write_text("mine", encoding="utf-8")
    refused = run_tracker(folder, "export", "replication", "there.zip", "report.json")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert (folder / "there.zip").read_text(encoding="utf-8") == "mine"
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    report["topics"].pop()
    (folder / "changed.json").write_text(json.dumps(report), encoding="utf-8")
    for name in ("changed.json", "none.json", "77.txt"):
        refused = run_tracker(folder, "export", "replication", "new.zip", "report.json", name)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert not list(folder.glob("*new.zip*"))


@long
def test_one_that_was_unpacked_and_packed_again_is_the_same_to_us(folder: Path, tmp_path: Path) -> None:
    run(folder, "export", "replication", "paper.zip", "report.json")
    shutil.unpack_archive(folder / "paper.zip", tmp_path / "unpacked")
    shutil.make_archive(str(tmp_path / "again"), "zip", tmp_path / "unpacked")
    assert run_tracker(tmp_path, "reproduce", "again.zip").code == 0


# Damage --------------------------------------------------------------------------------------------


def _rewrite(data: bytes, edit: Callable[[list[tuple[zipfile.ZipInfo, bytes]]], object]) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as package:
        entries = [(entry, package.read(entry)) for entry in package.infolist()]
    edit(entries)
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for entry, content in entries:
            package.writestr(entry, content)
    return written.getvalue()


def _named(name: str, content: bytes = b"{}", mode: int = 0o644) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
    return entry, content


def _add(*entries: tuple[zipfile.ZipInfo, bytes]) -> Callable[[bytes], bytes]:
    return lambda data: _rewrite(data, lambda all_: all_.extend(entries))


def _put(name: str, content: bytes | None) -> Callable[[bytes], bytes]:
    """Put other bytes in the place of the first member whose name begins so, or take it out."""

    def change(entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        at = next(number for number, (entry, _) in enumerate(entries) if entry.filename.startswith(name))
        entries[at : at + 1] = [] if content is None else [_named(entries[at][0].filename, content)]

    return lambda data: _rewrite(data, change)


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda data: data[: len(data) // 2], "is damaged"),
    "a bit turned": (lambda data: data[:400] + bytes([data[400] ^ 1]) + data[401:], "is damaged"),
    "no zip": (lambda _: b"PK" + b"\0" * 100, "is damaged"),
    "no report": (_put("reports/", None), "no replication zip"),
    "no manifest": (_put(MANIFEST, None), "no replication zip"),
    "a report that is none": (_add(_named("reports/2.json")), "reports/2.json is no comparison"),
    "decisions that are none": (_add(_named("decisions/1.json", b"[7]")), "the whole: expected an object"),
    "a name that leads out": (_add(_named("../../out.json")), "may lead elsewhere"),
    "a name from the root": (_add(_named("/etc/out")), "may lead elsewhere"),
    "a name with marks": (_add(_named("a\x1b[31m")), "may lead elsewhere"),
    "a link": (_add(_named("texts/a", b"/etc/passwd", stat.S_IFLNK | 0o777)), "is a link"),
    "a bomb": (_add(_named("texts/a", bytes(300 * 1024**2))), "unpack to"),
    "too many": (_add(*(_named(f"a{n}", b"") for n in range(2500))), "over 2,000 members"),
}


@pytest.mark.parametrize("name", some(7, DAMAGE))
def test_what_is_not_whole_is_refused_in_one_line(made_once: Path, tmp_path: Path, name: str) -> None:
    if not (made_once / "whole.zip").exists():
        run(made_once, "export", "replication", "whole.zip", "report.json")
    damage, said = DAMAGE[name]
    (tmp_path / "paper.zip").write_bytes(damage((made_once / "whole.zip").read_bytes()))
    refused = run_tracker(tmp_path, "reproduce", "paper.zip")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1), refused
    assert re.search(said, refused.err)
    assert "\x1b" not in refused.err


def test_a_member_that_stands_twice_is_refused(made_once: Path, tmp_path: Path) -> None:
    if not (made_once / "whole.zip").exists():
        run(made_once, "export", "replication", "whole.zip", "report.json")
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = _rewrite(
            (made_once / "whole.zip").read_bytes(), lambda all_: all_.append(_named("README.txt"))
        )
    (tmp_path / "paper.zip").write_bytes(data)
    refused = run_tracker(tmp_path, "reproduce", "paper.zip")
    assert (refused.code, "stands twice" in refused.err) == (2, True)


@pytest.mark.parametrize("lacking", ["provenance", "old", "name"])
@long
def test_a_report_without_texts_that_lacks_a_name_is_refused(
    folder: Path, tmp_path: Path, lacking: str
) -> None:
    close(folder, "restricted")
    run(folder, "export", "replication", "paper.zip", "report.json")
    report = json.loads(members_of(folder / "paper.zip")["reports/1.json"])
    if lacking == "name":
        del report["old"]["name"]
    else:
        report[lacking] = {}
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    refused: Ran = run_tracker(tmp_path, "reproduce", "report.json")
    assert (refused.code, refused.out, "is damaged" in refused.err) == (2, "", True), refused
