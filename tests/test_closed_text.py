"""What is closed is in nothing that is handed on: every command, in every format, whatever the rights."""

from __future__ import annotations

import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from tests.closed import ACCESS, close, holds_secret, judge, make_archive, run
from tests.here import runner
from tests.outputs import READING, SILENT, WHERE, Output, choose_outputs, list_commands
from tests.thorough import long, some
from tracker.report.formats import REPORTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Ran

OUTPUTS = tuple(choose_outputs(10))
WORKING = {"text", "json", "csv", "jsonl", "-"}
"""Formats that show restricted text to who works on the archive."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = judge(make_archive(tmp_path_factory.mktemp("closed") / "open"))
    found = {"open": made}
    for access in ACCESS[1:]:
        found[access] = close(shutil.copytree(made, made.parent / access), access)
    return found


@pytest.fixture
def out(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        shutil.rmtree(folder / "out", ignore_errors=True)
        (folder / "out").mkdir()


def read_files(folder: Path) -> bytes:
    """Return what a command has written, files in files too."""
    found = b""
    for path in sorted((folder / "out").rglob("*")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                found += b"\n".join(package.read(name) for name in package.namelist())
        elif path.suffix == ".parquet":
            found += repr(parquet.read_table(path, partitioning=None).to_pylist()).encode()
        elif path.is_file():
            found += path.read_bytes()
    return found


def test_every_command_and_format_is_looked_at() -> None:
    assert set(list_commands()) == READING.keys() | SILENT
    assert not READING.keys() & SILENT


@pytest.mark.parametrize(
    ("output", "access"),
    [*((each, "restricted") for each in OUTPUTS), *((each, "withdrawn") for each in some(20, OUTPUTS))],
    ids=lambda value: value if isinstance(value, str) else " ".join(value.arguments),
)
@pytest.mark.usefixtures("out")
def test_what_is_closed_is_in_nothing_that_is_handed_on(
    folders: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    access: str,
    output: Output,
) -> None:
    ran: Ran = runner(folders[access], monkeypatch, capsys)(*output.arguments)
    assert ran.code in {0, 1, 2}, ran
    assert "Usage" not in ran.err, ran.err
    assert "Traceback" not in ran.err, ran.err
    assert not holds_secret(read_files(folders[access])), ran
    if holds_secret(ran.out) and not output.line.startswith("status"):  # which list what was typed
        assert output.form in WORKING
        assert f"closed to the public, keep it to yourself: {WHERE}~prepared.en@1" in ran.err
    assert not holds_secret(ran.err + (ran.out if access == "withdrawn" else ""))


@pytest.mark.parametrize("access", ACCESS)
def test_an_embargo_closes_as_a_restriction_does(folders: dict[str, Path], access: str) -> None:
    is_closed = access in {"restricted", "embargoed"}
    shown = run(folders[access], "show", WHERE, codes=frozenset({2 if access == "withdrawn" else 0}))
    assert holds_secret(shown.out) is (access != "withdrawn")
    assert ("closed to the public, keep it to yourself" in shown.err) is is_closed
    (folders[access] / "shown.txt").unlink(missing_ok=True)
    run(folders[access], "show", WHERE, "-o", "shown.txt", codes=frozenset({0 if access == "open" else 2}))
    assert (folders[access] / "shown.txt").exists() is (access == "open")


@long
def test_the_net_would_catch_it(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = runner(folders["open"], monkeypatch, capsys)
    shutil.rmtree(folders["open"] / "out", ignore_errors=True)
    shown = set()
    for output in OUTPUTS:
        if output.form not in WORKING or output.file:
            continue
        (folders["open"] / "out").mkdir()
        if holds_secret(ask(*output.arguments).out) or holds_secret(read_files(folders["open"])):
            name = " ".join(output.line.split()[:2])
            shown.add(name if name in READING or name.startswith("export ") else output.line.split()[0])
        shutil.rmtree(folders["open"] / "out")
    assert {"diff", "priorities", "trace", "blame", "show", "search", "cite", "decisions"} <= shown
    kinds = {f"export {way.split()[0]}" for way in READING["export"]}
    assert kinds - {"export datasette"} <= shown


@pytest.mark.parametrize("form", [form for form in REPORTS["comparison"] if form != "latex"])
def test_who_may_have_it_writes_it_with_private(folders: dict[str, Path], tmp_path: Path, form: str) -> None:
    pair = ("diff", WHERE, "XAA/UNGA/79", "--encoder", "none", "--all", "--format", form)
    written = run(folders["restricted"], *pair, "--private", "-o", tmp_path / "report")
    assert re.search(r"closed to the public, keep it to yourself", written.err)
    data = (tmp_path / "report").read_bytes()  # which LaTeX, a table of topics, quotes nothing of
    assert holds_secret(data) or zipfile.is_zipfile(tmp_path / "report")
    refused = run(folders["withdrawn"], *pair, "--private", "-o", tmp_path / "none", codes=frozenset({2}))
    assert "was withdrawn" in refused.err
    assert not (tmp_path / "none").exists()


def test_a_watch_list_that_cannot_be_read_lets_nothing_be_written(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(folders["restricted"], tmp_path / "broken")
    (folder / "snapshots" / "watch.toml").write_text("[", encoding="utf-8")
    refused = run(folder, "show", WHERE, "-o", "out.txt", codes=frozenset({2}))
    assert "what it closes to the public is unknown" in refused.err
    assert not (folder / "out.txt").exists()
    assert holds_secret(run(folder, "show", WHERE).out)
    assert holds_secret(run(folder, "show", WHERE, "--private", "-o", "out.txt").out) is False
