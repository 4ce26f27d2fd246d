"""A page that changes every night is told, and what differs on it can be left out."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.builders import build_pdf, typeset
from tests.nights import DAYS, Page, make_archive, only, run_night, source, watch, write_speech
from tests.thorough import long, some
from tracker.errors import WatchListInvalid
from tracker.keep.verify import verify
from tracker.watch.health import assess_health
from tracker.watch.news import gather_news

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.health import News
    from tracker.model.ledger import Check

SPEECH = [part for part in write_speech().split("\n\n") if part.strip()]


def article(stamp: str) -> Page:
    """Return a page with a stamp inside its article, which a script for search engines quotes."""
    body = "".join(f"<p>{part}</p>" for part in SPEECH)
    quoted = json.dumps({"@type": "Article", "articleBody": f"{stamp} {' '.join(SPEECH)}"})
    return Page(
        f'<html><head><title>79</title><script type="application/ld+json">{quoted}</script></head><body>'
        f'<article><h1>Statement</h1><p class="stamp">{stamp}</p>{body}</article></body></html>',
        headers={"Content-Type": "text/html"},
    )


def short_article(stamp: str) -> Page:
    """Return a page so short that its text is looked for in the script as well."""
    text = (
        "We speak in reply. The mission of our neighbour is mistaken about the river, and it knows that well."
    )
    quoted = json.dumps({"@type": "Article", "articleBody": f"{stamp} {text} {text}"})
    return Page(
        f'<html><head><script type="application/ld+json">{quoted}</script></head><body>'
        f'<article><p class="stamp">{stamp}</p><p>{text}</p></article></body></html>',
        headers={"Content-Type": "text/html"},
    )


def pdf(stamp: str) -> Page:
    return Page(build_pdf(typeset([stamp, *SPEECH])), headers={"Content-Type": "application/pdf"})


def plain(stamp: str) -> Page:
    return Page(f"{write_speech()}\n{stamp}\n", headers={"Content-Type": "text/plain"})


BY_TEXT = r"""remove = ['text:Printed on \d+ March at \d+:\d\d']"""
REMEDIES = [
    (article, 'remove = ["article .stamp"]'),
    (article, BY_TEXT),
    (short_article, 'remove = [".stamp"]'),
    (pdf, BY_TEXT),
    (plain, BY_TEXT),
]


def _watch(site: Site, more: str = "") -> str:
    return source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"), more)


def _night(folder: Path, site: Site, make: Callable[[str], Page], number: int) -> Check:
    site.pages["/79"] = make(f"Printed on {number} March at 02:{30 + number}")
    return only(run_night(folder, DAYS[number]))


@pytest.mark.parametrize(("make", "remedy"), some(1, REMEDIES))
def test_what_changes_every_night_is_told_and_can_be_left_out(
    tmp_path: Path, site: Site, make: Callable[[str], Page], remedy: str
) -> None:
    folder = make_archive(tmp_path / "snapshots", _watch(site), site.port)
    checks = [_night(folder, site, make, number) for number in range(6)]
    assert [check.outcome for check in checks] == ["new", *["changed"] * 5]
    assert [check.cause for check in checks] == [*[""] * 4, *["changes every night"] * 2]
    assert "5 nights in a row" in checks[5].detail
    (concern,) = assess_health(folder, f"{DAYS[5]}T08:00:00Z", 3).concerns
    assert (concern.kind, concern.subject) == ("changes every night", "xaa-79")
    watch(folder, _watch(site, remedy), site.port)
    later = [_night(folder, site, make, number) for number in range(6, 10)]
    assert [check.outcome for check in later] == ["unchanged"] * 4
    assert assess_health(folder, f"{DAYS[9]}T08:00:00Z", 3).concerns == ()


@long
def test_a_text_that_goes_back_and_forth_by_chance_is_told_four_times(tmp_path: Path, site: Site) -> None:
    folder, chance = make_archive(tmp_path / "snapshots", _watch(site), site.port), Random(3)  # noqa: S311
    told: list[News] = []
    for day in DAYS:
        site.say("/79", more="We have changed it." if chance.random() > 1 / 2 else "")
        told += gather_news(folder, run_night(folder, day).run.id)
    assert [each.kind for each in told] == ["new", *["changed silently"] * 4]
    assert ["again" in each.check.detail for each in told] == [False, False, True, True, True]
    assert len(query(folder, "SELECT 1 FROM outcomes WHERE outcome = 'changed'")) > 8


def test_a_text_that_was_read_without_what_was_left_out_is_verified_so(tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", _watch(site, BY_TEXT), site.port)
    for number, make in enumerate((pdf, plain, article)):
        check = _night(folder, site, make, number)
    assert check.outcome in {"changed", "unchanged"}
    verified = verify(folder, "2026-04-01T00:00:00Z", lambda _done, _total: None)
    assert [each.what for each in verified.findings if each.standing != "unverifiable"] == []


def test_an_edit_in_every_third_night_is_not_told_so(tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", _watch(site), site.port)
    checks = [_night(folder, site, plain, number - number % 3 + 1) for number in range(9)]
    assert {check.cause for check in checks} == {""}


def test_a_wrong_expression_is_refused_with_its_place(tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", _watch(site, "remove = ['text:(']"), site.port)
    with pytest.raises(WatchListInvalid, match="not a regular expression"):
        run_night(folder)
