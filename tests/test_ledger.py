from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from tests.archives import count_record, declare, query, record
from tests.nights import DAYS, Page, make_watched, only, outcomes, run_night, source, watch
from tracker.archive import open_store
from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid
from tracker.exchange.add import declare_arrival, read_arrival
from tracker.model.health import BodyYear, Reviewer
from tracker.model.watching import Admission
from tracker.record.reading.ledger import open_ledger
from tracker.record.statements.queries import read_reference
from tracker.references import parse_reference
from tracker.report.answers.ledger import (
    checks_csv,
    csv_year,
    health_json,
    markdown_year,
    render_expectations,
    render_health,
    render_run,
    render_runs,
    render_year,
    run_json,
    runs_csv,
    runs_json,
)
from tracker.report.records import encode_json
from tracker.watch.annual import count_nights, list_expectations, note_expectation, report_year
from tracker.watch.health import assess_health, list_runs, show_run
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.ledger import Review
    from tracker.model.watching import Arrival, History
    from tracker.watch.examine import Judge


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    return make_watched(tmp_path / "snapshots", site)


def suspect(_arrival: Arrival, _history: History) -> Admission:
    return Admission(accepted=False, cause="login", detail="a form asks for a password")


def quarantine(folder: Path, site: Site) -> Review:
    """Bring one document into quarantine."""
    site.say("/79", "Please log in.")
    check = only(snapshot(folder, (), suspect))
    assert (check.outcome, check.cause, check.snapshot) == ("quarantined", "login", None)
    with open_ledger(folder) as ledger:
        (review,) = ledger.waiting()
    return review


def settle(folder: Path, review: Review, verdict: Literal["accept", "reject"], day: str) -> None:
    """Decide on a document as ``tracker review`` does."""
    decided = replace(
        review, verdict=verdict, person="Ana", decided=f"{day}T10:00:00Z", reason="seen on the site"
    )
    with open_store(folder, "review") as store, store.batch():
        snapshot = None
        if verdict == "accept":
            text = store.ledger.document(review.sha256).decode()
            snapshot = record(store, declare("XAA/UNGA/79~prepared.en"), text).at_snapshot
        store.settle(decided, snapshot)


# Quarantine ---------------------------------------------------------------------------------------------


