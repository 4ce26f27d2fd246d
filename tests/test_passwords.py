"""A password in an address is in no file of an archive and in no answer, wherever the address comes from."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.nights import Page, write_speech
from tests.repositories import run_git
from tests.running import NEW, OLD, Ran
from tests.warcs import Made, write_warc
from tracker.inputs.passwords import strip_user, strip_users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site

WORD = "s3cr3t-w0rd"
WITH = f"ana:{WORD}@"


@pytest.mark.parametrize(
    ("written", "stripped"),
    [
        ("https://ana:word@example.org/a?b=c", "https://example.org/a?b=c"),
        ("https://ana@example.org", "https://example.org"),
        ("https://:word@example.org", "https://example.org"),
        ("https://ana:w@rd@example.org/", "https://example.org/"),
        ("https://ana:a word@example.org/", "https://example.org/"),
        ("ssh://git:word@example.org:22/a.git", "ssh://example.org:22/a.git"),
        ("//ana:word@example.org/", "//example.org/"),
        ("https://example.org/@ana/status", "https://example.org/@ana/status"),
        ("https://example.org?to=a@b", "https://example.org?to=a@b"),
        ("https://example.org/a//b@c", "https://example.org/a//b@c"),
        ("git@example.org:a.git", "git@example.org:a.git"),
        ("a/path@2.txt", "a/path@2.txt"),
    ],
)
def test_an_address_loses_its_user_and_nothing_else(written: str, stripped: str) -> None:
    assert strip_user(written) == stripped


def test_a_text_loses_the_users_of_its_addresses_and_nothing_else() -> None:
    text = "<https://ana:word@a.org/>; rel=b, see http://b.org and mail c@d.org, or ftp://x:y@e.org"
    assert strip_users(text) == "<https://a.org/>; rel=b, see http://b.org and mail c@d.org, or ftp://e.org"


def list_bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that a folder holds, unpacked: files, rows, members of zips, and objects of repositories."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path), data
        if data.startswith(b"\x1f\x8b"):
            yield f"{path} unpacked", gzip.decompress(data)
        if data.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as record:
                yield f"{path} as SQL", "\n".join(record.iterdump()).encode()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from ((f"{path}: {name}", packed.read(name)) for name in packed.namelist())
    for repository in folder.rglob("*.git"):
        named = run_git(repository, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        for name in named.split():
            yield f"{repository}: {name}", run_git(repository, "cat-file", "-p", name).encode()


@pytest.fixture
def seen() -> list[Ran]:
    return []


@pytest.fixture
def tracker(tmp_path: Path, seen: list[Ran]) -> Callable[..., Ran]:
    """Run the command in a folder with an empty archive, and keep what it says."""

    def run(*arguments: str, code: int = 0) -> Ran:
        ran = run_tracker(tmp_path, *arguments)
        assert ran.code == code, (arguments, ran)
        seen.append(ran)
        return ran

    (tmp_path / "old.txt").write_text(OLD, encoding="utf-8")
    run("init")
    return run


EXPORTS = (
    "mirror update",
    "diff XAA/UNGA/75 XAA/UNGA/76 --encoder none --format json -o comparison.json",
    "export warc all.warc.gz",
    "export bag bag",
    "export corpus corpus.csv",
    "export tables tables",
    "export replication paper.zip comparison.json",
    "backup backup.db",
    "mirror push --private copy.git",
    "cite XAA/UNGA/75",
    "list --format json",
    "log XAA/UNGA/75",
    "log XAA/UNGA/77",
    "show XAA/UNGA/75",
    "status --runs",
    "sources list",
    "status",
    "verify",
)


def test_no_file_and_no_answer_has_a_password_wherever_it_came_from(
    tracker: Callable[..., Ran], seen: list[Ran], tmp_path: Path, site: Site
) -> None:
    # An option, a table beside a folder, a web archive with all its records.
    tracker("add", "old.txt", "--as", "XAA/UNGA/75", "--url", f"https://{WITH}example.org/75")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "XAA_76.txt").write_text(NEW, encoding="utf-8")
    (tmp_path / "about.csv").write_text(f"country,session,url\nXAA,76,https://{WITH}example.org/76\n")
    tracker(
        *[
            "import",
            "texts",
            "--body",
            "UNGA",
            "--pattern",
            "{country}_{session}.txt",
            "--metadata",
            "about.csv",
        ]
    )
    address = f"https://{WITH}example.org/77"
    head = (("Content-Type", "text/plain"), ("Content-Location", address), ("Link", f"<{address}>; rel=a"))
    captured = Made(write_speech(number=7), address, headers=head, name=f"https://{WITH}example.org/id")
    asked = Made(url=address, type="request", status="GET /77 HTTP/1.1", headers=(("Referer", address),),
                 fields={"WARC-Concurrent-To": f"<{captured.id}>"})  # fmt: skip
    moved = Made(url=f"https://{WITH}example.org/m", status="302 Found", headers=(("Location", address),))
    write_warc(tmp_path / "web.warc", [moved, captured, asked])
    tracker("import", "web.warc", "--as", "XAA/UNGA/77", "--url", address)
    # A watch list, a page that leads to another, and one that names a statement.
    beyond = site.url("/78").replace("//", f"//{WITH}")
    site.pages["/78"] = Page("", 302, {"Location": beyond})
    site.pages["/all"] = Page(f'<a href="{beyond}">79th</a> <a href="{site.url("/81")}">81st</a>')
    site.say("/81", number=8)
    tracker("sources", "add", f"https://{WITH}example.org/80", "--as", "XAA/UNGA/80", code=2)
    with (tmp_path / "snapshots" / "watch.toml").open("a", encoding="utf-8") as watched:
        watched.write(f'[settings]\npace = 0\nallow_private = ["127.0.0.1:{site.port}"]\n')
        watched.write(f'[sources.a]\nreference = "XAA/UNGA/78~prepared.en"\nurl = "{site.url("/78")}"\n')
        watched.write(
            f'[sources.b]\nkind = "index"\nurl = "{site.url("/all")}"\nlinks = "/(?P<session>[0-9]+)$"\n'
        )
        watched.write('reference = "XAA/UNGA/{session}~prepared.en"\n')
    tracker("snapshot", code=1)
    assert "bad address" in seen[-1].out
    # Repositories: their addresses, remotes and messages.
    for command in ("rebuild {} --archive new", "mirror push {}"):
        tracker(*command.format(f"http://{WITH}127.0.0.1:1/a.git").split(), code=2)
    run_git(tmp_path, "init", "--quiet", "partial")
    for name, value in (("url", f"https://{WITH}example.org/a.git"), ("promisor", "true")):
        run_git(tmp_path / "partial", "config", f"remote.origin.{name}", value)
    told = tracker("import", "partial", "--path", "a", "--as", "XAA/UNGA/70", code=2)
    assert "git clone --mirror https://example.org/a.git" in told.err
    (tmp_path / "partial" / ".git" / "config").unlink()
    (tmp_path / "web.warc").unlink()
    (tmp_path / "about.csv").unlink()
    for command in EXPORTS:
        ran = run_tracker(tmp_path, *command.split())
        assert ran.code in {0, 1}, (command, ran)
        seen.append(ran)
    assert [ran for ran in seen if WORD in ran.out + ran.err] == []
    holding = dict(list_bytes(tmp_path))
    assert any(b"https://example.org/77" in data for data in holding.values())
    # A page is kept as it was published, whatever stands in it.
    page = str(site.pages["/all"].body).encode()
    assert [name for name, data in holding.items() if WORD.encode() in data.replace(page, b"")] == []


def test_a_watch_list_with_a_password_is_refused_without_repeating_it(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "snapshots" / "watch.toml").write_text(
        f'[sources.a]\nreference = "XAA/UNGA/78"\nurl = "https://:{WORD}@example.org/78"\n'
    )
    ran = tracker("sources", "list", code=2)
    assert "user name or password" in ran.err
    assert WORD not in ran.err
