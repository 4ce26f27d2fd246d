"""Material that is withdrawn is kept and shown to nobody, is in nothing public, and does not come back."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import in_session, query
from tests.conftest import run_tracker
from tests.here import runner
from tests.mirrors import check_sound, read_everything
from tests.nights import make_archive, only, run_night, source, write_speech
from tests.repositories import run_git
from tests.rights import OPEN, PHRASE, SECRET, WHY, WORDS, add, make_series
from tests.thorough import long
from tracker.archive import open_store
from tracker.capture.web.pacing import Clock
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.errors import ArchiveLocked, Withdrawn
from tracker.follow.timeline import follow_topics
from tracker.keep.mirror import update_mirror
from tracker.keep.withdraw import change
from tracker.model.rights import Ruled
from tracker.model.watching import Admission
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.watch.health import assess_health
from tracker.watch.review import list_reviews, read_bytes, show_review
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

    Tracker = Callable[..., Ran]

RULED = Ruled("names a witness", "District Court", "2026-03-04T05:06:07Z", "Ana")
TOLD = "by authority of District Court: names a witness"


@pytest.fixture(scope="module")
def _series_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_series(tmp_path_factory.mktemp("series") / "snapshots")


@pytest.fixture
def folder(tmp_path: Path, _series_once: Path) -> Path:
    return shutil.copytree(_series_once, tmp_path / "snapshots")


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


# What is shown ---------------------------------------------------------------------------------------

SHOWING = (
    ("show", "XAA/UNGA/78"),
    ("show", "XAA/UNGA/78", "--raw"),
    ("show", "XAA/UNGA/78~prepared.en@1"),
    ("show", "XAA/UNGA/78@2025-06-01"),
    ("diff", "XAA/UNGA/78@1", "XAA/UNGA/78@2", "--encoder", "none", "--all"),
    ("diff", "XAA/UNGA", "77", "78", "--encoder", "none", "--all"),
    ("diff", "XAA/UNGA", "79", "--encoder", "none", "--all"),
    ("diff", "XAA/UNGA", "--encoder", "none", "--format", "json"),
    ("search", "quokka"),
    ("search", "corruption", "--format", "json"),
    ("trace", "XAA/UNGA", "corruption", "--format", "json"),
    ("trace", "UNGA", "corruption", "--format", "json"),
    ("blame", "XAA/UNGA/78"),
    ("timeline", "XAA/UNGA", "--topic", "corruption"),
    ("timeline", "XAA/UNGA", "--format", "json"),
    ("priorities", "XAA/UNGA/78"),
    ("timeline", "UNGA", "78", "--format", "json"),
    ("judge", "XAA/UNGA/78", "--topic", "corruption", "--level", "mentioned", "--by", "Ben"),
    ("decisions", "--format", "csv"),
)
"""Commands that show words of the statement, as long as it is open."""

TELLING = (
    ("list",),
    ("list", "XAA/UNGA", "--format", "json"),
    ("log", "XAA/UNGA/78"),
    ("log", "XAA/UNGA", "--format", "json"),
    ("log", "XAA/UNGA/78", "--versions"),
    ("blame", "XAA/UNGA/79"),
    ("timeline", "XAA/UNGA", "78", "--phrases"),
    ("timeline", "XAA/UNGA", "79", "--phrases", "--all"),
    ("reextract", "--dry-run"),
    ("status", "--runs"),
)
"""Commands that tell of it, or read over it."""


@pytest.fixture(scope="module")
def withdrawn(_series_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive in which the statement is withdrawn, and in which somebody had judged it."""
    folder = shutil.copytree(_series_once, tmp_path_factory.mktemp("withdrawn") / "snapshots")
    judge = ("judge", "XAA/UNGA/78", "--topic", "corruption", "--level", "substantive", "--by", "Ben")
    assert run_tracker(folder.parent, *judge).code == 0
    change(folder, "withdraw", "XAA/UNGA/78", RULED)
    return folder


