"""Web archives of others: which captures are taken, what is said of the rest, and what damage comes to."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.archives import count_record, query
from tests.here import runner
from tests.test_judgement import speech
from tests.thorough import some
from tests.warcs import PROFILE, URL, Made, pack_as_one, write_warc
from tracker.capture.warc.reading import open_warc, read_payload
from tracker.errors import WarcUnusable
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.running import Ran

ONE, TWO = speech(1), speech(1).replace("I thank you", "I thank you all")
STATEMENT = "XAA/UNGA/79"


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    run = runner(tmp_path, monkeypatch, capsys)
    assert run("init").code == 0
    return run


@pytest.fixture
def bring(tracker: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """Write records into a WARC and import it as one statement, or as arguments say."""

    def run(records: Sequence[Made], *arguments: str, packed: bool = True) -> Ran:
        write_warc(tmp_path / "crawl.warc.gz", records, packed=packed)
        return tracker("import", "crawl.warc.gz", *(arguments or ("--as", STATEMENT)))

    return run


def counts(ran: Ran) -> str:
    return ran.out.splitlines()[0].partition(": ")[2]


def kept(folder: Path) -> list[tuple[object, ...]]:
    return query(
        folder / "snapshots",
        "SELECT session, ordinal, observed, document FROM snapshots"
        " JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
        " ORDER BY snapshots.id",
    )


# What is taken -------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [True, False])
def test_captures_become_snapshots_of_their_dates_oldest_first(
    bring: Callable[..., Ran], tmp_path: Path, packed: bool
) -> None:
    later = Made(TWO, date="2024-09-26T10:00:00.5Z")
    ran = bring([later, Made(ONE), Made(ONE, date="2024-09-25T12:00:00+02:00")], packed=packed)
    assert (ran.code, ran.err) == (0, "")
    assert counts(ran) == "1 new, 1 changed, 1 unchanged, 0 known, 0 skipped"
    assert kept(tmp_path) == [
        ("79", 1, "2024-09-24T10:00:00Z", digest_bytes(ONE.encode())),
        ("79", 2, "2024-09-26T10:00:00Z", digest_bytes(TWO.encode())),
    ]
    assert query(tmp_path / "snapshots", "SELECT url, source FROM snapshots WHERE id = 2") == [
        (URL, f"crawl.warc.gz@{later.id}")
    ]
    assert query(tmp_path / "snapshots", "SELECT outcome, observed FROM outcomes ORDER BY id") == [
        ("new", "2024-09-24T10:00:00Z"),
        ("unchanged", "2024-09-25T10:00:00Z"),
        ("changed", "2024-09-26T10:00:00Z"),
    ]


@pytest.mark.parametrize(
    "name", some(1, ["urn:uuid:12345678-1234-1234-1234-123456789012", "urn:a:0123456789ab", "a"])
)
def test_what_was_imported_has_no_fault(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], name: str
) -> None:
    assert bring([Made(ONE, name=name)]).code == 0
    assert tracker("mirror", "update").code == 0
    ran = tracker("verify")
    assert ran.code == 0, ran.out


def test_again_and_from_another_file_nothing_is_new(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    records = [Made(ONE), Made(TWO, date="2024-09-26T10:00:00Z")]
    assert counts(bring(records)).startswith("1 new, 1 changed")
    rows = count_record(tmp_path / "snapshots")
    assert counts(bring(records)) == "0 new, 0 changed, 0 unchanged, 2 known, 0 skipped"
    same_moment = [Made(ONE, name="urn:test:other-crawler")]
    assert counts(bring(same_moment)) == "0 new, 0 changed, 0 unchanged, 1 known, 0 skipped"
    (tmp_path / "crawl.warc.gz").rename(tmp_path / "moved.warc.gz")
    ran = tracker("import", "moved.warc.gz", "--as", STATEMENT)
    assert "1 known" in ran.out
    assert count_record(tmp_path / "snapshots") == rows


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_older_capture_that_becomes_the_current_text_is_named(
    bring: Callable[..., Ran], *, dry_run: bool
) -> None:
    assert "older than" not in bring([Made(ONE, date="2024-09-26T10:00:00Z")]).out
    older = Made(TWO, date="2024-09-25T10:00:00Z")
    ran = bring([older], "--as", STATEMENT, *(["--dry-run"] if dry_run else []))
    assert counts(ran).startswith("0 new, 1 changed")
    (line,) = (line for line in ran.out.splitlines() if "older than" in line)
    assert (URL in line, "what was captured on 2024-09-26, and from now on the current text" in line) == (
        True,
        True,
    )


def test_bytes_that_are_held_and_were_replaced_do_not_become_current_again(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    bring([Made(ONE, date="2024-09-25T10:00:00Z"), Made(TWO, date="2024-09-27T10:00:00Z")])
    for day in ("24", "26"):
        ran = bring([Made(ONE, date=f"2024-09-{day}T10:00:00Z")])
        assert counts(ran) == "0 new, 0 changed, 0 unchanged, 1 known, 0 skipped"
    assert len(kept(tmp_path)) == 2
    assert counts(bring([Made(ONE, date="2024-09-28T10:00:00Z")])).startswith("0 new, 1 changed")


def test_a_dry_run_counts_what_is_unchanged(bring: Callable[..., Ran]) -> None:
    later = Made(ONE, date="2024-10-01T00:00:00Z")
    ran = bring([Made(ONE), later], "--as", STATEMENT, "--dry-run")
    counts, *listed = ran.out.splitlines()
    assert ", 1 unchanged, " in counts
    assert [each.split()[0] for each in listed] == ["new"]


def test_a_dry_run_lists_and_writes_nothing(bring: Callable[..., Ran], tmp_path: Path) -> None:
    rows = count_record(tmp_path / "snapshots")
    ran = bring([Made(ONE), Made(status="404 Not Found")], "--as", STATEMENT, "--dry-run")
    assert ran.out.splitlines() == [
        "1 capture: 1 new, 0 changed, 0 unchanged, 0 known, 0 skipped",
        f"new XAA/UNGA/79 2024-09-24T10:00:00Z {URL} at byte 0",
        "ignored: 1 record with status 404",
    ]
    assert count_record(tmp_path / "snapshots") == rows


def test_the_exchange_is_kept_and_what_lets_somebody_in_is_not(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    response = Made(ONE, headers=(("Content-Type", "text/plain"), ("Set-Cookie", "id=7"), ("ETag", '"a"')))
    request = Made(
        type="request",
        headers=(("Host", "example.org"), ("Cookie", "id=7")),
        fields={"WARC-Concurrent-To": f"<{response.id}>"},
    )
    assert bring([request, response]).code == 0
    ((sent, status, headers),) = query(
        tmp_path / "snapshots", "SELECT request_headers, status, headers FROM exchanges"
    )
    assert json.loads(sent) == [["Host", "example.org"], ["Cookie", "(redacted)"]]
    assert (status, dict(json.loads(headers))["Set-Cookie"]) == (200, "(redacted)")
    assert dict(json.loads(headers))["ETag"] == '"a"'


PASSED = [
    Made(status="301 Moved", headers=(("Location", "/x"),)),
    Made(b"\x89PNG", headers=(("Content-Type", "image/png"),)),
    Made("p {}", headers=(("Content-Type", "text/css; charset=utf-8"),)),
    Made("{}", headers=(("Content-Type", "application/json"),)),
    Made(ONE, url="https://example.org/80"),
    Made(ONE, url="ftp://example.org/79"),
    Made(ONE, type="conversion", fields={"Content-Type": "text/plain"}),
    Made(ONE, fields={"WARC-Truncated": "length"}),
    Made(ONE, type="revisit", fields={"WARC-Profile": "https://example.org/of-our-own"}),
]


def test_all_else_is_passed_over_with_the_reason(bring: Callable[..., Ran], tmp_path: Path) -> None:
    ran = bring(PASSED, "--as", STATEMENT, "--url", URL, "--url", "ftp:*")
    assert (ran.code, counts(ran)) == (0, "0 new, 0 changed, 0 unchanged, 0 known, 0 skipped")
    assert ran.out.splitlines()[1:] == [
        f"ignored: 1 record {why}"
        for why in (
            "cut short when they were captured",
            "of an address that is neither http nor file",
            "of another address",
            "of type application/json",
            "of type conversion",
            "of type image/png",
            "of type text/css",
            "that revisit in an unknown way",
            "with status 301",
        )
    ]
    assert kept(tmp_path) == []


def test_what_was_withdrawn_does_not_come_back(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    assert bring([Made(ONE)]).code == 0
    ran = tracker("withdraw", STATEMENT, "--reason", "names a witness", "--authority", "District Court")
    assert ran.code == 0, ran.err
    again = bring([Made(ONE, date="2025-01-01T00:00:00Z"), Made(TWO, date="2025-01-02T00:00:00Z")])
    assert (again.code, counts(again)) == (1, "0 new, 0 changed, 0 unchanged, 0 known, 2 skipped")
    assert again.out.count("by authority of District Court: names a witness") == 2
    assert len(kept(tmp_path)) == 1


# Whose they are ------------------------------------------------------------------------------------

SITE = "https://example.org"


@pytest.mark.parametrize(
    ("url", "arguments", "sessions"),
    [
        (f"{SITE}/en/79/xaa.pdf", ("--as", "XAA/UNGA", "--session-from", "url"), ["79"]),
        (f"{SITE}/ga-78th-session/xaa", ("--as", "XAA/UNGA", "--session-from", "url"), ["78"]),
        (f"{SITE}/speech?session=79", ("--as", "XAA/UNGA", "--session-from", "url"), ["79"]),
        (f"{SITE}/speech", ("--as", "XAA/UNGA", "--session-from", "date"), ["79"]),
        (f"{SITE}/xaa_ccpcj31", ("--regex", r"(?P<country>xaa)_(?P<body>ccpcj)(?P<session>\d+)"), ["31"]),
        (f"{SITE}/79/2024-09", ("--as", "XAA/UNGA", "--regex", r"/(?P<session>\d+)/(?P<date>.+)$"), ["79"]),
        (f"{SITE}/about", ("--as", "XAA/UNGA", "--session-from", "url"), []),
        (f"{SITE}/about", ("--as", "XAA/UNGA", "--regex", "/([0-9]+)?$"), []),
        (f"{SITE}/79/80", ("--as", "XAA/UNGA", "--session-from", "url"), []),
        (f"{SITE}/79", (), []),
    ],
)  # fmt: skip
def test_the_session_is_told_as_the_user_says(
    bring: Callable[..., Ran], tmp_path: Path, url: str, arguments: tuple[str, ...], sessions: list[str]
) -> None:
    ran = bring([Made(speech(1), url=url)], *(arguments or ("--unjudged",)), "--unjudged")
    assert ran.err == ""
    assert [row[0] for row in kept(tmp_path)] == sessions, ran.out
    assert ran.code == ("matches several sessions" in ran.out)


def test_a_date_in_the_address_is_declared_once_and_amends_nothing(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    rule = ("--regex", r"/(?P<session>\d+)/(?P<date>[\d-]+)$")
    records = [
        Made(ONE, url=f"{SITE}/79/2024-09-24"),
        Made(TWO, url=f"{SITE}/79/2024-09-25", date="2024-09-27T00:00:00Z"),
    ]
    assert bring(records, "--as", "XAA/UNGA", *rule).code == 0
    assert query(tmp_path / "snapshots", "SELECT delivered FROM statements") == [("2024-09-24",)]
    assert query(tmp_path / "snapshots", "SELECT count(*) FROM amendments WHERE field = 'delivered'") == [
        (0,)
    ]


def page_of(text: str) -> str:
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    body = f"<div>Share this</div><article>{paragraphs}</article>"
    return f"<html><head><title>79</title></head><body>{body}</body></html>"


TO = "https://xaa.example.org/en/statement?of=81"
WATCHED = r"""
[sources.gbr]
kind = "index"
url = "https://gbr.example.org/speeches"
links = 'gbr\.example\.org/(?P<body>unga|ccpcj)/(?P<session>\d+)$'
reference = "GBR/{body}/{session}~prepared.en"
selector = "article"
[sources.fra]
kind = "index"
url = "https://fra.example.org/feed"
links = 'fra\.example\.org/(?P<session>\d+)'
reference = "FRA/UNGA/{session}"
language = "en"
[sources.all]
kind = "index"
url = "https://all.example.org/"
links = '/(?P<country>[a-z]{3})/(?P<session>\d+)/both'
reference = "{country}/UNGA/{session}"
[sources.other]
kind = "index"
url = "https://other.example.org/"
links = 'both'
reference = "DEU/UNGA/79"
[sources.xaa]
url = "http://xaa.example.org/79#text"
reference = "XAA/UNGA/79"
[sources.closed]
url = "https://xaa.example.org/80"
reference = "XAA/UNGA/80"
access = "restricted"
[sources.moved]
url = "http://xaa.example.org/81"
reference = "XAA/UNGA/81"
[sources.later]
url = "https://xaa.example.org/78"
reference = "XAA/UNGA/78"
valid_from = "2025-01-01"
"""


def test_a_crawl_of_many_countries_is_sorted_by_the_watch_list(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "snapshots" / "watch.toml").write_text(WATCHED, encoding="utf-8")
    html = (("Content-Type", "text/html"),)
    records = [
        Made(page_of(speech(1)), url="https://gbr.example.org/unga/79", headers=html),
        Made(page_of(speech(2)), url="https://gbr.example.org/ccpcj/33", headers=html),
        Made(speech(3), url="https://fra.example.org/79"),
        Made(speech(4), url="https://xaa.example.org/79"),
        Made(speech(5), url="https://xaa.example.org/80"),
        Made(speech(6), url="https://xaa.example.org/78"),
        Made(speech(7), url="https://all.example.org/ita/79/both"),
        Made(speech(8), url="https://xaa.example.org/en/statement?of=81"),
        Made(url="http://xaa.example.org/81", status="301 Moved", headers=(("Location", "/latest"),)),
        Made(url="http://xaa.example.org/latest", status="302 Found", headers=(("Location", TO),)),
        Made(url="https://xaa.example.org/loop", status="302 Found", headers=(("Location", "/loop"),)),
        Made(speech(9), url="https://xaa.example.org/loop"),
        Made(speech(8), url="https://gbr.example.org/about"),
        Made(LOGIN, url="https://fra.example.org/80", headers=html),
    ]
    ran = bring(records, "--watched", "--url", "*")
    assert (ran.code, counts(ran), ran.err) == (1, "5 new, 0 changed, 0 unchanged, 0 known, 3 skipped", "")
    assert "matches several sources: ITA/UNGA/79 (all:" in ran.out
    assert "its source closed is restricted, and what is imported is open; import it with --as" in ran.out
    assert "it seems to be no such statement: login" in ran.out
    assert "3 records whose address no source of the watch list has" in ran.out
    names = query(tmp_path / "snapshots", "SELECT country, body, session FROM statements ORDER BY id")
    assert sorted(names) == [
        ("FRA", "UNGA", "79"), ("GBR", "CCPCJ", "33"), ("GBR", "UNGA", "79"), ("XAA", "UNGA", "79"),
        ("XAA", "UNGA", "81"),
    ]  # fmt: skip
    assert "Share this" not in " ".join(
        text for (text,) in query(tmp_path / "snapshots", "SELECT text FROM versions")
    )
    assert counts(bring(records, "--watched")).startswith("0 new, 0 changed, 0 unchanged, 5 known")
    assert tracker("mirror", "update").code == 0
    assert tracker("verify").code == 0


def test_a_watch_list_and_another_rule_do_not_go_together(bring: Callable[..., Ran]) -> None:
    ran = bring([Made(ONE)], "--watched", "--as", STATEMENT)
    assert (ran.code, "leave out --as" in ran.err) == (2, True)
    ran = bring([Made(ONE)], "--watched")
    assert (ran.code, "there is no watch list" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "XAA/UNGA"), "--session-from with one of url, date, regex"),
        (("--as", "XAA/UNGA/79", "--session-from", "url"), "names a session already"),
        (("--as", "XAA/UNGA/79@2"), "remove the @"),
        (("--session-from", "date"), "needs the series"),
        (("--session-from", "regex"), "go together"),
        (("--regex", "("), "--regex '('"),
        (("--regex", "(?P<session>.)"), "(?P<country>...)"),
        (("--as", "XAA/UNGA/79"), f"2 addresses would feed one statement: {URL}, {SITE}/other"),
    ],
)  # fmt: skip
def test_a_rule_that_tells_too_little_is_refused(
    bring: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = bring([Made(ONE), Made(TWO, url=f"{SITE}/other", date="2024-09-25T00:00:00Z")], *arguments)
    assert (ran.code, ran.out, said in ran.err) == (2, "", True), ran.err
    assert kept(tmp_path) == []


# What is a statement -------------------------------------------------------------------------------

LOGIN = "<html><title>Sign in</title><body><h1>Sign in</h1><p>You must be logged in.</p></body></html>"


def test_a_login_page_is_skipped_unless_nobody_is_to_judge(bring: Callable[..., Ran], tmp_path: Path) -> None:
    html = (("Content-Type", "text/html"),)
    records = [Made(ONE), Made(LOGIN, headers=html, date="2024-09-25T10:00:00Z")]
    ran = bring(records)
    assert (ran.code, counts(ran)) == (1, "1 new, 0 changed, 0 unchanged, 0 known, 1 skipped")
    assert "it seems to be no such statement: login" in ran.out
    assert len(kept(tmp_path)) == 1
    assert counts(bring(records, "--as", STATEMENT, "--unjudged")).startswith("0 new, 1 changed")


def test_the_metadata_of_a_stranger_is_not_trusted(bring: Callable[..., Ran], tmp_path: Path) -> None:
    response = Made(ONE)
    for said in ({"tracker": 1, "reference": "XAA/UNGA"}, {"reference": "XAA/UNGA/79"}, [1], "{"):
        metadata = Made(
            said if isinstance(said, str) else json.dumps(said),
            type="metadata",
            fields={"Content-Type": "application/json", "WARC-Refers-To": f"<{response.id}>"},
        )
        ran = bring([response, metadata], "--dry-run")
        assert "1 new" not in ran.out
        assert ("names no session" in ran.out) or ("without metadata of a tracker export" in ran.out)
    assert kept(tmp_path) == []


# Revisits ------------------------------------------------------------------------------------------


def revisit(
    pointer: dict[str, str],
    kind: str = "identical-payload-digest",
    day: int = 25,
    status: str = "200 OK",
) -> Made:
    fields = {"WARC-Profile": PROFILE + kind, **pointer}
    return Made(type="revisit", date=f"2024-09-{day}T10:00:00Z", status=status, fields=fields)


FIRST = Made(ONE)
BY_ID = {"WARC-Refers-To": f"<{FIRST.id}>"}
BY_PLACE = {"WARC-Refers-To-Target-URI": URL, "WARC-Refers-To-Date": FIRST.date}
BY_DIGEST = {"WARC-Payload-Digest": f"sha256:{digest_bytes(ONE.encode())}"}


@pytest.mark.parametrize("pointer", [BY_ID, BY_PLACE])
@pytest.mark.parametrize(
    ("kind", "status"), [("identical-payload-digest", "200 OK"), ("server-not-modified", "304 Not Modified")]
)
@pytest.mark.parametrize("in_one_file", some(1, [True, False]))
def test_a_revisit_is_evidence_that_nothing_changed(
    bring: Callable[..., Ran],
    tmp_path: Path,
    pointer: dict[str, str],
    kind: str,
    status: str,
    in_one_file: bool,
) -> None:
    again = revisit(pointer, kind, status=status)
    if not in_one_file:
        assert counts(bring([FIRST])).startswith("1 new")
    ran = bring([again, FIRST] if in_one_file else [again])
    assert (ran.code, "1 unchanged" in ran.out) == (0, True), ran.out
    assert query(
        tmp_path / "snapshots",
        "SELECT outcome, observed, http_status, snapshot FROM outcomes ORDER BY observed",
    ) == [("new", FIRST.date, 200, 1), ("unchanged", again.date, int(status[:3]), 1)]
    assert len(kept(tmp_path)) == 1


def test_a_revisit_may_name_no_more_than_a_digest(bring: Callable[..., Ran]) -> None:
    named = Made(ONE, fields={"WARC-Payload-Digest": BY_DIGEST["WARC-Payload-Digest"]})
    assert counts(bring([named, revisit(BY_DIGEST)])).startswith("1 new, 0 changed, 1 unchanged")


def test_a_revisit_of_an_older_text_says_that_it_went_back(bring: Callable[..., Ran], tmp_path: Path) -> None:
    ran = bring([FIRST, Made(TWO, date="2024-09-25T10:00:00Z"), revisit(BY_ID, day=26)])
    assert counts(ran).startswith("1 new, 2 changed")
    assert [row[3] for row in kept(tmp_path)] == [digest_bytes(text.encode()) for text in (ONE, TWO, ONE)]


def test_a_revisit_of_what_is_not_here_says_what_is_missing(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = bring([revisit(BY_PLACE)])
    assert (ran.code, counts(ran)) == (1, "0 new, 0 changed, 0 unchanged, 0 known, 1 skipped")
    assert f"what it found again is not here: {URL} of 2024-09-24" in ran.out
    assert kept(tmp_path) == []


# Documents as they were sent -----------------------------------------------------------------------

DATA = ONE.encode()
PLAIN = ("Content-Type", "text/plain")


def chunk(data: bytes, size: int = 100) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


CHUNKED, GZIPPED = ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunk(DATA), (CHUNKED,)),
        (DATA, (CHUNKED,)),
        (gzip.compress(DATA, mtime=0), (GZIPPED,)),
        (DATA, (GZIPPED, ("Content-Length", "17"))),
        (chunk(gzip.compress(DATA, mtime=0)), (CHUNKED, GZIPPED)),
        (zlib.compress(DATA), (("Content-Encoding", "deflate"),)),
        (DATA, (("Content-Length", f"0{len(DATA)}"),)),
    ],
)
def test_a_body_is_unpacked_as_it_was_sent(
    bring: Callable[..., Ran], tmp_path: Path, body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    ran = bring([Made(body, headers=(PLAIN, *headers))])
    assert ran.code == 0, ran.out
    assert [row[3] for row in kept(tmp_path)] == [digest_bytes(DATA)]


@pytest.mark.parametrize("of", [DATA, chunk(DATA)])
def test_the_payload_digest_may_be_of_the_chunks_or_of_the_body(bring: Callable[..., Ran], of: bytes) -> None:
    digest = {"WARC-Payload-Digest": f"sha256:{digest_bytes(of)}"}
    assert bring([Made(chunk(DATA), headers=(PLAIN, CHUNKED), fields=digest)]).code == 0


BOMB = gzip.compress(bytes(40 * 1024 * 1024), mtime=0)


@pytest.mark.parametrize(
    ("record", "why"),
    some(9, [
        (Made(DATA, headers=(PLAIN, ("Content-Length", "9000"))), "wrong length: 9000 bytes were announced"),
        (Made(DATA, headers=(PLAIN, ("Content-Length", "9" * 5000))), "wrong length: 99999999999"),
        (Made(chunk(DATA)[:-40], headers=(PLAIN, CHUNKED)), "truncated: its chunks end before their end"),
        (Made(gzip.compress(DATA, mtime=0)[:-9], headers=(PLAIN, GZIPPED)), "truncated: the gzip data ends"),
        (Made(DATA, headers=(PLAIN, ("Content-Encoding", "br"))), "undecodable: Content-Encoding: br"),
        (Made(BOMB, headers=(PLAIN, GZIPPED)), "bomb:"),
        (Made(DATA, fields={"WARC-Payload-Digest": f"sha256:{'0' * 64}"}), "altered:"),
        (Made(DATA, fields={"WARC-Payload-Digest": f"sha1:{'A' * 32}"}), "altered:"),
        (Made(DATA, fields={"WARC-Segment-Number": "1"}), "truncated: the capture was cut short (segmented)"),
        (Made(DATA, date="September 2024"), "its WARC-Date is no instant"),
        (Made(DATA, date="2024-09-24"), "its WARC-Date is no instant"),
        (Made(b"%PDF-1.4 and no more"), "PDF"),
        (Made(b""), "the file is empty"),
    ]),
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_read_is_skipped_with_the_reason_and_the_rest_is_kept(
    bring: Callable[..., Ran], tmp_path: Path, record: Made, why: str
) -> None:
    ran = bring([record, Made(TWO, date="2024-09-30T10:00:00Z")])
    assert (ran.code, counts(ran)) == (1, "1 new, 0 changed, 0 unchanged, 0 known, 1 skipped"), ran.out
    (line,) = (line for line in ran.out.splitlines() if line.startswith("skipped"))
    assert why in line
    assert len(line) < 400
    assert [row[3] for row in kept(tmp_path)] == [digest_bytes(TWO.encode())]


@pytest.mark.parametrize("said", ["md5:", "shake_128:AA", "nonsense", "sha256:é", "sha1:zz", "crc32:1234"])
def test_a_payload_digest_that_nobody_can_read_is_read_over(said: str, tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc", [Made(DATA, fields={"WARC-Payload-Digest": said})], packed=False)
    with open_warc(path) as warc:
        (record, content), *_ = warc.records(lambda _record: True)
    assert read_payload(record, content) == DATA


# Damage --------------------------------------------------------------------------------------------

THREE = [Made(ONE), Made(TWO, date="2024-09-25T10:00:00Z"), Made(ONE, date="2024-09-26T10:00:00Z")]


def list_offsets(path: Path) -> list[int]:
    with open_warc(path) as warc:
        return [record.offset for record, _ in warc.records(lambda _record: True)]


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_is_cut_off_gives_nothing_and_names_the_place_and_what_helps(
    tracker: Callable[..., Ran], tmp_path: Path, packed: bool
) -> None:
    whole = write_warc(tmp_path / "whole.warc", THREE, packed=packed)
    offsets = list_offsets(whole)
    (tmp_path / "cut.warc").write_bytes(whole.read_bytes()[: offsets[2] + 700])
    rows = count_record(tmp_path / "snapshots")
    ran = tracker("import", "cut.warc", "--as", STATEMENT)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"the record at byte {offsets[2]:,}: it is cut off" in ran.err
    assert count_record(tmp_path / "snapshots") == rows
    remedy = re.search(r"head -c \d+ cut\.warc > PART", ran.err)
    assert remedy
    subprocess.run(["sh", "-c", remedy[0]], cwd=tmp_path, check=True)
    assert "1 new, 1 changed" in tracker("import", "PART", "--as", STATEMENT).out


@pytest.mark.parametrize("packed", [True, False])
def test_wherever_a_file_is_cut_it_is_noticed_or_ends_with_a_record(tmp_path: Path, packed: bool) -> None:
    whole = write_warc(tmp_path / "whole.warc", THREE, packed=packed)
    data, offsets = whole.read_bytes(), list_offsets(whole)
    cut = tmp_path / "cut.warc"
    for size in {*range(1, len(data), 23), *offsets[1:]}:
        cut.write_bytes(data[:size])
        found = []
        try:
            with open_warc(cut) as warc:
                found += [content for _, content in warc.records(lambda _record: True)]
        except WarcUnusable:
            assert size not in offsets
            continue
        # The blank lines after a record of a plain file belong to nobody.
        assert any(size - 4 <= offset <= size for offset in (*offsets, len(data))), size
        assert found == [record.body.encode() for record in THREE[: len(found)]]  # type: ignore[union-attr]


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_flipped_byte_in_a_packed_record_names_it_and_nothing_is_kept(
    tracker: Callable[..., Ran], tmp_path: Path, number: int
) -> None:
    path = write_warc(tmp_path / "a.warc", THREE)
    offsets = list_offsets(path)
    flip(path, offsets[number] + 900)
    ran = tracker("import", "a.warc", "--as", STATEMENT)
    assert (ran.code, ran.out) == (2, "")
    assert f"the record at byte {offsets[number]:,}:" in ran.err
    assert kept(tmp_path) == []


ALTERED = "altered: its bytes are not those of its WARC-Block-Digest"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_flipped_byte_in_a_record_whose_end_is_certain_loses_no_other(
    tracker: Callable[..., Ran], tmp_path: Path, number: int
) -> None:
    path = write_warc(tmp_path / "a.warc", THREE, packed=False)
    offsets = list_offsets(path)
    flip(path, offsets[number] + 900)
    ran = tracker("import", "a.warc", "--as", STATEMENT)
    assert (ran.code, counts(ran).endswith("1 skipped")) == (1, True)
    (line,) = (line for line in ran.out.splitlines() if line.startswith("skipped"))
    assert f"at byte {offsets[number]:,}" in line
    assert ALTERED in line
    assert query(tmp_path / "snapshots", "SELECT observed FROM outcomes ORDER BY observed") == [
        (made.date,) for at, made in enumerate(THREE) if at != number
    ]


def test_damage_in_a_record_that_is_no_capture_is_told(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    request = Made(
        type="request", headers=(("Host", "example.org"),), fields={"WARC-Concurrent-To": "<urn:a>"}
    )
    path = write_warc(tmp_path / "a.warc", [Made(ONE, name="urn:a"), request], packed=False)
    flip(path, path.read_bytes().index(b"Host"))
    ran = tracker("import", "a.warc", "--as", STATEMENT)
    assert (ran.code, counts(ran)) == (1, "1 new, 0 changed, 0 unchanged, 0 known, 0 skipped")
    assert "ignored: 1 record whose bytes are damaged" in ran.out
    assert query(tmp_path / "snapshots", "SELECT request_headers FROM exchanges") == [("[]",)]


@pytest.mark.parametrize("length", ["5", "900000", "-1", "1e3", "", "9" * 5000])
@pytest.mark.parametrize("packed", [True, False])
def test_a_wrong_length_of_a_record_is_damage(
    tracker: Callable[..., Ran], tmp_path: Path, length: str, packed: bool
) -> None:
    plain = write_warc(tmp_path / "plain.warc", THREE, packed=False)
    second = list_offsets(plain)[1]
    data = plain.read_bytes()
    spoilt = data[:second] + re.sub(
        rb"\r\nContent-Length: \d+", f"\r\nContent-Length: {length}".encode(), data[second:], count=1
    )
    spoilt = re.sub(rb"WARC-(Block|Payload)-Digest: .*\r\n", b"", spoilt)
    starts = [match.start() for match in re.finditer(rb"WARC/1.0\r\n", spoilt)]
    if packed:
        parts = [spoilt[start:end] for start, end in zip(starts, [*starts[1:], len(spoilt)], strict=True)]
        starts = [sum(len(gzip.compress(part, mtime=0)) for part in parts[:number]) for number in range(3)]
        spoilt = b"".join(gzip.compress(part, mtime=0) for part in parts)
    (tmp_path / "a.warc").write_bytes(spoilt)
    ran = tracker("import", "a.warc", "--as", STATEMENT)
    assert (ran.code, ran.out) == (2, "")
    assert f"the record at byte {starts[1]:,}:" in ran.err, ran.err
    assert kept(tmp_path) == []


def test_records_that_are_packed_as_one_come_with_the_remedy(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    pack_as_one(tmp_path / "one.warc.gz", THREE)
    ran = tracker("import", "one.warc.gz", "--as", STATEMENT)
    assert (ran.code, "warcio recompress FILE NEW" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no WARC"),
        (b"PK\x03\x04", "is no WARC"),
        (b"WARC/", "byte 0"),
        (b"\x1f\x8b", "byte 0: it is cut off"),
        (gzip.compress(b"no WARC at all", mtime=0), "byte 0"),
        (gzip.compress(gzip.compress(b"WARC/1.0\r\n", mtime=0), mtime=0), "byte 0"),
        (None, "No such file"),
    ],
)
def test_what_is_no_warc_is_refused(
    tracker: Callable[..., Ran], tmp_path: Path, data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / "a.warc").write_bytes(data)
    ran = tracker("import", "a.warc", "--as", STATEMENT)
    assert (ran.code, ran.out, ran.err.count("\n"), said in ran.err) == (2, "", 1, True), ran.err


# Hostile -------------------------------------------------------------------------------------------


def peak_of(run: Callable[[], Ran]) -> tuple[Ran, int]:
    tracemalloc.start()
    try:
        ran = run()
        return ran, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def head_of(length: int) -> bytes:
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:bomb>\r\n"
        b"WARC-Date: 2024-09-24T10:00:00Z\r\nWARC-Target-URI: https://example.org/79\r\n"
        b"Content-Length: %d\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" % length
    )


def squeeze(start: bytes, filling: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(
        [packer.compress(start), *(packer.compress(filling) for _ in range(times)), packer.flush()]
    )


MEGABYTE = bytes(1024 * 1024)


def test_a_bomb_among_the_records_is_stopped_before_it_costs_much(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    first = write_warc(tmp_path / "first.warc.gz", [Made(ONE)]).read_bytes()
    bomb = squeeze(head_of(300 * len(MEGABYTE)), MEGABYTE, 300)
    (tmp_path / "a.warc.gz").write_bytes(first + bomb)
    ran, peak = peak_of(lambda: tracker("import", "a.warc.gz", "--as", STATEMENT))
    assert (ran.code, ran.out) == (2, "")
    assert f"the record at byte {len(first):,}: " in ran.err
    assert "unpack to 268," in ran.err
    assert peak < 150 * len(MEGABYTE)
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    "filling", some(1, [b"A" * len(MEGABYTE), b"\r\n" * len(MEGABYTE), b"A: b\r\n" * 200_000])
)
def test_a_head_without_an_end_is_stopped(
    tracker: Callable[..., Ran], tmp_path: Path, filling: bytes
) -> None:
    first = write_warc(tmp_path / "first.warc.gz", [Made(ONE)]).read_bytes()
    (tmp_path / "a.warc.gz").write_bytes(first + squeeze(b"WARC/1.0\r\n", filling, 60))
    ran, peak = peak_of(lambda: tracker("import", "a.warc.gz", "--as", STATEMENT))
    assert (ran.code, "byte" in ran.err, ran.err.count("\n")) == (2, True, 1)
    assert peak < 50 * len(MEGABYTE)


def test_a_huge_record_is_read_over_in_pieces(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    huge = Made(MEGABYTE * 60, url=f"{SITE}/video", name="urn:test:huge")
    write_warc(tmp_path / "a.warc", [huge, Made(ONE)], packed=False)
    ran, peak = peak_of(lambda: tracker("import", "a.warc", "--as", STATEMENT, "--url", f"{SITE}/*"))
    assert peak < 30 * len(MEGABYTE)
    assert (ran.code, counts(ran)) == (1, "1 new, 0 changed, 0 unchanged, 0 known, 1 skipped")
    assert "too large: over 50 MB" in ran.out


@pytest.mark.parametrize(
    "url",
    [
        "file:///../../../etc/passwd",
        "https://example.org/../../snapshots/tracker.db",
        "https://example.org/%2e%2e/%00/a\u202etxt",
        "https://example.org/\x1b]0;owned\x07",
        "https://example.org/" + "a" * 100_000,
    ],
)
def test_an_address_is_a_name_and_no_path(bring: Callable[..., Ran], tmp_path: Path, url: str) -> None:
    before = {path for path in tmp_path.rglob("*") if "tracker.db" not in path.name}
    type_ = "resource" if url.startswith("file:") else "response"
    record = Made(
        ONE, url=url, type=type_, fields={"Content-Type": "text/plain"} if type_ == "resource" else {}
    )
    ran = bring([record])
    assert (ran.code, counts(ran)) == (0, "1 new, 0 changed, 0 unchanged, 0 known, 0 skipped")
    listed = bring([record], "--as", STATEMENT, "--dry-run")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", listed.out)
    assert len(listed.out) < 1000
    after = {path for path in tmp_path.rglob("*") if "tracker.db" not in path.name}
    assert after - before == {tmp_path / "crawl.warc.gz"}
    assert [row[3] for row in kept(tmp_path)] == [digest_bytes(DATA)]


@pytest.mark.parametrize("said", ["shake_128:AAAA", "sha1:zz", "md5:Ä", "nonsense"])
def test_a_block_digest_that_nobody_can_read_is_read_over(bring: Callable[..., Ran], said: str) -> None:
    ran = bring([Made(ONE, fields={"WARC-Block-Digest": said})])
    assert (ran.code, ran.err) == (0, "")
