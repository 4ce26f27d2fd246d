"""What is withdrawn as one statement stays what it was under another: its checks, and what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.nights import Page, make_archive, run_night, source, write_speech
from tests.rights import add
from tracker.errors import Withdrawn
from tracker.keep.mirror import update_mirror
from tracker.keep.verify import verify
from tracker.keep.withdraw import change
from tracker.model.decisions import Coder
from tracker.model.ledger import ELSEWHERE
from tracker.model.rights import Ruled
from tracker.model.watching import Admission
from tracker.record.reading.ledger import open_ledger
from tracker.report.answers.rights import render_change
from tracker.watch.review import decide_review, list_reviews, read_bytes, show_review

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.ledger import Check
    from tracker.model.rights import Act
    from tracker.model.verifying import Finding
    from tracker.model.watching import Arrival, History

KENYA, NAURU = "ken-unga-79", "nru-unga-79"
RULED = Ruled("names a witness", "District Court", "2026-03-04T05:06:07Z", "Ana")
LOGIN = (
    "<html><head><title>Sign in</title></head><body><form><input type=password></form>"
    "<p>Please enter your user name and your password to continue.</p></body></html>"
)


def judge(arrival: Arrival, _history: History) -> Admission:
    """Put a login page before a person, and take all else."""
    is_login = "password" in arrival.version.text
    return Admission(accepted=not is_login, cause="login" if is_login else "")


def join(text: str) -> str:
    return " ".join(text.split())


def night(folder: Path, day: int) -> dict[str, Check]:
    return {check.source: check for check in run_night(folder, f"2026-03-{day:02}", judge=judge).checks}


def find_faults(folder: Path) -> list[Finding]:
    found = verify(folder, "2026-03-28T00:00:00Z", lambda _done, _total: None).findings
    return [each for each in found if each.standing == "fault"]


def read_headers(folder: Path) -> dict[str, str]:
    """Return what the servers' answers of the first night said, by source."""
    asked = "FROM exchanges JOIN outcomes ON outcomes.id = exchanges.outcome JOIN runs ON runs.id = run"
    return dict(query(folder, f"SELECT source, headers {asked} WHERE started LIKE '2026-03-01%'"))


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    """Return an archive whose two sources gave a statement each, and then the same login page."""
    site.say("/ken", "Kenya speaks.")
    site.say("/nru", "Nauru speaks.", 1)
    watched = [
        source(KENYA, "KEN/UNGA/79~prepared.en", site.url("/ken")),
        source(NAURU, "NRU/UNGA/79~prepared.en", site.url("/nru")),
    ]
    folder = make_archive(tmp_path / "snapshots", "".join(watched), site.port)
    assert {check.outcome for check in night(folder, 1).values()} == {"new"}
    site.pages["/ken"] = site.pages["/nru"] = Page(LOGIN)
    assert {check.outcome for check in night(folder, 2).values()} == {"quarantined"}
    return folder


def reject(folder: Path) -> int:
    """Let a person reject what came for Nauru, and return the number of the review."""
    (number,) = (each.review.id for each in list_reviews(folder) if each.review.source == NAURU)
    decide_review(folder, number, "reject", Coder("Ana", "2026-03-02T09:00:00Z", "a login page"))
    return number


def test_what_a_person_rejected_for_another_country_stays_as_it_was(folder: Path) -> None:
    number = reject(folder)
    before = night(folder, 3)[NAURU]
    change(folder, "withdraw", "KEN/UNGA/79", RULED)
    checks = night(folder, 4)
    assert (checks[KENYA].outcome, checks[KENYA].cause) == ("rejected", "withdrawn")
    assert (checks[NAURU].outcome, checks[NAURU].cause) == ("rejected", "rejected before")
    assert checks[NAURU].detail == before.detail == f"by Ana on 2026-03-02, review {number}: a login page"
    told = run_tracker(folder.parent, "review", "--decided").out
    assert "a login page" in told
    assert "None" not in told
    with open_ledger(folder) as ledger:
        runs = ledger.runs()
        shown = [check for run in runs for check in ledger.checks(run.id) if check.source == NAURU]
    assert [check.detail for check in shown[-2:]] == [before.detail] * 2
    update_mirror(folder)
    assert find_faults(folder) == []


def test_what_waits_for_another_country_goes_on_waiting(folder: Path) -> None:
    before = [each.review for each in list_reviews(folder) if each.review.source == NAURU]
    told = render_change(change(folder, "withdraw", "KEN/UNGA/79", RULED), width=200)
    assert "received for NRU/UNGA/79~prepared.en and not accepted, stay in tracker review." in told
    assert [each.review for each in list_reviews(folder)] == before
    assert read_bytes(folder, before[0].id) == LOGIN.encode()
    assert show_review(folder, before[0].id).side
    assert night(folder, 3)[NAURU].outcome == "quarantined"
    assert [each.review for each in list_reviews(folder)] == before