@pytest.mark.parametrize("arguments", [*SHOWING, *TELLING], ids=" ".join)
def test_no_command_shows_what_was_withdrawn(
    withdrawn: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    ran = runner(withdrawn.parent, monkeypatch, capsys)(*arguments)
    shown = (ran.out + ran.err).replace("'quokka'", "")
    assert ran.code in {0, 1, 2}
    assert not any(word in shown for word in (*WORDS, "papers", "Traceback", "Usage"))
    if "XAA/UNGA/78" in arguments and arguments[-1] != "--versions":
        assert "District Court" in shown


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", SHOWING, ids=" ".join)
def test_each_of_these_commands_shows_what_is_open(tracker: Tracker, arguments: tuple[str, ...]) -> None:
    if arguments[0] == "decisions":
        tracker(*SHOWING[-2])
    if arguments[0] == "judge":
        arguments = ("decisions", "--format", "csv") if tracker(*arguments).code == 0 else ()
    ran = tracker(*arguments)
    assert any(word in ran.out for word in (*WORDS, "papers")), ran


@pytest.mark.usefixtures("folder")
def test_a_list_marks_it_with_reason_and_authority(tracker: Tracker) -> None:
    ran = tracker("withdraw", "XAA/UNGA/78", *WHY)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("XAA/UNGA/78: 2 snapshots (2 documents, ")
    told = " ".join(ran.out.split())
    assert TOLD in told
    assert "It is kept but hidden" in told
    assert "Not touched: the source files speech.txt" in told
    listed = " ".join(tracker("list").out.split())
    assert "XAA/UNGA/78~prepared.en withdrawn on" in listed
    assert TOLD in listed
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    assert [(each["reference"], bool(each["withdrawn"])) for each in entries] == [
        ("XAA/UNGA/77~prepared.en", False),
        ("XAA/UNGA/79~prepared.en", False),
        ("XAA/UNGA/78~prepared.en", True),
    ]
    assert {"act": "withdraw", "authority": "District Court", "person": "Ana"}.items() <= entries[2][
        "withdrawn"
    ].items()


@pytest.mark.usefixtures("folder")
def test_the_log_tells_what_is_left_of_each_snapshot(tracker: Tracker) -> None:
    tracker("withdraw", "XAA/UNGA/78@1", *WHY)
    first, second = json.loads(tracker("log", "XAA/UNGA/78", "--format", "json").out)["snapshots"]
    assert (first["reference"], second["reference"]) == (
        "XAA/UNGA/78~prepared.en@1",
        "XAA/UNGA/78~prepared.en@2",
    )
    assert first["withdrawn"]["reason"] == "names a witness"
    assert set(first) == {"reference", "observed", "sha256", "size", "media_type", "withdrawn"}
    assert second["withdrawn"] is None
    assert TOLD in " ".join(tracker("log", "XAA/UNGA/78").out.split())


def test_the_snapshot_before_counts_where_the_latest_is_withdrawn(folder: Path, tracker: Tracker) -> None:
    tracker("withdraw", "XAA/UNGA/78@2", *WHY)
    with open_reader(folder) as reader:
        assert reader.side(parse_reference("XAA/UNGA/78")).snapshot == 1
        assert [entry.snapshots for entry in reader.statements("XAA", "UNGA", "78")] == [1]
        with pytest.raises(Withdrawn, match=r"XAA/UNGA/78@2 was withdrawn on .* District Court"):
            reader.side(parse_reference("XAA/UNGA/78@2"))
    assert query(folder, "SELECT count(*) FROM latest") == [(3,)]


def test_a_timeline_does_not_call_it_silence(withdrawn: Path) -> None:
    timeline = in_session(follow_topics)(withdrawn, "XAA/UNGA", load_vocabulary(), statuses=False)
    assert [(each.label, each.state) for each in timeline.sessions] == [
        ("77", "read"),
        ("78", "withdrawn"),
        ("79", "read"),
    ]


@pytest.mark.usefixtures("folder")
def test_sessions_on_both_sides_are_not_called_neighbours(tracker: Tracker) -> None:
    tracker("withdraw", "XAA/UNGA/78", *WHY)
    ran = tracker("diff", "XAA/UNGA", "79", "--encoder", "none")
    assert ran.code == 2
    assert "to compare anyway: tracker diff XAA/UNGA 77 79" in ran.err


def test_another_edition_of_it_may_be_open(folder: Path, tracker: Tracker) -> None:
    add(folder, "XAA/UNGA/78~verbatim.en", OPEN.replace("Mr.", "The"))
    tracker("withdraw", "XAA/UNGA/78~prepared", *WHY)
    with open_reader(folder) as reader:
        assert reader.side(parse_reference("XAA/UNGA/78")).kind == "verbatim"
        assert reader.sessions("XAA", "UNGA") == ("77", "78", "79")


@pytest.mark.usefixtures("folder")
def test_a_decision_on_it_is_not_shown_until_it_is_open_again(tracker: Tracker) -> None:
    judged = tracker("judge", "XAA/UNGA/78", "--topic", "corruption", "--level", "mentioned", "--by", "Ben")
    assert judged.code == 0, judged.err
    tracker("withdraw", "XAA/UNGA/78", *WHY)
    assert "Ben" not in tracker("decisions").out
    tracker("withdraw", "XAA/UNGA/78", "--lift", *WHY)
    assert "Ben" in tracker("decisions").out


# Doing it again, and back ----------------------------------------------------------------------------


def test_done_twice_it_changes_nothing(folder: Path) -> None:
    first = change(folder, "withdraw", "XAA/UNGA/78", RULED)
    before = (folder / "tracker.db").read_bytes()
    again = change(folder, "withdraw", "XAA/UNGA/78", Ruled("other", "Other", "2027-01-01T00:00:00Z"))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.withdrawal == first.withdrawal
    assert (folder / "tracker.db").read_bytes() == before


def test_what_is_opened_again_is_as_it_was(folder: Path, tracker: Tracker) -> None:
    before = [
        tracker(*arguments).out for arguments in (("list",), ("show", "XAA/UNGA/78"), ("search", "quokka"))
    ]
    change(folder, "withdraw", "XAA/UNGA/78", RULED)
    lifted = tracker(
        "withdraw", "XAA/UNGA/78", "--lift", "--reason", "reversed", "--authority", "Court of Appeal"
    )
    assert lifted.code == 0
    assert "opened again on" in lifted.out
    assert before == [
        tracker(*arguments).out for arguments in (("list",), ("show", "XAA/UNGA/78"), ("search", "quokka"))
    ]
    assert query(folder, "SELECT act, reason, person FROM withdrawals ORDER BY id") == [
        ("withdraw", "names a witness", "Ana"),
        ("lift", "reversed", None),
    ]
    assert change(folder, "lift", "XAA/UNGA/78", RULED).is_new is False
    assert change(folder, "withdraw", "XAA/UNGA/78", RULED).is_new is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("XAA/UNGA", *WHY), "is a series; name a statement"),
        (("XAA/UNGA/78@2025-01-02", *WHY), "name the snapshot by its number"),
        (("XAA/UNGA/80", *WHY), "XAA/UNGA has sessions 77 to 79; no 80"),
        (("XAA/UNGA/78@7", *WHY), "no @7"),
        (("XAA/UNGA/78", "--lift", *WHY), "XAA/UNGA/78 is not withdrawn"),
        (("XAA/UNGA/78", "--lift", "--destroy", *WHY), "cannot be reopened"),
        (("XAA/UNGA/78", "--reason", " ", "--authority", "A"), "--reason is empty"),
        (("XAA/UNGA/78", "--destroy", *WHY), "2 snapshots (2 documents"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    folder: Path, tracker: Tracker, arguments: tuple[str, ...], said: str
) -> None:
    ran = tracker("withdraw", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert query(folder, "SELECT count(*) FROM withdrawals") == [(0,)]


def test_a_reference_that_could_be_several_is_refused(folder: Path, tracker: Tracker) -> None:
    add(folder, "XAA/HRC/52/item-4~prepared.en", OPEN)
    add(folder, "XAA/HRC/52/item-9~prepared.en", OPEN.replace("5", "4"))
    add(folder, "XAA/UNGA/78~verbatim.en", OPEN.replace("5", "3"))
    ran = tracker("withdraw", "XAA/HRC/52", *WHY)
    assert "has several statements; name one: XAA/HRC/52/item-4, XAA/HRC/52/item-9" in ran.err
    ran = tracker("withdraw", "XAA/UNGA/78@1", *WHY)
    assert "name one: XAA/UNGA/78~prepared.en@1, XAA/UNGA/78~verbatim.en@1" in ran.err


def test_the_same_bytes_and_the_same_text_elsewhere_are_told(folder: Path, tracker: Tracker) -> None:
    add(folder, "XAA/HRC/52~prepared.en", SECRET)
    add(folder, "XAA/HRC/53~prepared.en", SECRET.replace("\n\n", "\n\n\n"))
    told = " ".join(tracker("withdraw", "XAA/UNGA/78", *WHY).out.split())
    assert "The same bytes stay open as XAA/HRC/52~prepared.en@1: withdraw that too?" in told
    assert "The same text stays open, in other bytes, as XAA/HRC/53~prepared.en@1: withdraw that too?" in told


# Coming in again -------------------------------------------------------------------------------------


@pytest.fixture
def watched(tmp_path: Path, site: Site) -> Path:
    site.say("/79", "We add a sentence.", ETag='"a"')
    folder = make_archive(
        tmp_path / "watched", source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")), site.port
    )
    assert only(run_night(folder, "2026-03-01")).outcome == "new"
    return folder


@pytest.mark.parametrize("act", ["withdraw", "destroy"])
def test_a_nightly_run_does_not_bring_it_back(watched: Path, site: Site, act: str) -> None:
    change(watched, "destroy" if act == "destroy" else "withdraw", "XAA/UNGA/79", RULED)
    nights = (
        ("not modified", "We add a sentence.", '"a"'),
        ("the same bytes", "We add a sentence.", '"b"'),
        ("the same text in other bytes", "We add a sentence.\n", '"c"'),
        ("another text", "We add another sentence.", '"d"'),
    )
    for day, (_, more, tag) in enumerate(nights, 2):
        site.say("/79", more, ETag=tag)
        check = only(run_night(watched, f"2026-03-{day:02}"))
        assert (check.outcome, check.cause) == ("rejected", "withdrawn")
        assert TOLD in check.detail
    assert query(watched, "SELECT count(*) FROM snapshots") == [(1,)]
    assert query(watched, "SELECT count(*) FROM documents") == [(1,)]
    assert query(watched, "SELECT count(*) FROM outcomes WHERE cause = 'withdrawn'") == [(4,)]


@pytest.mark.parametrize("act", ["withdraw", "destroy"])
@long
def test_a_check_of_it_keeps_no_header_that_may_name_it(watched: Path, site: Site, act: str) -> None:
    change(watched, "destroy" if act == "destroy" else "withdraw", "XAA/UNGA/79", RULED)
    for day, more in enumerate(("We add a sentence.", "We add a sentence.\n", "We add another."), 2):
        site.say("/79", more, ETag=f'"{day}"', Content_Disposition='inline; filename="Witness.txt"')
        assert only(run_night(watched, f"2026-03-{day:02}")).cause == "withdrawn"
    kept = query(watched, "SELECT request_headers, headers FROM exchanges WHERE outcome > 1")
    assert [json.loads(sent) for sent, _ in kept] == [[], [], []]
    assert {name for _, headers in kept for name, _ in json.loads(headers)} == {"Content-Length"}
    assert query(watched, "SELECT etag FROM outcomes WHERE id > 1") == [(None,)] * 3
    update_mirror(watched)
    for branch in ("main", "public"):
        assert "Witness" not in run_git(watched / "mirror.git", "log", "--patch", branch, "--", "runs")


def test_its_source_stays_a_note_of_health_until_it_is_closed(watched: Path) -> None:
    change(watched, "withdraw", "XAA/UNGA/79", RULED)
    folder, name = str(watched), "xaa-79"
    for day in range(2, 6):
        run_night(watched, f"2026-03-{day:02}")
    health = assess_health(watched, "2026-03-05T08:00:00Z", 2)
    (note,) = (each for each in health.notes if each.kind != "clock")
    assert (health.concerns, note.kind, note.subject, note.since) == (
        (),
        "withdrawn",
        name,
        "2026-03-02T02:30:00Z",
    )
    assert note.detail.endswith(f"tracker sources close {name} --by NAME --reason TEXT")
    close = ("sources", "close", name, "--by", "Ana", "--reason", "withdrawn", "--archive", folder)
    assert run_tracker(watched.parent, *close).code == 0
    notes = assess_health(watched, "2026-03-05T08:00:00Z", 2).notes
    assert [each.kind for each in notes] == ["clock"]


def test_after_a_person_recorded_another_text_the_nights_go_on(watched: Path, site: Site) -> None:
    change(watched, "destroy", "XAA/UNGA/79", RULED)
    add(watched, "XAA/UNGA/79~prepared.en", write_speech("We take a sentence back."))
    site.say("/79", "We take a sentence back.", ETag='"b"')
    assert only(run_night(watched, "2026-03-02")).outcome == "unchanged"
    site.say("/79", "We add a sentence.", ETag='"c"')
    assert only(run_night(watched, "2026-03-03")).cause == "withdrawn"
    site.say("/79", "We say something new.", ETag='"d"')
    assert only(run_night(watched, "2026-03-04")).outcome == "changed"


def test_the_source_of_an_open_statement_of_the_same_bytes_goes_on(watched: Path, site: Site) -> None:
    add(watched, "XAA/HRC/52~prepared.en", write_speech("We add a sentence."))
    change(watched, "withdraw", "XAA/HRC/52", RULED)
    site.say("/79", "We add a sentence.", ETag='"b"')
    assert only(run_night(watched, "2026-03-02")).outcome == "unchanged"


def test_a_dry_run_says_the_same(watched: Path) -> None:
    change(watched, "withdraw", "XAA/UNGA/79", RULED)
    assert only(run_night(watched, "2026-03-02", dry_run=True)).cause == "withdrawn"


def test_by_hand_the_same_bytes_and_text_are_refused(folder: Path, tracker: Tracker) -> None:
    change(folder, "withdraw", "XAA/UNGA/78", RULED)
    for text in (SECRET, SECRET.replace("\n\n", "\n\n\n")):
        (folder.parent / "again.txt").write_text(text, encoding="utf-8")
        ran = tracker("add", "again.txt", "--as", "XAA/UNGA/78")
        assert ran.code == 2
        assert "may not be recorded: XAA/UNGA/78 was withdrawn on 2026-03-04" in ran.err
    (folder.parent / "again.txt").write_text(OPEN.replace("5", "6"), encoding="utf-8")
    assert tracker("add", "again.txt", "--as", "XAA/UNGA/78").code == 0


def test_an_import_passes_over_what_was_withdrawn(folder: Path, tracker: Tracker) -> None:
    change(folder, "destroy", "XAA/UNGA/78", RULED)
    corpus = folder.parent / "corpus"
    corpus.mkdir()
    for session, text in (("78", SECRET.replace("8 million", "3 million")), ("80", SECRET), ("81", OPEN)):
        (corpus / f"XAA_{session}.txt").write_text(text, encoding="utf-8")
    ran = tracker("import", "corpus", "--body", "UNGA", "--pattern", "{country}_{session}.txt")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "3 files: 1 new, 0 changed, 0 unchanged, 2 skipped")
    assert ran.out.count("was destroyed on 2026-03-04") == 1
    assert "the same text was destroyed as XAA/UNGA/78" in " ".join(ran.out.split())
    run_git(corpus, "init", "--quiet", "--initial-branch=main")
    run_git(corpus, "add", ".")
    run_git(corpus, "commit", "--quiet", "-m", "all")
    ran = tracker("import", "corpus", "--path", "XAA_78.txt", "--as", "XAA/UNGA/78")
    assert ran.code == 0
    assert query(folder, "SELECT count(*) FROM versions") == [(3,)]


