from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import count_record, query
from tests.conftest import run_tracker
from tests.nights import Page, Site, make_archive, only, outcomes, run_night, source
from tests.test_judgement import speech
from tracker.archive import open_store
from tracker.capture.admit.admission import admit
from tracker.capture.web.pacing import Clock
from tracker.errors import DecisionInvalid, DocumentUnreadable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.decisions import Coder
from tracker.record.reading.ledger import open_ledger
from tracker.report.answers.ledger import check_line
from tracker.watch.review import decide_review, list_reviews, read_bytes, show_review
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.ledger import Check, RunKind
    from tracker.record.storing.store import Store
    from tracker.watch.review import Verdict
    from tracker.watch.snapshot import Night

ANA = Coder("Ana", "2026-03-10T09:00:00Z", "seen on the site")
LOGIN = (
    "<html><head><title>Sign in</title></head><body><h1>Sign in</h1><p>You must be logged in.</p>{}"
    "</body></html>"
)
OTHER = "XAA/UNGA/79~prepared.en"


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    """Return an archive with one statement, whose source then gave a login page."""
    site.pages["/79"] = Page(speech(1))
    made = make_archive(tmp_path / "snapshots", source("xaa-79", OTHER, site.url("/79")), site.port)
    assert only(night(made, 1)).outcome == "new"
    site.pages["/79"] = Page(LOGIN.format(""))
    check = only(night(made, 2))
    assert (check.outcome, check.cause) == ("quarantined", "login")
    return made


def night(folder: Path, day: int) -> Night:
    instant = datetime(2026, 3, day, 2, 30, tzinfo=UTC)
    return snapshot(folder, (), admit, clock=Clock(lambda: instant, lambda: 0.0, lambda _seconds: None))


def watch_index(folder: Path, site: Site, more: str = "") -> None:
    """Add an index that leads to one statement."""
    site.pages["/list"] = Page(
        "<html><body><ul><li><a href='/s/80'>Statement, 80</a></li></ul></body></html>"
    )
    site.pages["/s/80"] = Page(speech(2))
    with (folder / "watch.toml").open("a") as file:
        file.write(f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = \'/s/\'\n{more}')


def found(night_: Night) -> Check:
    """Return the check of the link that the index led to."""
    return next(check for check in night_.checks if ":" in check.source)


def ask(folder: Path, *words: str) -> Ran:
    return run_tracker(folder.parent, "review", *words)


# Decisions ----------------------------------------------------------------------------------------------


def test_what_waits_is_listed_and_what_is_current_stays(folder: Path) -> None:
    (waiting,) = list_reviews(folder)
    assert (waiting.review.cause, waiting.review.source, str(waiting.review.reference)) == (
        "login",
        "xaa-79",
        OTHER,
    )
    assert '"sign in" in the title' in waiting.review.detail
    assert count_record(folder)["snapshots"] == 1
    assert b"You must be logged in" in read_bytes(folder, 1)


def test_an_accepted_document_is_the_next_snapshot_with_who_and_why(folder: Path) -> None:
    review = decide_review(folder, 1, "accept", ANA)
    assert (str(review.snapshot), review.person, review.reason) == (f"{OTHER}@2", "Ana", "seen on the site")
    assert query(folder, "SELECT observed FROM snapshots WHERE ordinal = 2") == [("2026-03-02T02:30:00Z",)]
    assert query(folder, "SELECT kind, status, started FROM runs ORDER BY id DESC LIMIT 1") == [
        ("review", "complete", ANA.decided)
    ]
    assert list_reviews(folder) == ()
    assert only(night(folder, 11)).outcome == "unchanged"


@pytest.mark.parametrize("is_replaced", [False, True])
def test_its_own_export_is_known_though_it_waited_for_nights(
    folder: Path, site: Site, tmp_path: Path, *, is_replaced: bool
) -> None:
    night(folder, 3)
    decide_review(folder, 1, "accept", ANA)
    if is_replaced:
        site.pages["/79"] = Page(speech(1).replace("I thank you", "I thank you all"))
        assert only(run_night(folder, "2026-03-11")).outcome == "changed"
    assert run_tracker(tmp_path, "export", "warc", "own.warc.gz").code == 0
    rows = count_record(folder)
    ran = run_tracker(tmp_path, "import", "own.warc.gz")
    assert ": 0 new, 0 changed, 0 unchanged, " in ran.out, ran.out + ran.err
    assert count_record(folder) == rows


def test_a_rejected_document_is_not_asked_again_and_says_who_rejected_it(folder: Path) -> None:
    decide_review(folder, 1, "reject", ANA)
    check = only(night(folder, 11))
    assert (check.outcome, check.cause) == ("rejected", "rejected before")
    assert check.detail == "by Ana on 2026-03-10, review 1: seen on the site"
    assert list_reviews(folder) == ()
    (decided,) = list_reviews(folder, decided=True)
    assert decided.again == ("2026-03-11T02:30:00Z",)


