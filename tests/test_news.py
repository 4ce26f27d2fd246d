from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.nights import (
    DAYS,
    Page,
    accept_all,
    make_archive,
    run_night,
    running_site,
    source,
    watch,
    write_speech,
)
from tests.running import COMMAND, ROOT
from tests.test_heartbeat import listening
from tests.thorough import long
from tracker.capture.web.pacing import Clock
from tracker.model.watching import Admission
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.report.answers.ledger import health_json, render_health
from tracker.report.answers.news import headline, news_fields, render_news, write_message
from tracker.watch.health import assess_health
from tracker.watch.news import gather_news
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.model.health import News
    from tracker.model.watching import Arrival, History


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Serve two statements that an archive watches."""
    with running_site() as running:
        running.say("/79", "We intend to build a bridge.")
        running.say("/80", number=80)
        tables = source("gbr-79", "GBR/UNGA/79~prepared.en", running.url("/79"))
        tables += source("gbr-80", "GBR/UNGA/80~prepared.en", running.url("/80"))
        make_archive(tmp_path / "snapshots", tables, running.port)
        yield running


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    assert site.pages
    return tmp_path / "snapshots"


def tell(folder: Path, day: str) -> list[tuple[str, str, str]]:
    """Run a night, and return what is told of it: kind, severity and source."""
    night = run_night(folder, day)
    return brief(gather_news(folder, night.run.id))


def brief(news: tuple[News, ...]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.severity, each.check.source) for each in news]


def test_a_silent_edit_is_told_with_country_session_and_the_words(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.say("/79", "We will build a bridge. It will be long.")
    night = run_night(folder, DAYS[1])
    news = gather_news(folder, night.run.id)
    assert brief(news) == [("changed silently", "warning", "gbr-79")]
    told = render_news(news, width=80)
    assert told.splitlines() == [
        "warning: United Kingdom, UNGA 79 (2024): changed silently, 365 → 368 words;",
        "  sentences: 1 reworded, 1 new (gbr-79)",
        "    We [-intend to-]{+will+} build a bridge.",
        "    {+It will be long.+}",
        "  tracker diff GBR/UNGA/79~prepared.en@1 GBR/UNGA/79~prepared.en@2",
    ]
    fields = json.loads(json.dumps(news_fields(news[0])))
    assert (fields["country"], fields["body"], fields["session"]) == ("GBR", "UNGA", "79")
    assert fields["observed"] == f"{DAYS[1]}T02:30:00Z"
    assert fields["revision"]["sentences"] == {"reworded": 1, "new": 1}
    assert fields["revision"]["first"][0] == "We [-intend to-]{+will+} build a bridge."
    run_night(folder, DAYS[2])
    health = assess_health(folder, f"{DAYS[2]}T08:00:00Z", 2)
    shown = render_health(health).splitlines()
    start = shown.index(f"The night of {DAYS[1]}:")
    assert shown[start + 1 : start + 6] == told.splitlines()
    assert shown.index(f"The night of {DAYS[0]}:") > start
    assert json.loads(health_json(health))["news"][0] == fields
    later = assess_health(folder, f"{DAYS[9]}T08:00:00Z", 2)
    assert later.news == ()


def test_the_first_three_sentences_that_changed_are_quoted(folder: Path, site: Site) -> None:
    parts = (
        "We will build a bridge.",
        "We will plant a forest.",
        "We will open a school.",
        "We will dig a well.",
    )
    run_night(folder, DAYS[0])
    site.say("/79", " ".join(parts))
    run_night(folder, DAYS[1])
    site.say("/79", " ".join(part.replace("will", "may") for part in parts))
    night = run_night(folder, DAYS[2])
    (told,) = gather_news(folder, night.run.id)
    assert [line for line in render_news([told], width=80).splitlines() if "may" in line] == [
        f"    We [-will-]{{+may+}} {rest}"
        for rest in ("build a bridge.", "plant a forest.", "open a school.")
    ]


@pytest.mark.parametrize(
    ("order", "more", "said"),
    [
        ((0, 2, 3, 4, 1), "", "6 moved"),
        ((0, 2, 1, 3, 4), "", "6 moved"),
        ((0, 2, 3, 4, 1), "We will build a bridge.", "1 new, 6 moved"),
    ],
)
def test_what_only_moved_is_told_as_moved_and_quoted_last(
    folder: Path, site: Site, order: tuple[int, ...], more: str, said: str
) -> None:
    """Of two paragraphs that changed places one moved."""
    run_night(folder, DAYS[0])
    assert isinstance(site.pages["/80"].body, str)
    parts = site.pages["/80"].body.split("\n\n")
    site.pages["/80"] = Page("\n\n".join([*(parts[at] for at in order), more, *parts[5:]]))
    night = run_night(folder, DAYS[1])
    (told,) = gather_news(folder, night.run.id)
    assert headline(told).endswith(f"; sentences: {said}")
    fields = json.loads(json.dumps(news_fields(told)))["revision"]
    assert fields["sentences"]["moved"] == 6
    assert "kept" not in fields["sentences"]
    assert more in fields["first"][0]


def test_a_move_is_told_with_the_change_of_the_same_night(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.say("/new", "Corrigendum. We will build a bridge.")
    site.pages["/79"] = Page("", 301, {"Location": "/new"})
    site.pages["/80"] = Page("", 301, {"Location": "/other"})
    site.say("/other", number=80)
    night = run_night(folder, DAYS[1])
    told = render_news(gather_news(folder, night.run.id), width=200).splitlines()
    assert told[0].startswith("note: United Kingdom, UNGA 79 (2024): changed, 365 → ")
    assert f"  announced: 'corrigendum'; now at {site.url('/new')}" in told
    assert "note: United Kingdom, UNGA 80 (2025): moved, permanent redirect (gbr-80)" in told
    with open_reader(folder) as reader:
        *_, last = reader.log(parse_reference("GBR/UNGA/79"))
    assert last.source == site.url("/new")


def test_the_first_text_of_another_source_is_no_silent_edit(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.say("/un", "We intend to build two bridges.")
    tables = source("gbr-79", "GBR/UNGA/79~prepared.en", site.url("/79"))
    watch(folder, tables + source("un-79", "GBR/UNGA/79~prepared.en", site.url("/un")), site.port)
    assert tell(folder, DAYS[1]) == [("reads otherwise", "note", "un-79")]
    assert tell(folder, DAYS[2]) == []
    site.say("/un", "We intend to build three bridges.")
    assert tell(folder, DAYS[3]) == [("changed silently", "warning", "un-79")]


def test_of_many_notes_the_first_are_told_and_every_warning(folder: Path, site: Site) -> None:
    tables = ""
    for number in range(40, 64):
        site.say(f"/s/{number}", number=number)
        tables += source(f"fra-{number}", f"FRA/UNGA/{number}~prepared.en", site.url(f"/s/{number}"))
    watch(folder, tables + source("usa", "USA/UNGA/79~prepared.en", site.url("/nothing")), site.port)
    told = render_news(gather_news(folder, run_night(folder, DAYS[0]).run.id)).splitlines()
    assert told[0] == "warning: United States, UNGA 79 (2024): unreachable, http 404 (usa)"
    assert sum(each.startswith("note: France, UNGA ") for each in told) == 20
    assert told[-1] == "and 4 new; see: tracker status --runs"


def test_a_failure_is_told_once_and_so_is_its_end(folder: Path, site: Site) -> None:
    assert tell(folder, DAYS[0]) == [("new", "note", "gbr-79"), ("new", "note", "gbr-80")]
    down = Page("", 503)
    site.pages["/79"] = down
    site.pages["/80"] = Page("", 404)
    assert tell(folder, DAYS[1]) == [("unreachable", "note", "gbr-79"), ("unreachable", "note", "gbr-80")]
    assert tell(folder, DAYS[2]) == []
    assert tell(folder, DAYS[3]) == [("gone", "warning", "gbr-80")]
    site.pages["/80"] = down
    assert tell(folder, DAYS[4]) == []
    site.pages["/80"] = Page("", 404)
    assert tell(folder, DAYS[5]) == []
    site.say("/79", "We intend to build a bridge.")
    site.say("/80", number=80)
    assert tell(folder, DAYS[6]) == [("came back", "note", "gbr-80"), ("well again", "note", "gbr-79")]
    assert tell(folder, DAYS[7]) == []


def test_an_index_that_is_no_index_any_more_is_told_though_it_was_down_before(
    folder: Path, site: Site
) -> None:
    table = f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "/8(?P<session>0)"\n'
    watch(folder, f'{table}reference = "GBR/UNGA/8{{session}}~prepared.en"\n', site.port)
    told = []
    broken = Page("%PDF-1.7 no page", headers={"Content-Type": "application/pdf"})
    for day, page in zip(DAYS, [Page("<a href='/80'>80</a>"), Page("", 503), broken, broken], strict=False):
        site.pages["/list"] = page
        told.append([each for each in tell(folder, day) if each[2] == "list"])
    assert told == [[], [("unreachable", "note", "list")], [("unreachable", "warning", "list")], []]
    concern = next(each for each in assess_health(folder, f"{DAYS[3]}T08:00:00Z", 2).concerns)
    assert str(concern.reference) == "GBR/UNGA"
    assert "if for good" not in concern.detail


def test_a_host_that_is_down_is_told_once_and_everything_down_is_a_warning(folder: Path) -> None:
    tables = [
        source(f"fra-{number}", f"FRA/UNGA/{number}~prepared.en", f"http://127.0.0.1:1/{number}")
        for number in (78, 79, 80)
    ]
    watch(folder, "".join(tables), 1)
    night = run_night(folder, DAYS[0])
    news = gather_news(folder, night.run.id)
    assert {each.severity for each in news} == {"warning"}
    assert render_news(news) == "warning: 127.0.0.1:1: unreachable, refused, 3 sources\n"
    assert [each.check.detail for each in news] == ["connection refused"] * 3
    run_night(folder, DAYS[1])
    health = assess_health(folder, f"{DAYS[1]}T08:00:00Z", 2)
    assert [(each.subject, each.detail) for each in health.concerns] == [
        ("127.0.0.1:1", "3 sources, the last: unreachable: refused")
    ]


def test_a_cause_that_stays_is_told_once_though_the_text_changes_again(folder: Path, site: Site) -> None:
    told = []
    for number, day in enumerate(DAYS[:4]):
        site.say("/79", f"Printed on day {number}.")
        run = run_night(folder, day).run.id
        if number > 1:
            with closing(sqlite3.connect(folder / "tracker.db")) as record:
                named = (
                    "UPDATE outcomes SET cause = 'changes every night' WHERE announced NOT NULL AND run = ?"
                )
                record.execute(named, [run])
                record.commit()
        told.append(brief(gather_news(folder, run)))
    changed = [("changed silently", "warning", "gbr-79")]
    assert told[1:] == [changed, changed, []]


def test_what_was_never_captured_may_be_a_wrong_address(folder: Path, site: Site) -> None:
    site.pages["/80"] = Page("", 404)
    assert tell(folder, DAYS[0]) == [("unreachable", "warning", "gbr-80"), ("new", "note", "gbr-79")]
    assert tell(folder, DAYS[1]) == []


def refuse(_arrival: Arrival, _history: History) -> Admission:
    return Admission(accepted=False, cause="login", detail="a form asks for a password")


def test_each_document_that_waits_is_told_once(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    told = []
    for page in ("a", "a", "b", "b"):
        site.pages["/79"] = Page(f"Please log in to page {page}.")
        told.append(brief(gather_news(folder, snapshot(folder, ("gbr-79",), refuse).run.id)))
    assert told == [[("quarantined", "warning", "gbr-79")], []] * 2


def test_what_an_interrupted_night_found_is_told_by_the_next(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.say("/79", "We will build a bridge.")
    site.pages["/80"] = Page("", 503)

    def stop(_check: object, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    instant = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    clock = Clock(lambda: instant, lambda: 0.0, lambda _seconds: None)
    with pytest.raises(KeyboardInterrupt):
        snapshot(folder, (), accept_all, clock=clock, progress=stop)
    assert query(folder, "SELECT status FROM runs ORDER BY id DESC LIMIT 1") == [("interrupted",)]
    told = tell(folder, DAYS[2])
    assert told == [("changed silently", "warning", "gbr-79"), ("unreachable", "note", "gbr-80")]
    assert tell(folder, DAYS[3]) == []


def test_nothing_of_a_closed_draft_is_quoted_when_an_open_page_follows_it(folder: Path, site: Site) -> None:
    site.say("/draft", "We intend to build a bridge. The secret tunnel comes first.")
    draft = source("draft", "GBR/UNGA/79~prepared.en", site.url("/draft"), 'access = "restricted"')
    watch(folder, draft, site.port)
    snapshot(folder, (), accept_all)
    watch(folder, draft + source("gbr-79", "GBR/UNGA/79~prepared.en", site.url("/79")), site.port)
    night = snapshot(folder, ("gbr-79",), accept_all)
    news = gather_news(folder, night.run.id)
    told, message = render_news(news), write_message(news)
    assert "GBR/UNGA/79~prepared.en@2" in message
    assert ("tunnel" in message, "tunnel" in told) == (False, True)


@pytest.mark.parametrize(("access", "is_quoted"), [("open", True), ("restricted", False)])
def test_what_a_schedule_runs_prints_a_silent_edit_and_nothing_of_a_calm_night(
    folder: Path, site: Site, tracker: Callable[..., Ran], access: str, *, is_quoted: bool
) -> None:
    tables = source("gbr-79", "GBR/UNGA/79~prepared.en", site.url("/79"), f'access = "{access}"')
    watch(folder, tables, site.port)
    for calm in range(2):
        ran = tracker("snapshot", "--quiet")
        assert (ran.code, ran.out, ran.err) == (0, "", ""), calm
    site.say("/79", "We will build a bridge.")
    ran = tracker("snapshot", "--quiet")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("warning: United Kingdom, UNGA 79 (2024): changed silently")
    assert ("We [-intend to-]{+will+} build a bridge." in ran.err) is is_quoted


@long
def test_the_line_of_the_page_sends_what_a_night_prints_and_nothing_of_a_calm_one(
    folder: Path, site: Site, tmp_path: Path
) -> None:
    page = (ROOT / "tracker" / "docs" / "nightly.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    (told=.*)$", page, flags=re.MULTILINE)
    line = line.replace("tracker snapshot", f"{shlex.join(COMMAND)} snapshot")
    with listening() as listener:
        asked = {"NTFY": f"http://127.0.0.1:{listener.port}/topic", "PYTHONPATH": str(ROOT)}

        def run() -> tuple[int, list[str]]:
            listener.heard.clear()
            code = subprocess.run(["sh", "-c", line], cwd=tmp_path, env={**os.environ, **asked}, check=False)
            return code.returncode, [body.decode() for _, _, body in listener.heard]

        assert run() == (0, [])
        site.say("/79", "We will build a bridge.")
        code, (message,) = run()
        assert code == 0
        assert message.startswith(
            "warning: United Kingdom, UNGA 79 (2024): changed silently, 365 → 364 words"
        )
        assert "We [-intend to-]{+will+} build a bridge." in message
        site.pages["/80"] = Page("", 404)
        assert run()[0] == 1
        (folder / "watch.toml").write_text("[sources.x]\nnonsense = 1\n", encoding="utf-8")
        code, (message,) = run()
        assert (code, "nonsense" in message) == (2, True)


def test_a_bug_ends_in_70_and_is_told(folder: Path, tmp_path: Path) -> None:
    with listening() as listener:
        beat = ("--heartbeat", f"http://127.0.0.1:{listener.port}/beat")
        ran = subprocess.run(
            [sys.executable, "-m", "tracker", "snapshot", *beat, "--summary", "night.json"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{write_bug(folder)}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert [path for _, path, _ in listener.heard] == ["/beat/fail"]
    assert (ran.returncode, "Traceback" in ran.stderr) == (70, True)
    told = json.loads((tmp_path / "night.json").read_text(encoding="utf-8"))
    assert (told["exit_code"], told["error"]) == (70, "ZeroDivisionError: a bug")


def write_bug(folder: Path) -> Path:
    """Return a folder from which Python, as it starts, puts a bug into the program."""
    place = folder.parent / "bug"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import tracker.watch.snapshot as module\n"
        "def snapshot(*_arguments, **_named):\n    raise ZeroDivisionError('a bug')\n"
        "module.snapshot = snapshot\n",
        encoding="utf-8",
    )
    return place


def test_a_hostile_address_is_printed_without_its_control_characters(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page(write_speech("\x1b[31mred"), headers={"ETag": '"\t"'})
    news = gather_news(folder, run_night(folder, DAYS[0]).run.id)
    assert all(headline(each).isprintable() for each in news)
