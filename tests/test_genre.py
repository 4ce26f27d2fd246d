"""Texts about statements wait for a person, and statements that look a little like them do not."""

from __future__ import annotations

import re
import tomllib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bad_pages import arrive, keep
from tests.nights import Page, make_archive, only, run_night, source, write_speech
from tracker.capture.admit.admission import admit
from tracker.model.watching import History

if TYPE_CHECKING:
    from tests.nights import Site

TEXTS = tomllib.loads((Path(__file__).parent / "data" / "about_statements.toml").read_text(encoding="utf-8"))
RELEASE, TEASER = TEXTS["release"], TEXTS["teaser"]
REPORTS = [text for name, text in TEXTS.items() if name != "teaser"]
LINKS = (
    "Read more",
    "Continue reading →",
    "Read the full statement",
    "Lire la suite",
    "Leer más",
    "Читать далее",
)
TURN = "Mr. {name} ({country}) (spoke in {language}): Mr. President, {text}"
SPEAKERS = [
    ("Rey", "France", "French"),
    ("Silva", "Brazil", "Portuguese"),
    ("Smith", "United Kingdom", "English"),
    ("Sato", "Japan", "English"),
]
HEADING = "Statement by H.E. {name}, Minister for Foreign Affairs of {country}"
SPEECH = (
    "We fight corruption in all its forms. We will publish every contract of the State, and we ask others to."
)


def page(text: str, title: str = "General debate") -> str:
    """Return a web page with the paragraphs of a text."""
    body = "".join(f"<p>{escape(' '.join(part.split()))}</p>" for part in text.strip().split("\n\n"))
    return (
        f"<html><head><title>{title} | Ministry</title></head><body><nav><a>Home</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer><p>Contact</p></footer></body></html>"
    )


def record(line: str) -> str:
    """Return a record of four speakers, each announced by a line."""
    parts = []
    for number, (name, country, language) in enumerate(SPEAKERS):
        speech = write_speech(number=number)
        text = line.format(name=name, country=country, language=language, text="allow me to begin.")
        parts.append(f"{text}\n\n{speech}")
    return "\n\n".join(parts)


ABOUT = [
    *(("report", text) for text in REPORTS),
    ("report", re.sub(r'"(.*?)"', "‘\\1’", RELEASE, flags=re.DOTALL)),
    *(("teaser", f"{TEASER}\n\n{link}") for link in LINKS),
    ("teaser", f"{TEASER.rstrip()[:-1]} ..."),
    ("several speakers", record(TURN)),
    ("several speakers", record(HEADING)),
]


@pytest.mark.parametrize(("cause", "text"), ABOUT)
def test_what_is_about_a_statement_is_put_before_a_person(cause: str, text: str) -> None:
    judged = admit(arrive(page(text), "GBR/UNGA/79"), History())
    assert (judged.accepted, judged.cause) == (False, cause)
    assert judged.detail


REST = [
    ("<p>{0} <a href='/full'>Read more</a></p>", True),
    ("<p>{0}</p><div class='more'><a href='/full' class='button'>Continue reading</a></div>", True),
    ("<p>{0}</p><button>Read more</button>", True),
    ("<p>{0}</p><footer><a href='/full'>Lire la suite</a></footer>", True),
    ("<p>{0}</p><p><a href='/full'>Read more</a></p><p>Share this page</p><p>Tags: speeches</p>", True),
    ("<p>{0}</p><p><a href='/79.pdf'>Full text (PDF)</a></p>", False),
    ("<p>{0}</p><p>Thank you.</p></article><aside><h2>News</h2><p>Other things.</p><a>Read more</a>", False),
]


@pytest.mark.parametrize(("body", "is_found"), REST)
def test_a_link_to_the_rest_is_found_in_the_markup(body: str, *, is_found: bool) -> None:
    text = body.format(" ".join(TEASER.split()))
    html = f"<html><body><article><h1>Statement</h1>{text}</article></body></html>"
    judged = admit(arrive(html, "GBR/UNGA/79"), History())
    assert judged.cause == ("teaser" if is_found else "")


