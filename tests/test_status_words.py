"""A status has one name in every form of a report, in options and documents, and *likely* alone doubts."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zipfile import ZipFile

import pytest

from tests.comparisons import reading, session
from tests.comparisons import topic as make_topic
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.topics import Status
from tracker.report.comparison.sentences import FILTERS
from tracker.report.formats import FORMATS, REPORTS, Asked, render_comparison

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

STATUSES: tuple[Status, ...] = get_args(Status)
FORMS = tuple(form for form in REPORTS["comparison"] if form != "parquet")
GONE = {"new": (1, 0), "back": (1, 0), "not repeated": (0, 1)}
OLD = (
    r"\b(?:promoted|demoted|returned|perhaps|maybe|unclear|possibly|share unsure|in passing|only mentioned)\b"
    r"|(?:new|back|up|down|more|less|kept|repeated)\?"
)
"""What was once said in place of a status, or beside it for doubt."""
DOCS = Path(__file__).parents[1] / "tracker" / "docs"


def compare() -> Comparison:
    """Return a comparison with a topic of each status, claimed and likely."""
    topics = []
    for at, status in enumerate((*STATUSES, *STATUSES)):
        shares = (0.02, 0.06) if status in {"moved up", "more", "kept"} else (0.06, 0.02)
        olds, news = (reading("substantive", (0,), share) for share in shares)
        sides = {"new": (None, news), "back": (None, news), "not repeated": (olds, None)}
        made = make_topic(f"Subject {at}", status, *sides.get(status, (olds, news)))
        claimed = at < len(STATUSES)
        topics.append(
            replace(made, claimed=claimed, outcome_certainty=0.9 if claimed else 0.6, measured=True)
        )
    return replace(session(), topics=tuple(topics), counterparts=())


def render(form: str) -> str:
    """Return all that a form of the report of these says, as text."""
    written = render_comparison(Asked(compare(), load_vocabulary(), everything=True), form)
    if isinstance(written, str):
        return written
    with ZipFile(BytesIO(written)) as packed:
        parts = [packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml")]
    return re.sub(r"<[^>]*>", "", "\n".join(parts))


@pytest.mark.parametrize("form", FORMS)
def test_each_status_has_its_name_in_each_form(form: str) -> None:
    text = render(form).lower()
    assert [status for status in STATUSES if not re.search(rf"\b{status}\b", text)] == []


@pytest.mark.parametrize("form", FORMS)
def test_no_form_has_another_word_for_a_status_or_for_doubt(form: str) -> None:
    assert re.findall(OLD, _without_keys(render(form)), re.IGNORECASE) == []


def _without_keys(text: str) -> str:
    """Return a text without names of fields, and what a page is made by."""
    return re.sub(r"<(script|style)\b.*?</\1>|\"[a-z_]+\":|share_unsure", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("form", [form for form in FORMS if not (FORMATS[form].is_table or form == "json")])
def test_what_is_not_claimed_is_likely(form: str) -> None:
    """In tables and JSON it has a field of its own of that name."""
    text = render(form).lower()
    assert re.search(r"\blikely\b", text)
    for status in STATUSES[:-1]:
        if status != "kept":
            assert re.search(rf"likely[^.]{{0,400}}?\b{status}\b", text, re.DOTALL), status


def test_options_have_each_status() -> None:
    assert set(STATUSES) <= set(FILTERS)
    assert not [word for word in FILTERS if re.search(OLD, word)]


def test_the_glossary_has_each_status_and_documents_have_no_other_name() -> None:
    (row,) = re.findall(r"^\| status \| (.*) \|$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert [status for status in STATUSES if f"*{status}*" not in row] == []
    for path in (DOCS.parents[1] / "README.md", *sorted(DOCS.glob("*.md"))):
        other = re.findall(
            r"\*(?:promoted|demoted|returned|up|down)\*|\b(?:promoted|demoted|share unsure)\b",
            path.read_text("utf-8"),
        )
        assert not other, path.name
