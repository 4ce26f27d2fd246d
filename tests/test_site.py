"""``tracker site``: every link resolves, only what changed is written, and nothing that is closed."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import feedparser
import pytest
from lxml import etree, html

from tests import closed
from tests.closed import SECRET
from tests.conftest import run_tracker
from tests.nights import make_watched, run_night, running_site
from tests.running import COMMAND, PYTHON, list_children, wait_until_gone
from tests.thorough import few, long, some
from tracker.inputs.extras import install_words
from tracker.publish.manifest import MANIFEST_NAME
from tracker.publish.policy import frozen_policy
from tracker.publish.serve import HEADERS
from tracker.publish.site import build_site
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.running import Ran

BASE = "https://example.org/statements/"
MEGABYTE = 1024**2


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pages of the demonstration, below an address."""
    folder = tmp_path_factory.mktemp("demo")
    assert run_tracker(folder, "demo", "--keep", "snapshots").code == 0
    write(folder, "based", "--base", BASE)
    return folder / "based"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = closed.make_archive(tmp_path_factory.mktemp("made") / "a")
    write(folder, "out")
    return folder


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """Return a folder with an archive of three statements, and its pages."""
    shutil.copytree(made, tmp_path / "a", symlinks=True)
    return tmp_path / "a"


def test_without_the_extra_it_says_what_to_install(folder: Path) -> None:
    lacking = "import sys; sys.modules['feedgenerator'] = None"
    ran = subprocess.run(
        [*PYTHON, "-c", f"{lacking}\nfrom tracker.cli.main import main; main()", "site", "other"],
        cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.endswith(f"{install_words('site')}\n")
    assert ran.stderr.count("\n") == 1
    assert not (folder / "other").exists()


def write(folder: Path, out: str, *options: str) -> Ran:
    ran = run_tracker(folder, "site", out, *options)
    assert ran.code == 0, ran
    return ran


def files_in(out: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return each file with what is another once it has been written again."""
    return {
        path.relative_to(out).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in out.rglob("*")
        if path.is_file()
    }


def list_links(out: Path, path: Path, base: str) -> list[str]:
    """Return the files to which a page or a feed leads, from the root."""
    text = path.read_bytes()
    tree = html.fromstring(text) if path.suffix == ".html" else etree.fromstring(text)
    links = [str(link) for link in tree.xpath("//@href | //@src")]
    found = []
    for link in links:
        if link.startswith(base or "no base"):
            found.append(unquote(re.split("[?#]", link)[0].removeprefix(base)))
        elif not re.match("[a-z]+:|#", link):
            place = path.parent / unquote(re.split("[?#]", link)[0])
            found.append(Path(*place.resolve().relative_to(out.resolve()).parts).as_posix())
    return found


@pytest.mark.parametrize("base", ["", BASE], ids=["here", "below an address"])
def test_every_link_resolves_and_no_page_is_large(demo: Path, made: Path, base: str) -> None:
    out = demo if base else made / "out"
    pages = [path for path in out.rglob("*") if path.suffix in {".html", ".atom"}]
    assert len(pages) > 250
    dead = {
        (path.relative_to(out).as_posix(), link)
        for path in pages
        if path.name != "404.html"
        for link in list_links(out, path, base)
        if not (out / link).is_file()
    }
    assert dead == set()
    assert [path for path in pages if path.stat().st_size >= MEGABYTE] == []


def test_neighbouring_sessions_are_compared_and_all_else_has_a_page(demo: Path) -> None:
    there = {path.relative_to(demo).as_posix() for path in demo.rglob("*.html")}
    for session in range(29, 33):
        assert f"compare/XAA/CCPCJ/{session}..{session + 1}.html" in there
    assert {
        "index.html",
        "404.html",
        "search.html",
        "bodies/CCPCJ.html",
        "statements/GBR/CCPCJ/31.html",
    } <= there


def test_every_page_has_the_policy_of_those_that_are_served(demo: Path, folder: Path) -> None:
    """Before all that it is about; less what only a header may say (CSP 3, 3.3), and with files."""
    served = read_policy(HEADERS["content-security-policy"])
    assert served.pop("frame-ancestors") == {"'none'"}
    close_to = {name: {"file:"} if "'self'" in each else set() for name, each in served.items()}
    expected = {name: each | close_to[name] for name, each in served.items()}
    closed.close(folder, "withdrawn")
    write(folder, "out")
    pages = [path for out in (demo, folder / "out") for path in out.rglob("*.html")]
    assert {"404.html", "search.html", "index.html", "78.html"} <= {path.name for path in pages}
    for path in pages:
        head = list(html.fromstring(path.read_bytes()).find("head"))
        assert head[0].get("charset") == "utf-8"
        first = next(each for each in head[1:] if each.get("name") != "robots")
        assert first.get("http-equiv") == "Content-Security-Policy"
        assert [each.get("http-equiv") for each in head].count("Content-Security-Policy") == 1
        found = read_policy(first.get("content"))
        if path == demo / "search.html":
            found["script-src"].remove("'wasm-unsafe-eval'")
        if path == demo / "404.html":
            assert found["base-uri"] == {BASE}
            found["base-uri"] = {"'none'"}
        assert found == expected, path


def test_an_address_stays_one_source_of_a_policy() -> None:
    home = "https://example.org/a;b,c/"
    assert read_policy(frozen_policy(home))["base-uri"] == {"https://example.org/a%3Bb%2Cc/"}


def read_policy(text: str) -> dict[str, set[str]]:
    """Return the sources that each directive allows."""
    return {name: {*sources} for name, *sources in map(str.split, text.split(";"))}


def test_where_nothing_changed_no_file_is_touched(demo: Path) -> None:
    before = files_in(demo)
    again = write(demo.parent, demo.name, "--base", BASE)
    assert again.out == f"{demo.name}: {len(before) - 1} files; written 0, removed 0\n"
    assert files_in(demo) == before


def test_after_a_night_without_news_no_file_is_another(tmp_path: Path) -> None:
    with running_site() as site:
        make_watched(tmp_path / "snapshots", site)
        run_night(tmp_path / "snapshots", "2026-03-01")
        write(tmp_path, "out")
        before = files_in(tmp_path / "out")
        run_night(tmp_path / "snapshots", "2026-03-02")
        assert write(tmp_path, "out").out.endswith("written 0, removed 0\n")
        assert files_in(tmp_path / "out") == before
        site.pages.clear()
        run_night(tmp_path / "snapshots", "2026-03-03")
    write(tmp_path, "out")
    assert files_in(tmp_path / "out") == before


def test_where_what_was_computed_is_lost_no_file_is_another(folder: Path) -> None:
    before = files_in(folder / "out")
    for path in (folder / "snapshots").glob("derived.db*"):
        path.unlink()
    assert write(folder, "out").out.endswith("written 0, removed 0\n")
    assert files_in(folder / "out") == before


def test_a_file_that_a_killed_program_was_about_to_write_is_written(folder: Path) -> None:
    out = folder / "out"
    page, manifest = out / "statements/XAA/UNGA/77.html", out / MANIFEST_NAME
    whole, lines = page.read_bytes(), manifest.read_text().splitlines()
    (last,) = (json.loads(line) for line in lines if '"statements/XAA/UNGA/77.html"' in line)
    page.write_text("as it was before")
    before = {**last, "rests_on": "", "sha256": digest_bytes(page.read_bytes())}
    manifest.write_text("\n".join((*lines, json.dumps(before), json.dumps(last), "")))
    write(folder, "out")
    assert page.read_bytes() == whole
    assert manifest.read_text().splitlines() == lines


def test_what_search_engines_and_readers_of_feeds_get_below_an_address(demo: Path, made: Path) -> None:
    out = demo
    tree = etree.fromstring((out / "sitemap.xml").read_bytes())
    places = [each.text for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{BASE}statements/GBR/CCPCJ/31.html" in places
    assert all((out / unquote(place.removeprefix(BASE))).is_file() for place in places)
    assert len(places) == len(set(places)) == len(list(out.rglob("*.html"))) - 2  # but for 404 and search
    assert f"Sitemap: {BASE}sitemap.xml\n" in (out / "robots.txt").read_text()
    entries = feedparser.parse((out / "feeds/all.atom").read_bytes()).entries
    assert entries
    assert all((out / entry.link.removeprefix(BASE)).is_file() for entry in entries)
    assert f'<base href="{BASE}">' in (out / "404.html").read_text()
    assert (out / "pagefind" / "pagefind.js").is_file()
    assert not (made / "out" / "pagefind").exists()
    assert not (made / "out" / "sitemap.xml").exists()


def test_titles_and_topics_are_found_without_a_server(demo: Path) -> None:
    script = (demo / "static" / "titles.js").read_text()
    rows = json.loads(script.removeprefix("const titles = ").rstrip(";\n"))
    named = dict(rows)
    assert named["Corruption (topic)"] == "topics/corruption.html"
    assert all((demo / unquote(path)).is_file() for path in named.values())
    page = (demo / "search.html").read_text()
    assert page.index("titles.js") < page.index("search_files.js")


@long
def test_one_changed_statement_touches_its_own_pages_alone(tmp_path: Path) -> None:
    # What was computed is not believed in a copy of an archive.
    (tmp_path / "demo").mkdir()
    assert run_tracker(tmp_path / "demo", "demo", "--keep", "snapshots").code == 0
    write(tmp_path / "demo", "out")
    out = tmp_path / "demo" / "out"
    before = files_in(out)
    assert b"Nobody may" not in before["statements/XAA/CCPCJ/33.html"][2]
    text = "Mr. Chair. Corruption is our first priority. Nobody may be above the law. " * 9
    (tmp_path / "demo" / "33.txt").write_text(text)
    assert run_tracker(tmp_path / "demo", "add", "33.txt", "--as", "XAA/CCPCJ/33~prepared.en").code == 0
    write(tmp_path / "demo", "out")
    after = files_in(out)
    assert b"Nobody may" in after["statements/XAA/CCPCJ/33.html"][2]
    touched = {path for path in before if after.get(path) != before[path]} - {MANIFEST_NAME}
    assert [path for path in touched if after[path][2] == before[path][2]] == []
    others = (
        "statements/GBR",
        "statements/XAA/CCPCJ/3[0-2]",
        "series/GBR",
        "compare/XAA/CCPCJ/(29|3[01])[.]",
    )
    assert [path for path in touched if re.match("|".join(others), path)] == []


@pytest.mark.parametrize("access", few(1, "withdrawn", "embargoed", "restricted"))
def test_what_is_closed_is_in_no_file_and_what_was_withdrawn_says_so(folder: Path, access: str) -> None:
    out = folder / "out"
    closed.edit(folder)
    write(folder, "open", "--base", BASE)
    # What is looked at has it while it is open: pages, feeds, tables, and both parts of the index of words.
    shown = list_holding(folder / "open")
    for part in ("statements/", "compare/", "feeds/", "pagefind/fragment/", "pagefind/index/"):
        assert any(path.startswith(part) for path in shown), part
    closed.close(folder, access)
    write(folder, "out")
    write(folder, "fresh", "--base", BASE)
    for place in (out, folder / "fresh"):
        assert list_holding(place) == set()
        told = place / "statements/XAA/UNGA/78.html"
        assert told.exists() == (access == "withdrawn")
        if told.exists():
            assert "District Court" in told.read_text()
            assert "names a witness" in told.read_text()


def list_holding(out: Path) -> set[str]:
    """Return the files that hold a word of what is closed, or what an index makes of one, packed or not."""
    stems = [word[:7].encode() for word in SECRET]
    found = set()
    for path, (*_, data) in files_in(out).items():
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        if any(stem in text.lower() for stem in stems):
            found.add(path)
    return found


def test_a_source_may_ask_search_engines_to_leave_its_statement_out(folder: Path) -> None:
    watch = folder / "snapshots" / "watch.toml"
    watch.write_text(watch.read_text() + "noindex = true\n")
    write(folder, "based", "--base", BASE)
    asking = '<meta name="robots" content="noindex">'
    asked = {path for path, (*_, text) in files_in(folder / "based").items() if asking.encode() in text}
    listed = (folder / "based" / "sitemap.xml").read_text()
    for path in (
        "statements/XAA/UNGA/78.html",
        "compare/XAA/UNGA/77..78.html",
        "compare/XAA/UNGA/78..79.html",
    ):
        assert path in asked
        assert path not in listed
    assert "statements/XAA/UNGA/77.html" in listed
    assert "statements/XAA/UNGA/77.html" not in asked


def test_a_folder_of_somebody_else_stays_as_it_is(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "thesis.txt").write_text("mine")
    ran = run_tracker(folder, "site", "own")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "not empty and was not made by tracker site" in ran.err
    assert list(files_in(folder / "own")) == ["thesis.txt"]


def test_what_somebody_changed_is_named_and_nothing_is_written(folder: Path) -> None:
    page = folder / "out" / "statements" / "XAA" / "UNGA" / "77.html"
    page.write_text("mine")
    (folder / "77.txt").write_text("Another text about corruption and courts. " * 20)
    assert run_tracker(folder, "add", "77.txt", "--as", "XAA/UNGA/77~prepared.en").code == 0
    before = files_in(folder / "out")
    ran = run_tracker(folder, "site", "out")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "1 file not as tracker left it: statements/XAA/UNGA/77.html" in ran.err
    assert files_in(folder / "out") == before
    page.unlink()
    write(folder, "out")
    assert "Another text" in page.read_text()
    after = files_in(folder / "out")
    touched = {path for path in before if after.get(path) != before[path]} - {MANIFEST_NAME}
    assert [path for path in touched if after[path][2] == before[path][2]] == []
    assert [path for path in touched if re.match("statements/XAA/UNGA/79|compare/.*/78[.]", path)] == []


@pytest.mark.parametrize("is_link", some(1, [True, False]))
def test_a_file_in_the_place_of_a_new_page_stays(folder: Path, *, is_link: bool) -> None:
    own = folder / "own.txt"
    own.write_text("mine")
    place = folder / "out" / "statements" / "XAA" / "UNGA" / "80.html"
    place.symlink_to(own) if is_link else place.write_text("mine")
    (folder / "80.txt").write_text("A text about corruption and courts. " * 20)
    assert run_tracker(folder, "add", "80.txt", "--as", "XAA/UNGA/80~prepared.en").code == 0
    ran = run_tracker(folder, "site", "out")
    assert (ran.code, ran.err.splitlines()[-1].count("statements/XAA/UNGA/80.html")) == (2, 1)
    assert own.read_text() == place.read_text() == "mine"


def test_nothing_outside_the_folder_is_written_or_removed(folder: Path) -> None:
    manifest = folder / "out" / MANIFEST_NAME
    for named in ("../victim.txt", "/etc/passwd", "a/../../victim.txt"):
        before = manifest.read_text()
        line = {"path": named, "rests_on": "", "sha256": "0" * 64}
        manifest.write_text(f"{before}{json.dumps(line)}\n")
        (folder / "victim.txt").write_text("mine")
        ran = run_tracker(folder, "site", "out")
        assert (ran.code, "is damaged" in ran.err) == (2, True)
        assert (folder / "victim.txt").read_text() == "mine"
        manifest.write_text(before)
    elsewhere = folder / "elsewhere"
    (folder / "out" / "topics").rename(elsewhere)
    (folder / "out" / "topics").symlink_to(elsewhere)
    ran = run_tracker(folder, "site", "out")
    assert (ran.code, "leads out of" in ran.err) == (2, True)


def test_what_is_no_longer_is_removed_and_all_else_stays(folder: Path) -> None:
    (folder / "out" / "CNAME").write_text("example.org")
    assert (folder / "out" / "compare/XAA/UNGA/78..79.html").is_file()
    closed.close(folder, "restricted")
    write(folder, "out")
    assert not (folder / "out" / "compare/XAA/UNGA/78..79.html").exists()
    assert (folder / "out" / "compare/XAA/UNGA/77..79.html").is_file()
    assert (folder / "out" / "CNAME").read_text() == "example.org"


@long
def test_a_killed_run_is_gone_on_with(folder: Path) -> None:
    process = subprocess.Popen([*COMMAND, "site", "again"], cwd=folder, stderr=subprocess.DEVNULL)
    out = folder / "again"
    while len(list(out.glob("topics/*"))) < 20:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = files_in(out / "topics")
    assert not (out / "404.html").exists()
    write(folder, "again")
    write(folder, "out")
    made = {path: text for path, (*_, text) in files_in(folder / "out").items()}
    assert {path: text for path, (*_, text) in files_in(out).items()} == made
    again = files_in(out / "topics")
    assert all(again[path] == kept[path] for path in kept if not path.startswith("."))


@pytest.mark.parametrize("jobs", [1, 3])
@long
def test_however_many_processes_make_pages_they_are_the_same(folder: Path, jobs: int) -> None:
    # What was computed is not believed in a copy of an archive, so that all is computed again.
    built = build_site(folder / "snapshots", folder / "again", None, _show_nothing, jobs)
    assert (built.failed, built.files) == ((), built.written)
    assert read_all(folder / "again") == read_all(folder / "out")


@contextmanager
def _show_nothing(_what: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def read_all(out: Path) -> dict[str, bytes]:
    """Return the bytes of all pages, whenever each was written."""
    return {path: data for path, (*_, data) in files_in(out).items() if path != MANIFEST_NAME}


@contextmanager
def writing(folder: Path, least: int) -> Iterator[subprocess.Popen[str]]:
    """Yield the command while it makes pages, after the first few."""
    out = folder / "again"
    process = subprocess.Popen([*COMMAND, "site", "again"], cwd=folder, stderr=subprocess.PIPE, text=True)
    while len(list(out.glob("topics/*"))) < least:
        assert process.poll() is None
        time.sleep(0.01)
    yield process


@long
def test_a_process_that_is_killed_loses_no_page(folder: Path) -> None:
    with writing(folder, 5) as process:
        os.kill(list_children(process.pid)[-1], signal.SIGKILL)
        _, told = process.communicate(timeout=300)
    assert (process.returncode, told) == (0, "")
    assert read_all(folder / "again") == read_all(folder / "out")


@long
def test_an_interrupt_ends_all_processes_and_is_gone_on_after(folder: Path) -> None:
    with writing(folder, 5) as process:
        children = list_children(process.pid)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in told) == (130, False)
    wait_until_gone(children)
    write(folder, "again")
    assert read_all(folder / "again") == read_all(folder / "out")


@pytest.mark.parametrize(
    "base", ["ftp://a.org", "example.org", 'https://a.org/"><script>', "https://a.org/?q=1"]
)
def test_what_is_no_address_is_refused(folder: Path, base: str) -> None:
    ran = run_tracker(folder, "site", "pages", "--base", base)
    assert (ran.code, ran.err.startswith("tracker: --base")) == (2, True)
    assert not (folder / "pages").exists()


@pytest.mark.parametrize("out", ["snapshots", "snapshots/pages", "."])
def test_pages_and_archive_stay_apart(folder: Path, out: str) -> None:
    before = files_in(folder)
    ran = run_tracker(folder, "site", out)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert files_in(folder) == before


def test_what_people_decide_is_told_by_every_page_that_tells_of_it(tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "demo", "--keep", "snapshots").code == 0
    write(tmp_path, "out")
    for statement, topic, level in (
        ("XAA/CCPCJ/33", "corruption", "absent"),
        ("XAA/CCPCJ/32", "terrorism", "declared"),
    ):
        words = ("judge", statement, "--topic", topic, "--level", level, "--by", "Ana")
        assert run_tracker(tmp_path, *words).code == 0
    write(tmp_path, "out")
    (tmp_path / "anew").mkdir()
    shutil.copy(tmp_path / "snapshots" / "tracker.db", tmp_path / "anew")
    assert run_tracker(tmp_path, "--archive", "anew", "site", "again").code == 0
    assert read_all(tmp_path / "out") == read_all(tmp_path / "again")
