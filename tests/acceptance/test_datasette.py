"""The record as Datasette serves it: what tables mean, names for numbers, search, questions, nothing closed.

Datasette is no dependency: the stable release and the coming one are installed into places of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.conftest import run_tracker
from tests.nights import make_archive, run_night, running_site, source
from tests.running import ROOT, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOSED = "The ministry keeps the seventh lighthouse dark."
OPEN = "The harbours of our islands stay open to all."
RELEASES = {"stable": "datasette<1", "coming": "datasette>=1.0a1"}


@dataclass(frozen=True, slots=True)
class Served:
    """A record that is being served."""

    address: str

    def page(self, path: str, **query: str) -> str:
        with urlopen(f"{self.address}{path}?{urlencode(query)}") as answer:  # noqa: S310 (our own server)
            return str(answer.read().decode())

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.page(f"{path}.json", **query, _shape="objects"))["rows"]
        return rows


@pytest.fixture(scope="session", params=RELEASES, ids=list(RELEASES))
def datasette(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Install a release, and return which one it is and its command."""
    place = tmp_path_factory.mktemp(f"datasette-{request.param}")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    wanted = RELEASES[request.param]
    subprocess.run([place / "bin" / "pip", "install", "-q", "--pre", wanted], check=True)
    return request.param, place / "bin" / "datasette"


@contextmanager
def serving(datasette: tuple[str, Path], record: Path, metadata: Path) -> Iterator[Served]:
    """Serve a record that nobody can write to."""
    release, command = datasette
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    configured = ("-c", str(metadata)) if release == "coming" else ()
    with subprocess.Popen(
        [command, "-i", record, "-m", metadata, *configured, "-p", port], stderr=subprocess.DEVNULL
    ) as server:
        served = Served(f"http://127.0.0.1:{port}")
        try:
            wait_for(lambda: served.page("/"))
            yield served
        finally:
            server.terminate()


def test_the_record_is_served_with_what_it_means(datasette: tuple[str, Path], tmp_path: Path) -> None:
    run = partial(run_tracker, tmp_path)
    run("init")
    run("import", ROOT / "seeds" / "xaa", "--body", "CCPCJ", "--pattern", "{country}_{session}_{year}.md")
    assert run("export", "datasette", "metadata.json").code == 0
    record = tmp_path / "snapshots" / "tracker.db"
    before = record.read_bytes()
    with serving(datasette, record, tmp_path / "metadata.json") as served:
        assert "Every version of every statement" in served.page("/tracker")
        statements = served.page("/tracker/statements")
        assert "one row for each item it spoke on" in statements
        assert "ISO 3166-1 alpha-3 code" in statements
        assert 'data-column="country"' in statements
        assert 'id="facet-country' in statements
        assert "length of the document (bytes)" in served.page("/tracker/documents")
        assert "XAA/CCPCJ/33</a>" in served.page("/tracker/editions")
        assert "prepared.en</a>" in served.page("/tracker/snapshots")
        assert 'name="_search"' in served.page("/tracker/segments")
        found = served.rows("/tracker/segments", _search="cybercrime")
        assert found
        assert all("cyber" in row["text"].casefold() for row in found)
        asked = served.rows("/tracker/passages", words="cybercrime", country="XAA")
        assert "XAA/CCPCJ/33" in {row["statement"] for row in asked}
        assert served.rows("/tracker/passages") == []
        assert "Words over time" in served.page("/tracker/words_over_time")
    assert record.read_bytes() == before


def test_what_was_rebuilt_from_the_public_mirror_serves_nothing_closed(
    datasette: tuple[str, Path], tmp_path: Path
) -> None:
    run = partial(run_tracker, tmp_path)
    with running_site() as site:
        site.say("/78", OPEN, 1)
        site.say("/79", CLOSED, 2)
        tables = source("open", "XAA/UNGA/78", site.url("/78"))
        tables += source("closed", "XAA/UNGA/79", site.url("/79"), 'access = "restricted"')
        run_night(make_archive(tmp_path / "snapshots", tables, site.port))
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "public.git"], check=True)
    assert run("mirror", "push", "public.git").code == 0
    assert run("rebuild", "public.git", "--archive", "public").code == 0
    assert run("export", "datasette", "metadata.json", "--archive", "public").err == ""
    with serving(datasette, tmp_path / "public" / "tracker.db", tmp_path / "metadata.json") as served:
        assert [row["text"] for row in served.rows("/tracker/passages", words="harbours")] == [OPEN]
        assert served.rows("/tracker/passages", words="lighthouse") == []
        assert served.rows("/tracker/segments", _search="lighthouse") == []
        names = [row["of_table"] for row in served.rows("/tracker/descriptions", of_column="", _size="max")]
        shown = "".join(served.page(f"/tracker/{name}", _size="max") for name in dict.fromkeys(names))
        assert OPEN in shown
        assert "lighthouse" not in shown
        assert site.url("/79") not in shown