def test_a_page_with_a_new_token_each_night_waits_once(folder: Path, site: Site) -> None:
    for day, token in ((3, "a"), (4, "b")):
        site.pages["/79"] = Page(LOGIN.format(f"<!-- {token} -->"))
        check = only(night(folder, day))
        assert (check.outcome, "review 1" in check.detail) == ("quarantined", True)
    assert len(list_reviews(folder)) == 1
    decide_review(folder, 1, "reject", ANA)
    site.pages["/79"] = Page(LOGIN.format("<!-- c -->"))
    assert only(night(folder, 11)).outcome == "rejected"
    site.pages["/79"] = Page(LOGIN.format("<p>Another text: forgot your password?</p>"))
    assert only(night(folder, 12)).outcome == "quarantined"


def test_a_rejection_is_taken_back_by_accepting_and_an_acceptance_never(folder: Path) -> None:
    decide_review(folder, 1, "reject", ANA)
    assert decide_review(folder, 1, "accept", ANA).verdict == "accept"
    for verdict in ("accept", "reject"):
        with pytest.raises(DecisionInvalid, match="not taken back"):
            decide_review(folder, 1, verdict, ANA)


def between(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Have something happen once, after the next decision has looked and before it may write."""

    def open_later(archive: Path, kind: RunKind) -> Store:
        monkeypatch.undo()
        happens()
        return open_store(archive, kind)

    monkeypatch.setattr("tracker.watch.review.open_store", open_later)


@pytest.mark.parametrize("late", ["reject", "accept"])
def test_an_acceptance_stands_whoever_decides_on_an_older_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch, late: Verdict
) -> None:
    between(monkeypatch, lambda: decide_review(folder, 1, "accept", ANA))
    with pytest.raises(DecisionInvalid, match=r"Ana accepted review 1 on 2026-03-10: it is .*@2"):
        decide_review(folder, 1, late, Coder("Ben", "2026-03-11T09:00:00Z", "a login page"))
    (decided,) = list_reviews(folder, decided=True)
    assert (decided.review.verdict, decided.review.person) == ("accept", "Ana")
    assert str(decided.review.snapshot) == f"{OTHER}@2"
    assert query(folder, "SELECT kind FROM runs ORDER BY id DESC LIMIT 1") == [("review",)]
    assert query(folder, "SELECT count(*) FROM runs WHERE kind = 'review'") == [(1,)]


def test_an_older_document_is_refused_where_a_newer_one_came_after_the_look(
    folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/79"] = Page(speech(1).replace("XAA", "the XAA"))
    between(monkeypatch, lambda: night(folder, 3))
    with pytest.raises(DecisionInvalid, match="last seen on 2026-03-02, before"):
        decide_review(folder, 1, "accept", ANA)
    assert len(list_reviews(folder)) == 1


def test_an_older_document_does_not_take_the_place_of_a_newer_one(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page(speech(1).replace("XAA", "the XAA"))
    assert only(night(folder, 3)).outcome == "changed"
    with pytest.raises(DecisionInvalid, match="last seen on 2026-03-02, before"):
        decide_review(folder, 1, "accept", ANA)
    site.pages["/79"] = Page(LOGIN.format(""))
    night(folder, 4)
    assert str(decide_review(folder, 1, "accept", ANA).snapshot) == f"{OTHER}@3"
    assert query(folder, "SELECT max(observed) FROM snapshots") == [("2026-03-04T02:30:00Z",)]


@pytest.mark.parametrize(
    ("number", "coder", "reference", "error", "said"),
    [
        (9, ANA, None, NotInArchive, "there is no review 9"),
        (1, Coder("Ana", ANA.decided, " "), None, DecisionInvalid, "--reason"),
        (1, Coder("Ana", ANA.decided, None), None, DecisionInvalid, "--reason"),
        (1, ANA, "XAA/UNGA/80", DecisionInvalid, "by the watch list"),
        (1, ANA, "XAA/UNGA", ReferenceInvalid, "name a statement"),
        (1, ANA, "XAA/UNGA/79@1", ReferenceInvalid, "name a statement"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_nothing_is_written(
    folder: Path, number: int, coder: Coder, reference: str | None, error: type[TrackerError], said: str
) -> None:
    before = query(folder, "SELECT count(*) FROM runs")
    with pytest.raises(error, match=said):
        decide_review(folder, number, "accept", coder, reference=reference)
    assert query(folder, "SELECT count(*) FROM runs") == before
    assert len(list_reviews(folder)) == 1


def test_nobody_decides_under_a_name_that_cannot_be_printed() -> None:
    for name in ("", " ", "Ana ", "A\nB"):
        with pytest.raises(DecisionInvalid, match="is not a valid name"):
            Coder(name, ANA.decided, "x")


def test_bytes_without_a_text_can_be_rejected_and_not_accepted(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page("<html><head><title>Statement</title></head><body></body></html>")
    check = only(night(folder, 3))
    assert check.outcome == "quarantined"
    shown = show_review(folder, 2)
    assert (shown.side, shown.comparison) == (None, None)
    assert shown.fault
    with pytest.raises(DocumentUnreadable):
        decide_review(folder, 2, "accept", ANA)
    assert decide_review(folder, 2, "reject", ANA).verdict == "reject"


# Links without a reference ------------------------------------------------------------------------------


def test_a_link_gets_its_reference_from_a_person_and_is_watched_from_then_on(
    folder: Path, site: Site
) -> None:
    watch_index(folder, site)
    check = found(night(folder, 3))
    assert (check.outcome, check.cause) == ("quarantined", "no reference")
    assert f" {check.source} {site.url('/s/80')} no reference (a person has to name it" in check_line(check)
    with pytest.raises(DecisionInvalid, match="--as GBR/UNGA/80"):
        decide_review(folder, 2, "accept", ANA)
    accepted = decide_review(folder, 2, "accept", ANA, reference="XAA/UNGA/80")
    assert str(accepted.snapshot) == "XAA/UNGA/80~prepared.en@1"
    site.pages["/s/80"] = Page(speech(2).replace("XAA", "the XAA"))
    check = found(night(folder, 11))
    assert (check.outcome, str(check.snapshot)) == ("changed", "XAA/UNGA/80~prepared.en@2")


def test_a_link_that_is_no_statement_is_refused_for_good(folder: Path, site: Site) -> None:
    watch_index(folder, site)
    night(folder, 3)
    decide_review(folder, 2, "reject", ANA)
    assert set(outcomes(night(folder, 11))) == {"xaa-79", "list"}


def test_a_bad_page_at_a_link_with_a_reference_does_not_end_its_watch(folder: Path, site: Site) -> None:
    watch_index(folder, site, 'reference = "XAA/UNGA/80"\n')
    site.pages["/s/80"] = Page(LOGIN.format("<p>80</p>"))
    assert found(night(folder, 3)).cause == "login"
    decide_review(folder, 2, "reject", ANA)
    site.pages["/s/80"] = Page(speech(2))
    assert found(night(folder, 11)).outcome == "new"


# What is printed ----------------------------------------------------------------------------------------


def test_the_list_and_one_document_are_shown(folder: Path, site: Site) -> None:
    site.pages["/79"] = Page(" ".join(speech(1).split()[:300]))
    night(folder, 3)
    listed = ask(folder)
    assert (listed.code, listed.err) == (0, "")
    assert "1  xaa-79  XAA/UNGA/79~prepared.en  2026-03-02 02:30" in listed.out
    assert 'login: "sign in" in the title' in listed.out
    first, second = (ask(folder, number) for number in ("1", "2"))
    assert (first.code, second.code) == (0, 0)
    assert "0% of the sentences correspond; --all compares them" in " ".join(first.out.split())
    assert f"200 {site.url('/79')}" in first.out
    assert "You must be logged in." in first.out
    assert "collapsed: 300 words" in second.out
    assert "Compared sentence by sentence" in second.out
    assert all(len(row) <= 80 for run in (listed, first, second) for row in run.out.splitlines())


def test_json_holds_the_evidence_the_text_and_the_comparison(folder: Path) -> None:
    (row,) = json.loads(ask(folder, "--format", "json").out)["documents"]
    assert (row["id"], row["cause"], row["reference"], row["verdict"]) == (1, "login", OTHER, None)
    shown = json.loads(ask(folder, "1", "--format", "json").out)
    assert shown["exchanges"][-1]["status"] == 200
    assert "You must be logged in." in shown["text"]
    assert shown["comparison"]["genre"] == "session"


def test_a_decision_is_answered_on_one_line_and_the_bytes_can_be_saved(folder: Path, tmp_path: Path) -> None:
    assert ask(folder, "--decided").out == "Nobody has decided on a document yet.\n"
    saved = ask(folder, "1", "--save", str(tmp_path / "page.html"))
    assert (saved.code, (tmp_path / "page.html").read_bytes()) == (0, LOGIN.format("").encode())
    done = ask(folder, "1", "reject", "--by", "Ana", "--reason", "a login page")
    assert done.code == 0
    assert done.out.startswith("review 1: rejected by Ana on ")
    assert ask(folder).out == "No documents are waiting.\n"
    decided = ask(folder, "--decided")
    assert "rejected by Ana on" in decided.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1", "reject", "--reason", "x"), "missing option --by NAME"),
        (("1", "accept", "--by", "Ana"), "missing option --reason TEXT"),
        (("1", "--by", "Ana"), "missing verdict"),
        (("1", "reject", "--as", "XAA/UNGA/80", "--by", "Ana", "--reason", "x"), "--as needs accept"),
        (("--save", "x.html"), "--save only writes one document"),
        (("1", "--decided"), "--decided is for the list"),
        (("7",), "there is no review 7"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_two(
    folder: Path,
    words: tuple[str, ...],
    said: str,
) -> None:
    ran = ask(folder, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_document_of_a_source_that_left_the_watch_list_can_still_be_decided_on(folder: Path) -> None:
    (folder / "watch.toml").unlink()
    assert show_review(folder, 1).side
    assert decide_review(folder, 1, "accept", ANA).snapshot
    with open_ledger(folder) as ledger:
        assert ledger.waiting() == ()