def test_what_waits_for_a_review_goes_with_its_statement(tmp_path: Path, site: Site) -> None:
    def refuse(_arrival: object, _history: object) -> Admission:
        return Admission(accepted=False, cause="collapsed", detail="far shorter")

    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    folder = make_archive(tmp_path / "watched", watched, site.port)
    site.say("/79", "first")
    run_night(folder, "2026-03-01")
    site.say("/79", "second")
    clock = Clock(lambda: datetime(2026, 3, 2, tzinfo=UTC), lambda: 0.0, lambda _seconds: None)
    snapshot(folder, [], refuse, clock=clock)
    assert [each.review.id for each in list_reviews(folder)] == [1]
    changed = change(folder, "withdraw", "XAA/UNGA/79", RULED)
    assert (len(changed.scope.snapshots), changed.scope.documents) == (1, 2)
    assert list_reviews(folder) == ()
    for read in (show_review, read_bytes):
        with pytest.raises(Withdrawn, match="District Court"):
            read(folder, 1)
    change(folder, "destroy", "XAA/UNGA/79", RULED)
    assert query(folder, "SELECT typeof(bytes), count(*) FROM documents GROUP BY 1") == [("null", 2)]


# What is public --------------------------------------------------------------------------------------


def test_the_public_branch_holds_nothing_of_it_and_gets_it_back(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    assert tracker("mirror", "update").code == 0
    assert "papers" in read_everything(mirror, "public")
    run_git(folder.parent, "init", "--quiet", "--bare", "public.git")
    assert tracker("mirror", "push", "public.git").code == 0
    told = " ".join(tracker("withdraw", "XAA/UNGA/78", *WHY).out.split())
    assert "Replace each copy of the mirror: tracker mirror push REMOTE --force" in told
    public = read_everything(mirror, "public")
    assert PHRASE not in public
    assert "papers" not in public
    assert "District Court" in public
    assert "papers" in read_everything(mirror, "main")
    assert tracker("mirror", "push", "public.git").code == 2
    assert tracker("mirror", "push", "public.git", "--force").code == 0
    assert PHRASE not in read_everything(folder.parent / "public.git", "main")
    tracker("withdraw", "XAA/UNGA/78", "--lift", *WHY)
    assert "papers" in run_git(mirror, "show", "public:statements/XAA/UNGA/78/~prepared.en.txt")
    check_sound(mirror)


def test_a_copy_of_the_public_branch_rebuilds_without_it(folder: Path, tracker: Tracker) -> None:
    tracker("mirror", "update")
    change(folder, "withdraw", "XAA/UNGA/78", RULED)
    run_git(
        folder.parent, "clone", "--quiet", "--bare", "--branch", "public", "snapshots/mirror.git", "p.git"
    )
    run_git(folder.parent / "p.git", "update-ref", "refs/heads/main", "refs/heads/public")
    ran = tracker("rebuild", "p.git", "--archive", "again")
    assert ran.code == 0, ran.err
    with open_reader(folder.parent / "again") as reader:
        assert reader.sessions("XAA", "UNGA") == ("77", "79")
    assert query(folder.parent / "again", "SELECT reason FROM withdrawals") == [("names a witness",)]
    copy = ("--archive", str(folder.parent / "again"))
    for words in (
        ("show", "XAA/UNGA/78"), ("log", "XAA/UNGA/78"), ("diff", "XAA/UNGA", "77", "78"),
        ("withdraw", "XAA/UNGA/78", "--lift", *WHY),
    ):  # fmt: skip
        told = tracker(*words, *copy)
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert "XAA/UNGA/78 was withdrawn on" in told.err
    absent = tracker("show", "XAA/UNGA/80", *copy)
    assert re.search(r"no 80 \(a public copy: \d+ rows are closed, and not in it\)", absent.err)
    assert "XAA/UNGA/78 withdrawn on" in tracker("list", "XAA/UNGA", *copy).out
    assert "x withdrawn" in tracker("timeline", "XAA/UNGA", *copy).out


def test_a_command_that_may_quote_what_is_closed_is_told_by_its_name(folder: Path, tracker: Tracker) -> None:
    (folder.parent / "a.txt").write_text(OPEN.replace("5", "2"), encoding="utf-8")
    tracker("mirror", "update")
    tracker("add", "a.txt", "--as", "XAA/UNGA/81", "--title", "Rivers of Atlantis")
    assert "Rivers of Atlantis" in read_everything(folder / "mirror.git", "public")
    tracker("withdraw", "XAA/UNGA/81", *WHY)
    assert "Rivers" not in read_everything(folder / "mirror.git", "public").replace("of Rivers", "")


def test_an_archive_that_is_held_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.record.storing.writing.LOCK_TIMEOUT", 0.2)
    with open_store(folder), pytest.raises(ArchiveLocked):
        change(folder, "withdraw", "XAA/UNGA/78", RULED)
    assert query(folder, "SELECT count(*) FROM withdrawals") == [(0,)]
