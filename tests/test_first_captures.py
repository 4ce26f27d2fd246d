"""What a first capture may be; and how one that was no statement gives way to the statement."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bad_pages import arrive, fetch, keep
from tests.nights import DAYS, Page, make_archive, only, run_night, source, write_speech
from tests.other_pages import OtherPage, OtherStatement, draw_halves, load_other_pages, load_other_statements
from tests.test_judgement import LANGUAGES, TABLES, speech
from tests.thorough import long, some
from tracker.capture.admit.admission import admit, list_causes, refuse_unreadable
from tracker.capture.admit.genre import measure_voice
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.score import find_unlikeness
from tracker.errors import DocumentUnreadable
from tracker.model.decisions import Coder
from tracker.model.watching import CHALLENGE, Admission, History
from tracker.record.reading.ledger import open_ledger
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.report.answers.news import headline, news_fields, render_news, write_message
from tracker.report.answers.review import render_reviews
from tracker.text.identity import fold
from tracker.watch.news import gather_news
from tracker.watch.review import decide_review, list_reviews, show_review

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.watch.snapshot import Night

ANA = Coder("Ana", "2026-03-20T09:00:00Z", "I looked at the page")
EDITION = "XAA/UNGA/80~prepared.en"
PAGES = load_other_pages()
FURTHER = draw_halves(load_other_pages("further_pages"))
VACANCY = PAGES[0].data.decode()


def look(page: OtherPage) -> Admission:
    try:
        return admit(arrive(page.data, "XAA/UNGA/80"), History())
    except DocumentUnreadable as error:
        return refuse_unreadable(fetch(page.data), str(error))


# The rules ----------------------------------------------------------------------------------------------


def test_the_pages_are_many_in_six_languages_and_halved_alike() -> None:
    halves = draw_halves(PAGES)
    assert len(PAGES) >= 60
    assert {page.language for page in PAGES} == set(LANGUAGES)
    assert {page.name for half in halves.values() for page in half} == {page.name for page in PAGES}
    kinds = [sorted({page.kind for page in half}) for half in halves.values()]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) >= 12


@pytest.mark.parametrize(
    "page", [*draw_halves(PAGES)["chosen"], *FURTHER["chosen"]], ids=lambda page: page.name
)
def test_a_page_beside_statements_is_no_first_capture(page: OtherPage) -> None:
    judged = look(page)
    assert not judged.accepted
    assert judged.cause in dict(list_causes())
    assert judged.detail


def test_of_pages_that_no_rule_was_chosen_on_nearly_all_stay_out() -> None:
    for reported in (draw_halves(PAGES)["reported"], FURTHER["reported"]):
        assert sum(not look(page).accepted for page in reported) >= 0.93 * len(reported)


@pytest.mark.parametrize("name", ["last_pages", "unseen_pages"])
@long
def test_of_pages_of_kinds_that_neither_rule_nor_score_knows_nearly_all_stay_out(name: str) -> None:
    unseen = load_other_pages(name)
    known = (*PAGES, *FURTHER["chosen"], *load_other_pages("score_pages"), *load_other_pages("fresh_pages"))
    assert {page.kind for page in unseen}.isdisjoint(page.kind for page in known)
    assert sum(not look(page).accepted for page in unseen) >= 26


def test_what_no_rule_names_is_told_in_words() -> None:
    page = next(page for page in load_other_pages("last_pages") if page.kind == "award announcement")
    judged = look(page)
    assert judged.cause == "no statement"
    assert judged.detail.startswith("reads like no statement (score ")
    assert "nobody speaks (we, I)" in judged.detail
    assert "its sentences are unlike those of statements" in judged.detail


def test_a_text_with_phrases_of_statements_and_a_summary_are_not_scored() -> None:
    recipe = arrive(RECIPE).version
    assert find_unlikeness(recipe)
    assert find_unlikeness(recipe, "summary") is None
    assert find_unlikeness(replace(recipe, language="de")) is None
    assert (
        find_unlikeness(arrive(f"Madam President, my delegation and my country agree. {RECIPE}").version)
        is None
    )


@pytest.mark.parametrize("language", some(3, LANGUAGES))
def test_statements_score_above_pages_in_every_language(language: str) -> None:
    pages = [each for each in load_other_pages("score_pages") if each.language == language]
    assert sum(not look(page).accepted for page in pages) >= 0.8 * len(pages)
    for each in load_other_statements("score_statements"):
        if each.language == language and each.kind != "summary":
            assert find_unlikeness(arrive(each.text).version) is None, each.name


RECIPE = """Peel the apples and cut them small. Melt the butter, add sugar and cinnamon, and let it cool.
Roll the dough out thin, spread it with crumbs and fruit, and fold it over. Bake in a hot oven until brown.
Serve warm, with cream. We eat it in autumn, and our neighbours of Norvia put raisins in."""
TERMS = """Bracket. A mark. We use it.
Consensus. No delegation objects to a text.
Sponsor. The one that tables a draft.
Silence: nobody breaks it.
Quorum. So many are there."""
CALENDAR = """12 December: explanation of vote, on behalf of the group.
20 October: debate, agenda item 18.
17 October: weapons, in the first committee.
6 October: open debate of the Council on women.
Older texts are kept by year, and those of the last session on another page."""
LISTING = """Address of the president, 23 September 2025.
Statement on weapons, for the friends of water, 17 October 2025.
A reply on the bridge at Amsel, October 6, 2025.
Explanation of vote on rivers, 12 December 2025.
Texts are in English unless another language is named, and those of last year are elsewhere."""
TIMES = """We begin the day at 9:30 with a speech of our president. At 11:15 the delegation of Tavoria
joins us. From 14:00 we visit the bridge at Amsel together."""
QUESTIONS = """How did our talks go? We slept in the plane, and drafted by day.
Who was against it? Nobody.
What comes next? We meet again in spring, and I hope that the fund is there.
That was all, I think."""
MOVED = """We have moved. What you look for was here until January, and some of our statements are still on
their way. Write to us, and we send you what you need. If you followed a link, tell us where you found
it."""
FORMS = [
    ("list", TERMS), ("list", CALENDAR), ("list", LISTING), ("programme", TIMES), ("questions", QUESTIONS),
    ("organisation", MOVED),
]  # fmt: skip
PRESIDENT = """Mr. President, you have our support, and we thank you, your team and your country. Allow me to
wish you well. You know our views: we shared them with you in spring, when you visited us, and you answered
us. We look forward to your summary, and my delegation will support you in all that you do for the rivers
of this world."""
ARTICLES = """Draft article 4: we welcome it, and our delegation supports the text as it stands.
Draft article 5: we would prefer to delete it, since our courts know no such rule.
Draft article 6: our delegation asks for time, and we reserve our position.
Draft article 7: we thank the Commission, and our comments follow in writing."""


@pytest.mark.parametrize(("cause", "text"), FORMS)
def test_a_form_that_no_statement_has_is_told(cause: str, text: str) -> None:
    padded = f"{text} {'The United Nations and the governments of the region are named here as well. ' * 2}"
    assert admit(arrive(padded, "XAA/UNGA/80"), History()).cause == cause


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(f"{n}. {part}" for n, part in enumerate(speech(3).split("\n\n"), 1)),
        PRESIDENT,
        ARTICLES,
    ],
    ids=["numbered paragraphs", "words to a president", "comments on articles"],
)
def test_what_looks_like_such_a_form_and_speaks_comes_in(text: str) -> None:
    assert admit(arrive(text, "XAA/UNGA/80"), History()) == Admission(accepted=True)


@pytest.mark.parametrize(
    "statement",
    [*load_other_statements(), *load_other_statements("further_statements")],
    ids=lambda each: each.name,
)
def test_a_statement_in_the_third_person_or_for_a_group_comes_in(statement: OtherStatement) -> None:
    assert admit(arrive(statement.text, statement.reference), History()) == Admission(accepted=True)


SUMMARY = """Referring to chapter four, Mr. Lind said that the commentary was long. He added that it cited one
judgment, and noted that others were at hand. He recalled the discussion of 2023 and stressed that practice
had changed since. Turning to chapter five, he explained that the articles were too narrow, and underlined
that rivers froze in winter, of which the text was silent."""


def test_verbs_that_report_speak_for_a_summary_alone() -> None:
    assert admit(arrive(SUMMARY, "XAA/UNGA/80~summary.en"), History()).accepted
    assert not admit(arrive(SUMMARY, "XAA/UNGA/80~prepared.en"), History()).accepted


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_offices_and_of_speakers_are_in_every_language(language: str) -> None:
    assert TABLES["spoken"][language]
    for kind, rows in TABLES["offices"].items():
        folded = [fold(entry) for entry in rows[language]]
        assert len(folded) >= 12, kind
        assert all(folded), kind
        assert len(set(folded)) == len(folded), kind
        assert not set(folded) & set(load_rules().statement), kind
        # Each is found where it stands alone.
        pattern = next(rule for rule in load_rules().offices if rule.cause == kind).words[language]
        assert all(pattern.search(f" {entry} ") for entry in folded), kind


def test_each_kind_of_page_has_a_meaning_and_a_name_of_its_own() -> None:
    named = [cause for cause, _ in list_causes()]
    assert len(set(named)) == len(named)
    assert all(means for _, means in list_causes())


def test_quoted_words_speak_for_nobody() -> None:
    voice = measure_voice('The minister arrived. "We are glad, and I thank you," she told us.', "en")
    assert voice is not None
    assert voice.speaker == pytest.approx(1 / voice.words)
    assert measure_voice("Wir danken dem Präsidenten.", "de") is None


def test_a_word_of_a_title_alone_makes_no_page_of_an_office() -> None:
    text = f"Statement on the procurement of vaccines\n\n{speech(3)}"
    assert admit(arrive(text, "XAA/UNGA/80"), History()).accepted


# One in the place of another -----------------------------------------------------------------------------


def of_night(*texts: str) -> History:
    kept = [keep(arrive(text, EDITION), number) for number, text in enumerate(texts, 1)]
    return History(tuple(reversed(kept)), is_confirmed=False)


@pytest.mark.parametrize(
    ("past", "text", "cause"),
    [
        (of_night(VACANCY), speech(1), CHALLENGE),
        (of_night(VACANCY, f"{VACANCY} Closed."), speech(1), CHALLENGE),
        (History(of_night(VACANCY).snapshots), speech(1), "other text"),
        (of_night(VACANCY, PAGES[7].data.decode()), speech(1), "other text"),
        (of_night(*[VACANCY] * 4), speech(1), "other text"),
        (of_night(speech(1)), VACANCY, "collapsed"),
        (of_night(speech(1)), speech(2), "other text"),
        (of_night(VACANCY), PAGES[7].data.decode(), "other text"),
        (of_night(PAGES[54].data.decode() * 3), load_other_statements()[1].text, CHALLENGE),
    ],
    ids=[
        "a vacancy", "a vacancy twice", "confirmed", "two pages", "four nights", "a vacancy later",
        "two speeches", "a tender", "a short statement",
    ],
)  # fmt: skip
def test_a_young_capture_gives_way_to_what_is_clearly_more_of_a_statement(
    past: History, text: str, cause: str
) -> None:
    judged = admit(arrive(text, EDITION), past)
    assert judged.cause == cause
    assert judged.accepted == (judged.cause == CHALLENGE)


def test_a_challenge_is_judged_as_a_first_capture_is() -> None:
    kept = of_night(VACANCY)
    other = History(kept.snapshots, (parse_reference("XAA/UNGA/79"),), is_confirmed=False)
    assert admit(arrive(speech(1), EDITION), other).cause == "other session"
    assert admit(arrive(" ".join(speech(1).split()[:30]), EDITION), kept).cause == "collapsed"
    norway = speech(1, country="Norway").replace("our region", "Norway")
    assert admit(arrive(norway, "KEN/UNGA/80"), kept).cause == "other country"
    assert admit(arrive(norway, "NOR/UNGA/80"), kept).cause == CHALLENGE


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    return make_archive(tmp_path / "snapshots", source("xaa-80", EDITION, site.url("/80")), site.port)


def serve(site: Site, text: str) -> None:
    kind = "text/html" if text.startswith("<!doctype") else "text/plain"
    site.pages["/80"] = Page(text, headers={"Content-Type": f"{kind}; charset=utf-8"})


def capture_vacancy(folder: Path, site: Site) -> Night:
    """Let a vacancy come in, as rules that did not know it would."""
    serve(site, VACANCY)
    return run_night(folder, DAYS[0])


def test_a_speech_takes_the_place_of_a_vacancy_which_waits_for_a_person(
    folder: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    assert only(capture_vacancy(folder, site)).outcome == "new"
    serve(site, write_speech())
    night = run_night(folder, DAYS[1], judge=admit)
    check = only(night)
    assert (check.outcome, check.cause, check.announced) == ("changed", CHALLENGE, None)
    assert str(check.snapshot) == f"{EDITION}@2"
    news = gather_news(folder, night.run.id)
    told = render_news(news).splitlines()
    assert told[0] == "warning: XAA, UNGA 80 (2025): better candidate, 359 words (xaa-80)"
    assert "    Every court intends to review the fight against corruption with our own" in told
    assert told[-1] == "  tracker review"
    (waiting,) = list_reviews(folder)
    assert (waiting.review.cause, str(waiting.review.snapshot)) == ("challenged", f"{EDITION}@1")
    assert f"it is {EDITION}@1" in render_reviews([waiting], width=200)
    shown = show_review(folder, waiting.review.id)
    assert shown.check.outcome == "new"
    assert shown.side is not None
    assert "Programme Officer" in shown.side.version.text
    with open_reader(folder) as reader:
        entries = reader.log(parse_reference("XAA/UNGA/80"))
    assert [(each.reference.snapshot, each.challenged) for each in entries] == [(1, True), (2, False)]
    logged = tracker("log", "XAA/UNGA/80", "--archive", folder).out
    assert logged.count("challenged") == 1
    assert tracker("verify", "--archive", folder).code == 0
    # The night after tells nothing, and the vacancy does not come back by itself.
    after = run_night(folder, DAYS[2], judge=admit)
    assert only(after).outcome == "unchanged"
    assert gather_news(folder, after.run.id) == ()
    serve(site, VACANCY)
    assert only(run_night(folder, DAYS[3], judge=admit)).cause == "other text"


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_a_person_decides_on_what_was_challenged(folder: Path, site: Site, verdict: str) -> None:
    capture_vacancy(folder, site)
    serve(site, write_speech())
    run_night(folder, DAYS[1], judge=admit)
    decided = decide_review(folder, 1, "accept" if verdict == "accept" else "reject", ANA)
    assert (decided.verdict, str(decided.snapshot)) == (verdict, f"{EDITION}@1")
    with open_reader(folder) as reader:
        entries = reader.log(parse_reference("XAA/UNGA/80"))
    # Neither makes or removes a snapshot.
    assert [each.challenged for each in entries] == [verdict == "reject", False]
    serve(site, VACANCY)
    later = only(run_night(folder, DAYS[20], judge=admit))
    assert later.outcome == ("changed" if verdict == "accept" else "rejected")


def test_a_vacancy_that_comes_after_a_speech_stays_out(folder: Path, site: Site) -> None:
    serve(site, write_speech())
    assert only(run_night(folder, DAYS[0], judge=admit)).outcome == "new"
    serve(site, VACANCY)
    assert only(run_night(folder, DAYS[1], judge=admit)).outcome == "quarantined"
    with open_ledger(folder) as ledger:
        current = ledger.current("xaa-80", parse_reference(EDITION))
    assert current is not None
    assert str(current.reference) == f"{EDITION}@1"


def test_another_speech_after_a_speech_waits_as_before(folder: Path, site: Site) -> None:
    serve(site, write_speech(number=1))
    run_night(folder, DAYS[0], judge=admit)
    serve(site, speech(7))
    check = only(run_night(folder, DAYS[1], judge=admit))
    assert (check.outcome, check.cause) == ("quarantined", "other text")


@pytest.mark.parametrize("by", ["add", "review"])
def test_what_a_person_brought_or_accepted_is_not_challenged(
    folder: Path, site: Site, tmp_path: Path, tracker: Callable[..., Ran], by: str
) -> None:
    serve(site, VACANCY)
    if by == "add":
        (tmp_path / "vacancy.html").write_text(VACANCY, encoding="utf-8")
        assert tracker("add", tmp_path / "vacancy.html", "--as", EDITION, "--archive", folder).code == 0
    else:
        assert only(run_night(folder, DAYS[0], judge=admit)).cause == "vacancy"
        decide_review(folder, 1, "accept", ANA)
    assert only(run_night(folder, DAYS[21], judge=admit)).outcome == "unchanged"
    serve(site, write_speech())
    assert only(run_night(folder, DAYS[22], judge=admit)).cause == "other text"


# News ---------------------------------------------------------------------------------------------------


def test_what_is_new_is_told_with_title_words_and_its_first_sentence(folder: Path, site: Site) -> None:
    body = f"<h1>On rivers</h1><p>Mr. President,</p><p>{write_speech().partition(',')[2]}</p>"
    serve(
        site,
        f"<!doctype html><html><head><title>Rivers</title></head><body><main>{body}</main></body></html>",
    )
    night = run_night(folder, DAYS[0], judge=admit)
    news = gather_news(folder, night.run.id)
    assert headline(news[0]) == "XAA, UNGA 80 (2025): new, 361 words"
    told = render_news(news, width=200)
    assert "Every court intends to review the fight against corruption with our own means." in told
    assert "On rivers" in told or "Rivers" in told
    assert write_message(news).splitlines()[1] == told.splitlines()[1]
    first = json.loads(json.dumps(news_fields(news[0])))["first"]
    assert set(first) == {"title", "words", "sentence"}


def test_of_closed_material_a_message_quotes_no_first_sentence(tmp_path: Path, site: Site) -> None:
    tables = source("xaa-80", EDITION, site.url("/80"), 'access = "restricted"')
    made = make_archive(tmp_path / "snapshots", tables, site.port)
    serve(site, write_speech())
    night = run_night(made, DAYS[0], judge=admit)
    news = gather_news(made, night.run.id)
    assert "Every court" in render_news(news)
    assert "Every court" not in write_message(news)


def test_every_pattern_of_every_language_compiles() -> None:
    rules = load_rules()
    tables = [rules.first_person, rules.reporting, rules.spoken, rules.reader, rules.familiar]
    tables += [rule.words for rule in rules.offices]
    compiled = [table[language] for table in tables for language in table]
    assert len(compiled) == sum(map(len, tables)) > 100
