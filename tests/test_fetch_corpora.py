"""The data that weights are fitted on: fetched from a real server, checked, converted, or refused."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.fetch_corpora import (
    UNPINNED,
    convert_paper,
    digest,
    main,
    read_table,
)
from tests.shared_data import find_shared, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SPEECHES = {
    "TXT/Session 79 - 2024/XAA_79_2024.txt": "We will act.",
    "TXT/Session 79 - 2024/._XAA_79_2024.txt": "a twin",
    "TXT/Session 69 - 2014/XAA_69_2014.txt": "too early",
    "TXT/Session 69 - 2014/GBR_69_2014.txt": "We have acted.",
    "TXT/Session 24 - 1969/GBR_24_1969.txt": "too early, too",
    "README.txt": "about",
}
SHEET = (
    'To,From,Text,Action,Issue,Session\rXAB,XAA,"Ratify it, and now ",5,"Justice,Labour",2\r'
    "XAB,XAA,Consider it,3,Justice,2\rXAB,XAA,Later,4,Justice,15\r"
)
PAPER = (
    '<doc id="P01-1044" editor="A"><title><text>Rivers</text></title><introduction>'
    '<text>We met. The river</text><edit type="x" crr="was">is</edit><text>long</text>'
    '<edit type="x" crr="">, and wide</edit><text>.</text><text>\\\\ We went</text>'
    '<edit type="x" crr="home.">home. It rained.</edit></introduction></doc>'
)


@contextmanager
def serve(files: dict[str, bytes], half: str = "") -> Iterator[tuple[str, list[str]]]:
    """Serve files, one of them broken off in its middle; yields the address, and what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            asked.append(name)
            if name not in files:
                self.send_error(404)
                return
            data = files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if name == half else data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def pack_speeches() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in SPEECHES.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


def pack_papers() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("P01-1044-A", "P99-9999-A"):
            archive.writestr(f"tetra-5c9c/original/{name}.xml", PAPER)
    return made.getvalue()


def write_table(folder: Path, address: str, pin: str, made: tuple[str, str], **more: str) -> Path:
    """Write a table of one data set, a file named ``data``."""
    lines = [
        "[made-up]",
        f'published = [{{ name = "data", address = "{address}/data", digest = "{pin}" }}]',
        f'made = [{{ path = "{made[0]}", sha256 = "{made[1]}" }}]',
        *(f'{key} = "{value}"' for key, value in more.items()),
    ]
    (folder / "table.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder / "table.toml"


@pytest.fixture
def speeches(tmp_path: Path) -> tuple[bytes, tuple[str, str]]:
    """Return a published archive, and what is to be made of it."""
    for name, text in (("XAA/79_2024.txt", "We will act."), ("GBR/69_2014.txt", "We have acted.")):
        (tmp_path / "expected" / name).parent.mkdir(parents=True)
        (tmp_path / "expected" / name).write_text(text, encoding="utf-8")
    return pack_speeches(), ("ungdc", digest(tmp_path / "expected"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[bool, str]:
    """Return whether it went well, and what was said."""
    try:
        main([str(each) for each in arguments])
    except SystemExit as error:
        return False, capsys.readouterr().out + str(error)
    return True, capsys.readouterr().out


@pytest.mark.parametrize(
    "pin", [lambda data: f"md5:{hashlib.md5(data, usedforsecurity=False).hexdigest()}", lambda _: UNPINNED]
)
def test_a_good_file_is_fetched_once_checked_and_converted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    speeches: tuple[bytes, tuple[str, str]],
    pin: Callable[[bytes], str],
) -> None:
    data, made = speeches
    with serve({"data": data}) as (address, asked):
        table = write_table(tmp_path, address, pin(data), made, convert="ungdc")
        for _ in range(2):
            well, said = run(capsys, "--table", table, "--into", tmp_path / "into")
            assert well, said
            assert "as the weights were fitted on" in said
            assert ("unpinned" in said) == (pin(data) == UNPINNED)
    assert asked == ["data"]
    files = {str(file.relative_to(tmp_path / "into")) for file in (tmp_path / "into").rglob("*.txt")}
    assert files == {"ungdc/XAA/79_2024.txt", "ungdc/GBR/69_2014.txt"}


@pytest.mark.parametrize(
    ("served", "half", "pin", "reason"),
    [
        ("data", "", f"sha256:{'0' * 64}", "does not match"),
        ("other", "", UNPINNED, "404"),
        ("data", "data", UNPINNED, "broken"),
        ("data", "data", f"sha256:{'0' * 64}", "broken"),
    ],
    ids=["wrong digest", "404", "half a file", "half a file that is pinned"],
)
def test_what_is_not_the_file_is_refused_and_not_kept(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    speeches: tuple[bytes, tuple[str, str]],
    served: str,
    half: str,
    pin: str,
    reason: str,
) -> None:
    data, made = speeches
    with serve({served: data}, half) as (address, _):
        table = write_table(tmp_path, address, pin, made, convert="ungdc")
        well, said = run(capsys, "--table", table, "--into", tmp_path / "into")
    assert not well
    assert reason in said
    assert "not as the weights were fitted on: made-up" in said
    assert not [file for file in (tmp_path / "into").rglob("*") if file.is_file()]


def test_other_contents_than_were_fitted_on_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], speeches: tuple[bytes, tuple[str, str]]
) -> None:
    with serve({"data": speeches[0]}) as (address, _):
        table = write_table(tmp_path, address, UNPINNED, ("ungdc", "0" * 64), convert="ungdc")
        well, said = run(capsys, "--table", table, "--into", tmp_path / "into")
    assert not well
    assert f"SHA-256 {speeches[1][1]}, not {'0' * 64}" in said