STATEMENTS = [
    TEASER,
    write_speech(),
    # What others said is told by every speaker.
    f"The Secretary-General said and stressed that we are off course, and noted why.\n\n{write_speech()}",
    # One answers another, and a record names its own speaker.
    f"Mr. Smith (United Kingdom): {write_speech()}\n\nMr. Rey (France): We thank the United Kingdom.",
    f"Statement by the Foreign Minister of the United Kingdom\n\n{write_speech()}",
    f"{write_speech()}\n\nRead more about our work on the pages of the ministry, in six languages.",
    f"{write_speech(number=1)}\n\n{write_speech(number=2)}\n\nRead more",
    # One speaker has a section on each country.
    f"{write_speech()}\n\nCuba\n\n{SPEECH}\n\nNew Caledonia\n\n{SPEECH}\n\nFrance\n\n{SPEECH}",
]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_is_none_of_these(text: str) -> None:
    judged = admit(arrive(page(text), "GBR/UNGA/79"), History())
    assert (judged.accepted, judged.cause) == (True, "")


def test_a_summary_record_may_report() -> None:
    assert admit(arrive(page(RELEASE), "XAA/UNGA/79~summary.en"), History()).accepted
    assert admit(arrive(page(RELEASE), "XAA/UNGA/79~prepared.en"), History()).cause == "report"


SESSIONS = [
    ("Two years off, as it says of its own year.", "seventy-seventh", "In 2022 we began.", True),
    (
        "The year of the declared session.",
        "seventy-seventh",
        "In 2022 we began, and in 2024 we ended.",
        False,
    ),
    ("No year at all.", "seventy-seventh", "We began.", False),
    ("The session before is named by all.", "seventy-eighth", "In 2023 we began.", False),
    ("An anniversary.", "sixtieth", "In 2005 we began.", False),
]


@pytest.mark.parametrize(("_why", "named", "year", "is_found"), SESSIONS)
def test_a_text_of_another_session_is_told_by_that_session_and_its_year(
    _why: str, named: str, year: str, is_found: bool
) -> None:
    text = f"{write_speech()}\n\nWe thank the President of the {named} session. {year}"
    judged = admit(arrive(page(text), "XAA/UNGA/79"), History())
    assert judged.cause == ("other session" if is_found else "")


def test_the_text_of_a_session_that_is_kept_is_not_another_ones(tmp_path: Path, site: Site) -> None:
    """Other bytes, and a sentence that differs: no digest is the same."""
    site.say("/77", number=7)
    site.pages["/79"] = Page(
        page(write_speech("We add a sentence.", 7)), headers={"Content-Type": "text/html"}
    )
    site.say("/78", number=8)
    watched = source("xaa-77", "XAA/UNGA/77~prepared.en", site.url("/77"))
    folder = make_archive(tmp_path / "snapshots", watched, site.port)
    run_night(folder, judge=admit)
    later = "".join(
        source(f"xaa-{number}", f"XAA/UNGA/{number}~prepared.en", site.url(f"/{number}"))
        for number in (78, 79)
    )
    (folder / "watch.toml").write_text((folder / "watch.toml").read_text() + later)
    night = {check.source: check for check in run_night(folder, "2026-03-02", judge=admit).checks}
    assert night["xaa-78"].outcome == "new"
    assert (night["xaa-79"].outcome, night["xaa-79"].cause) == ("quarantined", "other session")
    assert "XAA/UNGA/77" in night["xaa-79"].detail


def test_what_a_person_accepted_is_not_judged_so_again() -> None:
    earlier = keep(arrive(page(RELEASE)))
    assert admit(arrive(page(f"{RELEASE}\n\nThe Ministry added a line.")), History((earlier,))).accepted


@pytest.mark.parametrize("text", [RELEASE, record(TURN)])
def test_what_took_the_place_of_a_statement_is_told_apart(text: str) -> None:
    earlier = keep(arrive(page(TEASER), "GBR/UNGA/79"))
    judged = admit(arrive(page(text), "GBR/UNGA/79"), History((earlier,)))
    assert judged.cause in {"report", "several speakers"}


def test_what_a_page_lost_is_told_with_its_count(tmp_path: Path, site: Site) -> None:
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    folder = make_archive(tmp_path / "snapshots", watched, site.port)
    whole = page(write_speech())
    site.pages["/79"] = Page(whole, headers={"Content-Type": "text/html"})
    assert only(run_night(folder, "2026-03-01", judge=admit)).outcome == "new"
    words = write_speech().split(" ")
    site.pages["/79"] = Page(
        page(" ".join(words[: len(words) * 55 // 100])), headers={"Content-Type": "text/html"}
    )
    check = only(run_night(folder, "2026-03-02", judge=admit))
    assert check.outcome == "changed"
    assert "words" in check.detail
    assert "before (-4" in check.detail