def test_an_act_on_one_leaves_the_other_closed(folder: Path) -> None:
    acts: tuple[tuple[Act, str, set[str]], ...] = (
        ("withdraw", "KEN/UNGA/79", {NAURU}),
        ("withdraw", "NRU/UNGA/79", set()),
        ("lift", "NRU/UNGA/79", {NAURU}),
    )
    for act, reference, waiting in acts:
        change(folder, act, reference, RULED)
        assert {each.review.source for each in list_reviews(folder)} == waiting
    change(folder, "lift", "KEN/UNGA/79", RULED)
    assert {each.review.source for each in list_reviews(folder)} == {KENYA, NAURU}


def test_what_was_withdrawn_elsewhere_waits_for_a_person(folder: Path, site: Site) -> None:
    change(folder, "withdraw", "KEN/UNGA/79", RULED)
    for day, more in ((3, "Kenya speaks."), (4, "Kenya speaks.\n")):
        site.say("/nru", more)
        check = night(folder, day)[NAURU]
        assert (check.outcome, check.cause) == ("quarantined", ELSEWHERE)
        assert check.detail.startswith("the same text was withdrawn as KEN/UNGA/79")
        assert "witness" not in check.detail
    waiting = [each.review for each in list_reviews(folder) if each.review.cause == ELSEWHERE]
    decide_review(folder, waiting[-1].id, "accept", Coder("Ana", "2026-03-05T09:00:00Z", "a joint text"))
    site.say("/nru", "Kenya speaks.")
    assert night(folder, 6)[NAURU].outcome == "unchanged"
    assert night(folder, 6)[KENYA].cause == "withdrawn"
    with pytest.raises(Withdrawn, match="KEN/UNGA/79 was withdrawn"):
        add(folder, "KEN/UNGA/79~prepared.en", write_speech("Kenya speaks."))


def test_what_was_destroyed_elsewhere_is_not_kept(folder: Path, site: Site) -> None:
    number = reject(folder)
    first = read_headers(folder)
    told = render_change(change(folder, "destroy", "KEN/UNGA/79", RULED), width=200)
    assert "received for NRU/UNGA/79~prepared.en and not accepted, are gone there too." in told
    assert read_headers(folder)[NAURU] == first[NAURU]
    assert read_headers(folder)[KENYA] != first[KENYA]
    assert night(folder, 3)[NAURU].cause == "rejected before"
    with pytest.raises(Withdrawn, match="the same text was destroyed as KEN/UNGA/79"):
        read_bytes(folder, number)
    for day, more in ((4, "Kenya speaks."), (5, "Kenya speaks.\n")):
        site.say("/nru", more)
        check = night(folder, day)[NAURU]
        assert (check.outcome, check.cause) == ("rejected", ELSEWHERE)
        assert check.detail == "the same text was destroyed as KEN/UNGA/79"
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NOT NULL") == [(1,)]
    site.say("/nru", "Nauru speaks again.", 1)
    assert night(folder, 6)[NAURU].outcome == "changed"
    update_mirror(folder)
    assert find_faults(folder) == []


def test_an_import_passes_over_it_without_the_reason(folder: Path) -> None:
    change(folder, "withdraw", "KEN/UNGA/79", RULED)
    (folder.parent / "NRU_80.txt").write_text(write_speech("Kenya speaks."), encoding="utf-8")
    ran = run_tracker(folder.parent, "import", ".", "--body", "UNGA", "--pattern", "{country}_{session}.txt")
    assert "NRU/UNGA/80 may not be recorded: the same text was withdrawn as KEN/UNGA/79;" in join(ran.out)
    assert "witness" not in ran.out


def test_by_hand_it_is_another_statement_and_said(folder: Path) -> None:
    change(folder, "withdraw", "KEN/UNGA/79", RULED)
    (folder.parent / "nauru.txt").write_text(write_speech("Kenya speaks."), encoding="utf-8")
    ran = run_tracker(folder.parent, "add", "nauru.txt", "--as", "NRU/UNGA/80")
    assert ran.code == 0
    assert "a night would have asked a person first: the same text was withdrawn as KEN/UNGA/79" in ran.out
    assert "tracker withdraw NRU/UNGA/80~prepared.en@1 --reason TEXT --authority NAME" in ran.out
    assert "witness" not in ran.out
    change(folder, "withdraw", "NRU/UNGA/80~prepared.en@1", RULED)
    ran = run_tracker(folder.parent, "add", "nauru.txt", "--as", "NRU/UNGA/80")
    assert (ran.code, ran.err.count("NRU/UNGA/80~prepared.en@1 was withdrawn")) == (2, 1)


def test_what_was_decided_on_the_withdrawn_one_is_told_without_its_reason(folder: Path) -> None:
    (number,) = (each.review.id for each in list_reviews(folder) if each.review.source == KENYA)
    decide_review(folder, number, "reject", Coder("Ana", "2026-03-02T09:00:00Z", "a login page"))
    change(folder, "withdraw", "KEN/UNGA/79", RULED)
    told = run_tracker(folder.parent, "review", "--decided").out
    assert "rejected by Ana on 2026-03-02: the reason is withdrawn" in join(told)
    assert "a login page" not in told