def test_what_is_quarantined_is_kept_and_never_current(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    review = quarantine(folder, site)
    assert (review.source, review.cause, str(review.reference)) == (
        "xaa-79",
        "login",
        "XAA/UNGA/79~prepared.en",
    )
    counts = count_record(folder)
    assert (counts["documents"], counts["snapshots"]) == (2, 1)
    with open_ledger(folder) as ledger:
        assert b"Please log in." in ledger.document(review.sha256)


def test_the_same_document_waits_once(folder: Path, site: Site) -> None:
    review = quarantine(folder, site)
    assert quarantine(folder, site) == review
    assert query(folder, "SELECT outcome FROM outcomes") == [("quarantined",), ("quarantined",)]


def test_what_a_person_accepts_becomes_a_snapshot_and_is_not_judged_again(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    settle(folder, quarantine(folder, site), "accept", DAYS[1])
    with open_ledger(folder) as ledger:
        assert ledger.waiting() == ()
        (review,) = ledger.decided("2026-03-02", "2026-03-03")
    assert (review.person, review.reason, str(review.snapshot)) == (
        "Ana",
        "seen on the site",
        "XAA/UNGA/79~prepared.en@2",
    )
    assert only(snapshot(folder, (), suspect)).outcome == "unchanged"


def test_a_source_of_which_all_was_accepted_is_no_concern_before_the_next_night(
    folder: Path, site: Site
) -> None:
    first, second = quarantine(folder, site), quarantine(folder, site)
    before = assess_health(folder, f"{DAYS[0]}T12:00:00Z", streak=1)
    assert [news.kind for news in before.news] == ["quarantined"]
    settle(folder, first, "accept", DAYS[0])
    after = assess_health(folder, f"{DAYS[0]}T12:00:00Z", streak=1)
    assert first == second
    assert {concern.kind for concern in before.concerns} - {each.kind for each in after.concerns} == {
        "waiting"
    }
    assert not {concern.kind for concern in after.concerns} & {"failing", "waiting"}
    assert (after.news, after.sources[0].failures) == ((), 0)


def test_what_a_person_rejects_is_not_brought_before_them_again(folder: Path, site: Site) -> None:
    settle(folder, quarantine(folder, site), "reject", DAYS[1])
    check = only(snapshot(folder, (), suspect))
    assert (check.outcome, check.cause) == ("rejected", "rejected before")
    with open_ledger(folder) as ledger:
        assert ledger.waiting() == ()
    assert count_record(folder)["snapshots"] == 0


def test_a_document_that_cannot_be_read_waits_with_the_reason(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page("%PDF-1.7 and nothing more", headers={"Content-Type": "application/pdf"})
    check = only(run_night(folder))
    assert (check.outcome, check.cause) == ("quarantined", "unreadable")
    with open_ledger(folder) as ledger:
        (review,) = ledger.waiting()
    assert review.media_type == "application/pdf"


def test_the_judge_is_shown_the_history_and_the_twins(folder: Path, site: Site) -> None:
    shown: list[tuple[Arrival, History]] = []

    def judge(arrival: Arrival, history: History) -> Admission:
        shown.append((arrival, history))
        return Admission(accepted=True)

    for more in ("one", "two", "three"):
        site.say("/79", more)
        snapshot(folder, (), judge)
    site.say("/80", "three")
    watch(folder, source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80")), site.port)
    snapshot(folder, (), judge)
    assert [[str(kept.reference)[-2:] for kept in history.snapshots] for _, history in shown] == [
        [],
        ["@1"],
        ["@2", "@1"],
        [],
    ]
    assert [len(history.twins) for _, history in shown] == [0, 0, 0, 1]
    assert str(shown[-1][1].twins[0]) == "XAA/UNGA/79~prepared.en"
    arrival, history = shown[2]
    assert history.snapshots[0].words == arrival.version.words
    assert declare_arrival(read_arrival(arrival.source, arrival.fetched), declare("XAA/UNGA/79").reference)


# What is expected ---------------------------------------------------------------------------------------


def test_the_latest_note_counts_and_a_capture_is_seen(folder: Path) -> None:
    for state, due in (("no statement", None), ("expected", "2026-03-02")):
        note_expectation(folder, "XAA/UNGA/79", state, "Ana", "2026-02-01T00:00:00Z", due=due)  # type: ignore[arg-type]
    assert [(each.state, each.due, each.captured) for each in list_expectations(folder)] == [
        ("expected", "2026-03-02", None)
    ]
    run_night(folder, DAYS[0])
    (noted,) = list_expectations(folder)
    assert noted.captured == "2026-03-01T02:30:00Z"
    assert "XAA/UNGA/79  expected  2026-03-02  2026-03-01  Ana, 2026-02-01" in render_expectations([noted])
    note_expectation(folder, "XAA/UNGA/79", "withdrawn", "Ben", "2026-03-05T00:00:00Z")
    assert list_expectations(folder) == ()
    assert query(folder, "SELECT count(*) FROM expectations") == [(3,)]
    for state in ("withdrawn", "no statement"):
        with pytest.raises(DecisionInvalid, match=r"there is no note|a snapshot was taken on 2026-03-01"):
            note_expectation(folder, "XAA/UNGA/79", state, "Ben", "2026-03-06T00:00:00Z")  # type: ignore[arg-type]
    assert query(folder, "SELECT count(*) FROM expectations") == [(3,)]


def test_a_note_stands_beneath_its_statement_however_long_it_is(folder: Path) -> None:
    note = " ".join(["not in the list of speakers"] * 5)
    note_expectation(folder, "XAA/UNGA/80", "no statement", "Ana", "2026-02-01T00:00:00Z", note=note)
    shown = render_expectations(list_expectations(folder))
    assert " ".join(shown.split("\n", 2)[2].split()) == note
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("reference", "person", "due", "error"),
    [
        ("XAA/UNGA", "Ana", None, ReferenceInvalid),
        ("XAA/UNGA/79~prepared", "Ana", None, ReferenceInvalid),
        ("XAA/UNGA/79", " ", None, DecisionInvalid),
        ("XAA/UNGA/79", "A\nna", None, DecisionInvalid),
        ("XAA/UNGA/79", "Ana", "2026-02-30", ReferenceInvalid),
        ("XAA/UNGA/79", "Ana", "October", ReferenceInvalid),
    ],
)
def test_what_cannot_be_noted_is_refused(
    folder: Path, reference: str, person: str, due: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        note_expectation(folder, reference, "expected", person, "2026-02-01T00:00:00Z", due=due)
    assert query(folder, "SELECT count(*) FROM runs") == [(0,)]


# Health -------------------------------------------------------------------------------------------------


def concerns(folder: Path, day: str, streak: int = 2) -> list[tuple[str, str]]:
    health = assess_health(folder, f"{day}T12:00:00Z", streak)
    assert json.loads(health_json(health))["instant"] == f"{day}T12:00:00Z"
    assert render_health(health).startswith(f"{len(health.concerns)} concern")
    return [(concern.kind, concern.subject) for concern in health.concerns]


def notes(folder: Path, day: str) -> list[tuple[str, str]]:
    found = assess_health(folder, f"{day}T12:00:00Z", 2).notes
    return [(note.kind, note.subject) for note in found if note.kind != "clock"]


def test_an_archive_that_is_well_has_no_concerns(folder: Path) -> None:
    run_night(folder, DAYS[0])
    assert concerns(folder, DAYS[0]) == []


def test_a_missed_night_is_a_concern(folder: Path) -> None:
    assert concerns(folder, DAYS[0]) == [("night missed", "the archive")]
    run_night(folder, DAYS[0])
    assert concerns(folder, DAYS[1]) == []
    assert concerns(folder, DAYS[2]) == [("night missed", "the archive")]


def test_failures_in_a_row_then_gone_then_back(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.pages["/79"] = Page("", 404)
    seen = []
    for day in DAYS[1:4]:
        run_night(folder, day)
        seen.append((concerns(folder, day), notes(folder, day)))
        assert notes(folder, day) or concerns(folder, day, streak=1)
    assert seen == [([], []), ([("failing", "xaa-79")], []), ([], [("gone", "xaa-79")])]
    site.say("/79")
    run_night(folder, DAYS[4])
    assert (concerns(folder, DAYS[4]), notes(folder, DAYS[4])) == ([], [])


def test_what_is_gone_and_was_never_captured_needs_a_person(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page("", 404)
    for day in DAYS[:3]:
        run_night(folder, day)
    (concern,) = assess_health(folder, f"{DAYS[2]}T12:00:00Z", 2).concerns
    assert (concern.kind, concern.severity) == ("gone", "warning")
    assert "nothing was ever captured" in concern.detail
    note_expectation(folder, "XAA/UNGA/79", "no statement", "Ana", "2026-03-03T09:00:00Z")
    assert (concerns(folder, DAYS[2]), notes(folder, DAYS[2])) == ([], [("gone", "xaa-79")])


def test_what_waits_and_what_is_overdue_are_concerns(folder: Path, site: Site) -> None:
    quarantine(folder, site)
    site.pages["/79"] = Page("", 500)
    note_expectation(folder, "XAA/UNGA/80", "expected", "Ana", "2026-02-01T00:00:00Z", due="2026-03-01")
    run_night(folder, "2096-03-01")
    assert concerns(folder, "2096-03-01") == [
        ("night missed", "the archive"),
        ("waiting", "xaa-79"),
        ("overdue", "XAA/UNGA/80"),
    ]


def refuse(cause: str) -> Judge:
    return lambda _arrival, _history: Admission(accepted=False, cause=cause)


def test_what_waits_is_told_with_its_causes_and_since_when_though_the_source_is_well_again(
    folder: Path, site: Site
) -> None:
    run_night(folder, DAYS[0])
    for number, cause in enumerate(("login", "error"), start=1):
        site.say("/79", number=number)
        run_night(folder, DAYS[number], judge=refuse(cause))
    since = query(folder, "SELECT min(observed) FROM outcomes WHERE outcome = 'quarantined'")[0][0]
    site.say("/79")
    run_night(folder, DAYS[3])
    health = assess_health(folder, f"{DAYS[3]}T12:00:00Z", 2)
    assert health.concerns == ()
    (note,) = (each for each in health.notes if each.kind != "clock")
    told = "2 documents wait (login, error): tracker review; the source is well again"
    assert (note.since, note.detail) == (since, told)


def test_a_source_that_is_no_longer_watched_is_no_concern(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page("", 500)
    for day in DAYS[:2]:
        run_night(folder, day)
    assert concerns(folder, DAYS[1]) == [("failing", "xaa-79")]
    site.say("/80")
    watch(folder, source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80")), site.port)
    assert concerns(folder, DAYS[1]) == []


# Runs -----------------------------------------------------------------------------------------------------


def test_runs_tell_what_each_did_and_why(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.pages["/79"] = Page("", 500)
    run_night(folder, DAYS[1])
    with open_store(folder, "add") as store:
        record(store, declare("XAA/UNGA/78~prepared.en"), "one")
    entries = list_runs(folder)
    assert [(each.kind, each.outcomes, each.snapshots) for each in entries] == [
        ("snapshot", (("new", 1),), 1),
        ("snapshot", (("unreachable", 1),), 0),
        ("add", (), 1),
    ]
    assert [each.id for each in list_runs(folder, "snapshot", 1)] == [2]
    assert "2  snapshot  2026-03-02 02:30  complete  1 unreachable" in render_runs(entries)
    assert [row["run"] for row in json.loads(runs_json(entries))["runs"]] == [1, 2, 3]
    assert runs_csv(entries).splitlines()[2].startswith("2,snapshot,complete,2026-03-02T02:30:00Z,")
    entry, checks = show_run(folder, None)
    told = render_run(entry, checks, width=200)
    assert "unreachable    xaa-79  XAA/UNGA/79~prepared.en" in told
    assert "http 500" in told
    fields = json.loads(run_json(entry, checks))
    assert [each["status"] for each in fields["checks"][0]["exchanges"]][-1] == 500
    assert (
        checks_csv(checks).splitlines()[1].startswith("xaa-79,unreachable,http 500,XAA/UNGA/79~prepared.en,,")
    )
    with pytest.raises(NotInArchive, match=r"no run 9 in .*tracker status --runs lists them"):
        show_run(folder, 9)


REFERENCES = ["XAA/UNGA", "XAA/UNGA/79", "XAA/HRC/52/item-4", "XAA/UNGA~fr", "XAA/UNGA/S-36~verbatim"]


@pytest.mark.parametrize("text", [*REFERENCES, "XAA/HRC/52/item-4~prepared.en", "XAA/COP/COP26~pt-br"])
def test_a_reference_is_read_back_as_it_was_written(text: str) -> None:
    written = str(parse_reference(text))
    assert read_reference(written) == parse_reference(written)


# The year -----------------------------------------------------------------------------------------------


def test_a_year_is_counted_by_body_night_and_person(folder: Path, site: Site) -> None:
    noted = "2026-01-05T00:00:00Z"
    for reference, due in (
        ("79", "2026-02-20"),
        ("80", "2026-02-20"),
        ("81", "2026-12-20"),
        ("82", "2027-02-20"),
    ):
        note_expectation(folder, f"XAA/UNGA/{reference}", "expected", "Ana", noted, due=due)
    note_expectation(folder, "XAA/HRC/52", "no statement", "Ana", noted)
    run_night(folder, DAYS[0])
    site.pages["/79"] = Page("", 404)
    for day in (DAYS[2], DAYS[3], DAYS[5]):
        run_night(folder, day)
    year = report_year(folder, 2026, DAYS[6])
    assert year.bodies == (
        BodyYear("HRC", silent=1),
        BodyYear("UNGA", expected=3, captured=1, late=1, missing=1, gone=1),
    )
    assert (year.nights, year.missed) == (4, (DAYS[1], DAYS[4], DAYS[6]))
    assert report_year(folder, 2025, DAYS[6]).bodies == ()
    assert report_year(folder, 2025, DAYS[6]).missed == ()
    assert "UNGA         3         1     1        1             0  1" in render_year(year)
    assert "| UNGA | 3 | 1 | 1 | 1 | 0 | 1 |" in markdown_year(year)
    assert csv_year(year).splitlines()[2] == "2026,2026-03-07,UNGA,3,1,1,1,0,1"
    assert json.loads(encode_json(year))["missed"] == list(year.missed)


def test_a_year_names_who_decided(folder: Path, site: Site) -> None:
    settle(folder, quarantine(folder, site), "reject", DAYS[1])
    year = report_year(folder, 2026, DAYS[6])
    assert (year.reviewers, year.waiting) == ((Reviewer("Ana", 0, 1),), 0)
    assert "Ana accepted 0 and rejected 1 quarantined" in render_year(year)


def test_nights_of_a_year_run_from_the_first_to_the_last_that_counts(folder: Path) -> None:
    for day in ("2025-12-30", "2026-01-02"):
        run_night(folder, day)
    runs = list_runs(folder)
    assert count_nights(runs, "2025", "2025-12-31") == (1, ("2025-12-31",))
    assert count_nights(runs, "2026", "2026-01-03") == (1, ("2026-01-01", "2026-01-03"))
    assert count_nights((), "2026", "2026-01-03") == (0, ())
    assert outcomes(run_night(folder, "2026-01-04")) == {"xaa-79": "unchanged"}
