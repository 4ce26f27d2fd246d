"""Exports as WARC: what they hold, that others read them, and that they come back as they were."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import count_record, query
from tests.conftest import run_tracker
from tests.here import runner
from tests.nights import Page, make_archive, run_night, source, watch, write_speech
from tests.warcs import by_type, read_whole
from tracker.capture.warc.reading import open_warc, read_payload, restore_headers
from tracker.exchange.warc_export import list_records
from tracker.inputs.extras import install_words
from tracker.model.ledger import Check
from tracker.model.preserving import Holding
from tracker.model.record import Declaration
from tracker.model.texts import Reference
from tracker.model.watching import Exchange
from tracker.record.reading.holdings import open_holdings
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

DAYS = [f"2026-03-{day:02d}" for day in range(1, 9)]
TWO = (
    "SELECT country, session, kind, language, ordinal, observed, document, delivered, speaker, url"
    " FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
    " ORDER BY country, session, ordinal"
)


def list_checks(archive: Path) -> list[tuple[object, ...]]:
    """Return what each check over the web came to, by address and time."""
    with open_holdings(archive, private=False) as holdings:
        found = [
            check for each in holdings.list(None)[0] for check in holdings.checks(each) if check.http_status
        ]
    told = [(c.url, c.observed, c.outcome, c.http_status, c.sha256, c.size) for c in found]
    return sorted(told, key=repr)


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    """Return an archive of two nightly sources over four nights, one of them behind a redirect."""
    site.say("/79", ETag='"a"')
    site.say("/80", number=3)
    site.pages["/old80"] = Page("", 301, {"Location": "/80"})
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    watched += source("xaa-80", "XAA/UNGA/80", site.url("/old80"))
    made = make_archive(tmp_path / "snapshots", watched, site.port)
    for day in DAYS[:2]:
        run_night(made, day)
    site.say("/79", "We add a sentence about rivers.", ETag='"b"')
    for day in DAYS[2:4]:
        run_night(made, day)
    return made


@pytest.fixture
def added(folder: Path, tracker: Callable[..., Ran]) -> Path:
    """Return that archive with a statement that came as a file."""
    (folder.parent / "speech.txt").write_text("Mr. President,\n\nMy country supports the Rivers Treaty.\n")
    ran = tracker(
        "add", "speech.txt", "--as", "XAA/CCPCJ/31", "--date", "2022-05-16", "--speaker", "Ana Réed",
        "--kind", "prepared", "--url", "https://example.org/é\u00a031.txt",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return folder


def export(tracker: Callable[..., Ran], *arguments: str | Path) -> Ran:
    ran = tracker("export", "warc", *arguments)
    assert ran.code == 0, ran.err
    return ran


# What an export holds ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.warc.gz", "out.warc"])
def test_an_export_is_read_whole_and_checked_by_the_tools_of_others(
    added: Path, tracker: Callable[..., Ran], name: str
) -> None:
    ran = export(tracker, name)
    out = added.parent / name
    records = read_whole(out)
    assert [fields["WARC-Type"] for fields, *_ in records].count("response") == 4
    assert all(fields["WARC-Block-Digest"].startswith("sha256:") for fields, *_ in records)
    assert "4 responses, 1 resource, 5 revisits" in ran.out
    assert digest_bytes(out.read_bytes()) in ran.out
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", name],
        cwd=added.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, "failed" in checked.stdout) == (0, False)
    assert checked.stdout.count("digest pass") == len(records) - 5, "all but the revisits"


def test_each_record_is_packed_by_itself_and_can_be_cut_out(added: Path, tracker: Callable[..., Ran]) -> None:
    export(tracker, "out.warc.gz")
    data = (added.parent / "out.warc.gz").read_bytes()
    with open_warc(added.parent / "out.warc.gz") as warc:
        offsets = [record.offset for record, _ in warc.records(lambda _record: False)]
    part = added.parent / "part.warc.gz"
    part.write_bytes(data[offsets[1] : offsets[2]])
    assert [fields["WARC-Type"] for fields, *_ in read_whole(part)] == ["resource"]


def read_fields(content: bytes) -> dict[str, Any]:
    """Return the fields of a metadata record."""
    lines = (line.partition(": ") for line in content.decode().splitlines())
    return {name: json.loads(value) for name, _, value in lines}


def test_a_response_holds_the_evidence_of_its_exchange(folder: Path, tracker: Callable[..., Ran]) -> None:
    export(tracker, "out.warc.gz", "XAA/UNGA/79")
    found = by_type(folder.parent / "out.warc.gz")
    (fields, head, content), *_ = found["response"]
    ((document, bytes_),) = query(
        folder,
        "SELECT sha256, sqlar_uncompress(bytes, size) FROM documents JOIN snapshots ON document = sha256"
        " WHERE url LIKE '%/79' AND ordinal = 1",
    )
    assert content == bytes_
    assert fields["WARC-Payload-Digest"] == f"sha256:{document}"
    assert fields["WARC-Date"] == "2026-03-01T02:30:00Z"
    assert (head.protocol, head.statusline) == ("HTTP/1.1", "200 OK")
    assert head.get_header("ETag") == '"a"'
    request, asked, _ = found["request"][0]
    assert request["WARC-Concurrent-To"] == fields["WARC-Record-ID"]
    assert (asked.protocol, asked.statusline) == ("GET", "/79 HTTP/1.1")
    assert asked.get_header("User-Agent") == "tracker/0.1.0"


def test_a_revisit_points_at_the_record_that_holds_the_bytes(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    export(tracker, "out.warc.gz")
    found = by_type(folder.parent / "out.warc.gz")
    originals = {fields["WARC-Record-ID"]: (fields, content) for fields, _, content in found["response"]}
    said = {fields["WARC-Refers-To"]: read_fields(content) for fields, _, content in found["metadata"]}
    profiles = []
    for fields, head, content in found["revisit"]:
        original, _ = originals[fields["WARC-Refers-To"]]
        assert fields["WARC-Refers-To-Target-URI"] == original["WARC-Target-URI"]
        assert fields["WARC-Refers-To-Date"] == original["WARC-Date"] < fields["WARC-Date"]
        assert content == b""
        assert fields["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
        profiles.append(fields["WARC-Profile"].rpartition("/")[2])
        answer = said[fields["WARC-Record-ID"]].get("answer", {})
        if "identical" not in fields["WARC-Profile"]:
            assert (fields["Content-Length"], answer["status"]) == ("0", 304)
            assert dict(answer["headers"])["ETag"] in {'"a"', '"b"'}
        elif answer:
            assert (fields["Content-Length"], answer["status"], answer["headers"]) == ("0", 200, [])
        else:
            assert (head.get_statuscode(), fields["WARC-Truncated"]) == ("200", "length")
    assert profiles == ["server-not-modified"] * 2 + ["identical-payload-digest"] * 3


def test_the_redirect_before_a_document_is_there_without_its_body(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    export(tracker, "out.warc.gz", "XAA/UNGA/80")
    (first, head, content), (second, *_) = by_type(folder.parent / "out.warc.gz")["response"]
    assert (head.get_statuscode(), head.get_header("Location"), content) == ("301", "/80", b"")
    assert "WARC-Payload-Digest" not in first
    assert first["WARC-Target-URI"].endswith("/old80")
    assert second["WARC-Target-URI"].endswith("/80")


def test_what_came_as_a_file_is_a_resource_with_what_was_declared(
    added: Path, tracker: Callable[..., Ran]
) -> None:
    export(tracker, "out.warc.gz", "XAA/CCPCJ")
    found = by_type(added.parent / "out.warc.gz")
    ((fields, head, content),) = found["resource"]
    assert (fields["WARC-Target-URI"], fields["Content-Type"], head) == (
        "file:///speech.txt", "text/plain", None,
    )  # fmt: skip
    assert content == (added.parent / "speech.txt").read_bytes()
    ((about, _, said),) = found["metadata"]
    assert about["WARC-Refers-To"] == fields["WARC-Record-ID"]
    told = read_fields(said)
    assert (told["reference"], told["delivered"], told["speaker"]) == (
        "XAA/CCPCJ/31~prepared.en@1", "2022-05-16", "Ana Réed",
    )  # fmt: skip
    assert told["document"]["sha256"] == digest_bytes(content)
    assert set(found) == {"warcinfo", "resource", "metadata"}


def test_other_bytes_with_the_same_text_are_a_revisit_of_our_own_kind(
    folder: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    came = write_speech("We add a sentence about rivers.").replace("\n\n", "\n\n\n")
    site.pages["/79"] = Page(came)
    run_night(folder, DAYS[4])
    export(tracker, "out.warc.gz", "XAA/UNGA/79")
    found = by_type(folder.parent / "out.warc.gz")
    *_, (fields, _, _) = found["revisit"]
    assert fields["WARC-Profile"] == "urn:x-tracker:revisit:same-text"
    assert (fields["Content-Length"], "WARC-Payload-Digest" in fields) == ("0", False)
    *_, (_, _, said) = found["metadata"]
    told = read_fields(said)
    assert (told["check"]["sha256"], told["answer"]["status"]) == (digest_bytes(came.encode()), 200)


def test_the_same_record_gives_the_same_bytes(added: Path, tracker: Callable[..., Ran]) -> None:
    for name in ("one.warc.gz", "two.warc.gz"):
        export(tracker, name)
    one, two = ((added.parent / name).read_bytes() for name in ("one.warc.gz", "two.warc.gz"))
    assert one == two
    names = [fields["WARC-Record-ID"] for fields, *_ in read_whole(added.parent / "one.warc.gz")]
    assert len(set(names)) == len(names)


HEADERS = (
    ("content-type", "text/plain; charset=utf-8"),
    ("x-name", "Élan\r\nX-Smuggled: 1"),
    ("content-encoding", "gzip"),
    ("Content-Length", "33"),
    ("Transfer-Encoding", "chunked"),
    ("X-Crawl-Delay", "3"),
)


def exported_with(headers: tuple[tuple[str, str], ...], tmp_path: Path) -> Any:  # noqa: ANN401
    """Return the response that is written where an answer had these headers."""
    data = b"Mr. President, we thank you."
    sha256 = digest_bytes(data)
    exchange = Exchange("2026-03-01T02:30:00Z", "https://example.org/a b?é", (), 200, headers)
    check = Check(
        "s",
        exchange.url,
        "new",
        exchange.requested,
        0.0,
        sha256=sha256,
        http_status=200,
        exchanges=(exchange,),
    )
    said = Declaration(Reference("XAA", "UNGA", "79", None, "prepared", "en", 1))
    holding = Holding(
        1, said, sha256, len(data), "text/plain", check.observed, exchange.url, sha256, "text utf-8", 5
    )
    from tracker.capture.warc.writing import open_writer  # noqa: PLC0415 (the tests' own way in)

    path = tmp_path / "one.warc"
    with path.open("wb") as out:
        writer = open_writer(out, packed=False)
        for record in list_records(holding, (check,), data):
            writer.write(record)
    with open_warc(path) as warc:
        return next(warc.records(lambda _record: True))


def test_headers_that_told_how_a_body_was_sent_are_set_aside_and_come_back(tmp_path: Path) -> None:
    record, content = exported_with(HEADERS, tmp_path)
    named = dict(record.headers)
    assert "content-encoding" not in {name.lower() for name in named}
    assert named["X-Crawl-Content-Length"] == "33"
    assert named["x-name"] == "Élan X-Smuggled: 1"
    assert record.url == "https://example.org/a%20b?%C3%A9"
    assert read_payload(record, content) == b"Mr. President, we thank you."
    restored = restore_headers(record.headers)
    assert [name for name, _ in restored] == [name for name, _ in HEADERS]


def test_a_length_that_is_right_stays(tmp_path: Path) -> None:
    record, content = exported_with((("Content-Length", "28"),), tmp_path)
    assert record.headers == (("Content-Length", "28"),)
    assert len(content) == 28


# What may leave ------------------------------------------------------------------------------------


@pytest.fixture
def half_closed(folder: Path, site: Site) -> Path:
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"), 'access = "restricted"')
    watch(folder, watched + source("xaa-80", "XAA/UNGA/80", site.url("/old80")), site.port)
    return folder


def test_closed_material_stays_out_of_a_public_export(half_closed: Path, tracker: Callable[..., Ran]) -> None:
    ran = export(tracker, "out.warc.gz")
    assert "2 closed snapshots left out" in ran.out
    assert {
        fields.get("WARC-Target-URI", "80")[-2:]
        for fields, *_ in read_whole(half_closed.parent / "out.warc.gz")
    } == {"80"}
    refused = tracker("export", "warc", "none.warc.gz", "XAA/UNGA/79")
    assert (refused.code, "--private" in refused.err) == (2, True)
    assert not (half_closed.parent / "none.warc.gz").exists()
    export(tracker, "all.warc.gz", "--private")
    assert len(by_type(half_closed.parent / "all.warc.gz")["response"]) == 4


def test_an_open_snapshot_does_not_tell_of_a_closed_source(
    folder: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    open_, closed = (site.url(f"/79?{number}") for number in (1, 2))
    site.pages["/79?1"] = site.pages["/79?2"] = site.pages["/79"]
    watched = source("open", "XAA/UNGA/79~prepared.en", open_)
    watch(
        folder,
        watched + source("secret", "XAA/UNGA/79~prepared.en", closed, 'access = "restricted"'),
        site.port,
    )
    run_night(folder, DAYS[5])
    export(tracker, "out.warc.gz", "XAA/UNGA/79")
    told = b"".join(repr(record).encode() for record in read_whole(folder.parent / "out.warc.gz"))
    assert b"?1" in told
    assert b"?2" not in told


def test_what_was_withdrawn_never_leaves(folder: Path, tracker: Callable[..., Ran]) -> None:
    ran = tracker("withdraw", "XAA/UNGA/79@1", "--reason", "names a witness", "--authority", "District Court")
    assert ran.code == 0, ran.err
    export(tracker, "out.warc.gz", "--private")
    dates = {
        fields["WARC-Date"]
        for fields, *_ in by_type(folder.parent / "out.warc.gz")["response"]
        if fields["WARC-Target-URI"].endswith("/79")
    }
    assert dates == {"2026-03-03T02:30:00Z"}
    assert (
        tracker("withdraw", "XAA/UNGA/79", "--reason", "all of it", "--authority", "District Court").code == 0
    )
    refused = tracker("export", "warc", "none.warc.gz", "XAA/UNGA/79", "--private")
    assert (refused.code, "District Court" in refused.err) == (2, True)


# There and back ------------------------------------------------------------------------------------


def test_an_export_comes_back_with_the_same_documents_dates_and_outcomes(
    added: Path, tracker: Callable[..., Ran]
) -> None:
    export(tracker, "out.warc.gz")
    assert tracker("init", "--archive", "new").code == 0
    ran = tracker("import", "out.warc.gz", "--archive", "new")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("9 captures: 3 new, 1 changed, 5 unchanged, 0 known, 0 skipped\n")
    new = added.parent / "new"
    assert query(new, TWO) == query(added, TWO)
    assert list_checks(new) == list_checks(added)
    assert len(list_checks(new)) == 8
    assert query(new, "SELECT text FROM versions ORDER BY text") == query(
        added, "SELECT text FROM versions ORDER BY text"
    )


def test_what_came_back_gives_the_same_export_again(added: Path, tracker: Callable[..., Ran]) -> None:
    export(tracker, "out.warc.gz")
    assert tracker("init", "--archive", "new").code == 0
    assert tracker("import", "out.warc.gz", "--archive", "new").code == 0
    export(tracker, "again.warc.gz", "--archive", "new")
    first, again = (by_type(added.parent / name) for name in ("out.warc.gz", "again.warc.gz"))
    for kind in ("response", "resource"):
        kept = [record for record in first[kind] if record[2]]
        assert [(dict(fields), head, content) for fields, head, content in again[kind]] == [
            (dict(fields), head, content) for fields, head, content in kept
        ]
    assert len(again["revisit"]) == len(first["revisit"])


def test_imported_again_nothing_is_new_and_neither_where_it_came_from(
    added: Path, tracker: Callable[..., Ran]
) -> None:
    export(tracker, "out.warc.gz")
    assert tracker("init", "--archive", "new").code == 0
    assert tracker("import", "out.warc.gz", "--archive", "new").code == 0
    for archive in ("new", "snapshots"):
        rows = count_record(added.parent / archive)
        ran = tracker("import", "out.warc.gz", "--archive", archive)
        assert ran.out.startswith("9 captures: 0 new, 0 changed, 0 unchanged, 9 known, 0 skipped\n")
        assert count_record(added.parent / archive) == rows


def test_a_later_export_brings_what_is_new(folder: Path, site: Site, tracker: Callable[..., Ran]) -> None:
    export(tracker, "first.warc.gz")
    assert tracker("init", "--archive", "new").code == 0
    assert tracker("import", "first.warc.gz", "--archive", "new").code == 0
    site.say("/79", "We add another sentence.", ETag='"c"')
    run_night(folder, DAYS[4])
    export(tracker, "second.warc.gz")
    ran = tracker("import", "second.warc.gz", "--archive", "new")
    assert ran.out.startswith("10 captures: 0 new, 1 changed, 1 unchanged, 8 known, 0 skipped\n")
    assert query(folder.parent / "new", TWO) == query(folder, TWO)


# Trouble -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("there.warc.gz",), "there.warc.gz exists already; choose another file"),
        (("none/out.warc.gz",), "cannot be written: No such file or directory"),
        (("out.warc.gz", "XAB/UNGA/79"), "nothing by XAB"),
        (("out.warc.gz", "XAA/UNGA/nonsense"), "nonsense"),
    ],
)
def test_trouble_is_one_line_and_leaves_nothing(
    folder: Path, tracker: Callable[..., Ran], arguments: tuple[str, ...], said: str
) -> None:
    (folder.parent / "there.warc.gz").write_bytes(b"mine")
    before = sorted(path.name for path in folder.parent.iterdir())
    ran = tracker("export", "warc", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert sorted(path.name for path in folder.parent.iterdir()) == before
    assert (folder.parent / "there.warc.gz").read_bytes() == b"mine"


def run_without_warcio(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\nsys.modules['warcio'] = None\n"
        f"sys.argv = ['tracker', *{arguments}]\nfrom tracker.cli.main import main\nmain()"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


def test_without_warcio_an_export_says_how_to_get_it_and_an_import_needs_none(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    ran = run_without_warcio(folder.parent, "export", "warc", "out.warc")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"tracker: WARC needs warcio; {install_words('warc')}\n"
    export(tracker, "out.warc")
    ran = run_without_warcio(folder.parent, "import", "out.warc")
    assert (ran.returncode, "known" in ran.stdout, ran.stderr) == (0, True, "")


def test_an_empty_archive_has_nothing_to_export(tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "init").code == 0
    ran = run_tracker(tmp_path, "export", "warc", "out.warc.gz")
    assert (ran.code, ran.err) == (2, "tracker: the archive holds nothing that may be exported\n")