def test_what_nothing_converts_is_kept_as_published_and_it_is_said_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve({"data": b"a sheet"}) as (address, _):
        table = write_table(tmp_path, address, UNPINNED, ("x.jsonl", "0" * 64), without="nobody saw it")
        well, said = run(capsys, "--table", table, "--into", tmp_path / "into")
    assert not well
    assert "not converted: nobody saw it" in said
    assert (tmp_path / "into" / "published" / "data").read_bytes() == b"a sheet"


def test_a_folder_given_is_read_instead_and_checked_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], speeches: tuple[bytes, tuple[str, str]]
) -> None:
    data, made = speeches
    pin = f"sha256:{hashlib.sha256(data).hexdigest()}"
    table = write_table(tmp_path, "http://127.0.0.1:9", pin, made, convert="ungdc")
    given = tmp_path / "given"
    given.mkdir()
    asked = ("--table", table, "--folder", given)
    well, said = run(capsys, *asked, "--into", tmp_path / "into")
    assert (well, "is missing; published at http://127.0.0.1:9/data" in said) == (False, True)
    (given / "data").write_bytes(data[:-1])
    well, said = run(capsys, *asked, "--into", tmp_path / "into")
    assert (well, "is another file" in said) == (False, True)
    (given / "data").write_bytes(data)
    assert run(capsys, *asked, "--into", tmp_path / "into")[0]
    assert run(capsys, "--table", table, "--folder", tmp_path / "into")[0]


def test_recommendations_are_gathered_by_state_and_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *rest = read_table()["upr"].published
    (tmp_path / first.name).write_bytes(SHEET.encode())
    for one in rest:
        (tmp_path / one.name).write_text(SHEET.partition("\r")[0], encoding="utf-8")
    well, _ = run(capsys, "upr", "--folder", tmp_path, "--into", tmp_path)
    assert not well, "other recommendations than the weights were fitted on"
    (line,) = (tmp_path / "priorities" / "upr_recommendations_s01-14.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "id": "XAA__upr02",
        "country_or_party": "XAA",
        "year_or_session": 2,
        "units": [
            {"text": "Ratify it, and now", "codes": ["Justice", "Labour"], "action": "5"},
            {"text": "Consider it", "codes": ["Justice"], "action": "3"},
        ],
    }


def test_sentences_of_edited_papers_correspond_that_share_unmarked_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tetra.zip").write_bytes(pack_papers())
    well, _ = run(capsys, "tetra", "--folder", tmp_path, "--into", tmp_path)
    assert not well, "other papers than the weights were fitted on"
    (line,) = (tmp_path / "align" / "tetra_derived" / "dev.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == convert_paper("P01-1044-A", PAPER.encode())
    assert json.loads(line) == {
        "id": "tetra-P01-1044-A",
        "paper": "P01-1044",
        "editor": "A",
        "old": ["Rivers", "We met.", "The river is long, and wide.", "We went home.", "It rained."],
        "new": ["Rivers", "We met.", "The river was long.", "We went home."],
        "gold": [[0, 0, "identical"], [1, 1, "identical"], [2, 2, "modified"], [3, 3, "identical"]],
        "n_edits": 3,
    }


def test_the_table_names_addresses_digests_and_what_is_not_known() -> None:
    for corpus in read_table().values():
        assert corpus.made
        assert (corpus.convert is None) != (corpus.without is None)
        assert all(len(bytes.fromhex(made.sha256)) == hashlib.sha256().digest_size for made in corpus.made)
        for one in corpus.published:
            assert one.address.startswith("https://")
            kind, _, value = one.digest.partition(":")
            assert one.digest == UNPINNED or len(bytes.fromhex(value)) == hashlib.new(kind).digest_size


def test_the_benchmarks_read_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_CORPORA", str(tmp_path))
    (tmp_path / "ungdc").mkdir()
    assert find_shared() == tmp_path
    assert require("ungdc") == tmp_path / "ungdc"
    with pytest.raises(FileNotFoundError, match="align"):
        require("align")


def test_a_name_that_the_table_lacks_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["aesopp", "--into", str(tmp_path)])
    assert "no aesopp in the table; it has ungdc" in capsys.readouterr().err
