from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.comparing.topics.cues import load_cues, ready
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.roles import find_treatments
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.topics import Mention
from tracker.text.reading import read_text

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
UN = load_vocabulary()
OPENING = "The room was full. We had come from far away.\n\n"


def read(text: str, language: str = "en") -> dict[str, str]:
    version = read_text(OPENING + text if language == "en" else text, language=language)
    return {reading.topic: reading.level for reading in read_topics(version, UN, own_names=("Tavoria",))}


DECLARED = (
    ("Our priorities are corruption, legal aid and piracy.", {"corruption", "legal-aid", "piracy"}),
    (
        "Tavoria has three key priorities including corruption, piracy, and prison reform.",
        {"corruption", "piracy", "prisons"},
    ),
    (
        "I will concentrate on three issues: corruption, piracy and legal aid.",
        {"corruption", "piracy", "legal-aid"},
    ),
    ("Corruption is our top priority.", {"corruption"}),
    ("We attach the highest priority to legal aid.", {"legal-aid"}),
    ("Our first task is to fight money laundering.", {"money-laundering"}),
    (
        "We have three priorities. First, we will fight corruption. Second, we will expand legal aid.",
        {"corruption", "legal-aid"},
    ),
    # Of a sentence its main topic, and not whom it helps or what follows from it.
    (
        "We have two priorities. First, the fight against corruption. Second, legal aid for refugees.",
        {"corruption", "legal-aid"},
    ),
    (
        "We have two priorities. First, we will fight corruption, which feeds piracy. Second, legal aid.",
        {"corruption", "legal-aid"},
    ),
    (
        "Tavoria has two priorities:\n\n1. The fight against corruption;\n2. Legal aid.",
        {"corruption", "legal-aid"},
    ),
    (
        (
            "Today I want to focus on another challenge. It changes all of our work. Artificial intelligence "
            "is here. Nobody knows where artificial intelligence will stop."
        ),
        {"artificial-intelligence"},
    ),
)


@pytest.mark.parametrize(("text", "topics"), DECLARED)
def test_what_the_speaker_names_as_a_priority_is_declared(text: str, topics: set[str]) -> None:
    assert {topic for topic, level in read(text).items() if level == "declared"} == topics


NOT_DECLARED = (
    "Before I turn to our priorities, let me speak of corruption.",
    "Corruption is a priority of the Council.",
    "Their priorities are corruption and piracy.",
    "The minister said that corruption is our top priority.",
    "As a donor against corruption, we have several key priorities.",
)


@pytest.mark.parametrize("text", NOT_DECLARED)
def test_what_is_not_the_speakers_own_priority_is_not_declared(text: str) -> None:
    assert read(text).get("corruption") != "declared"


SUBSTANTIVE = (
    ("We will train 200 judges against corruption.", "corruption"),
    ("We welcome the convention against corruption.", "corruption"),
    ("Tavoria condemns human trafficking.", "human-trafficking"),
    ("Stolen assets must be returned.", "asset-recovery"),
    ("Piracy ruins the lives of our fishermen. Every year piracy costs them their boats.", "piracy"),
    ("Piracy is not gone.\n\nNobody sails at night for fear of pirates. Piracy has come back.", "piracy"),
    ("Money laundering follows the harbour. Eleven banks were closed in March.", "money-laundering"),
    ("We welcome the decision to send a mission to help the people of Haiti.", "situation-haiti"),
    ("We welcome strengthening digital evidence in court and countering cybercrime.", "cybercrime"),
    ("The world must end piracy.", "piracy"),
    ("Prison reform is long overdue.", "prisons"),
    ("There is no excuse for piracy on this coast.", "piracy"),
    ("We must work together for peace in Haiti.", "situation-haiti"),
    ("We will continue to back the truce in Haiti.", "situation-haiti"),
    ("On piracy, which ruins our coast, we call for one fleet.", "piracy"),
    ("In Haiti, where gangs rule the harbour, we urge a new dialogue.", "situation-haiti"),
    ("Our fleet grew. We have been hunting for pirates and piracy all winter.", "piracy"),
    ("We brought together nine ministers in one harbour to counter piracy.", "piracy"),
    ("Our administration has trained 200 judges against corruption.", "corruption"),
    ("This year closed the last cells, fulfilling our commitment towards prison reform.", "prisons"),
    (
        "Piracy costs us our boats.\n\nThe weather was fair.\n\nNobody can live with piracy for long.",
        "piracy",
    ),
    ("We will pay for schools, jobs, food, water and for the fight against piracy.", "piracy"),
)


@pytest.mark.parametrize(("text", "topic"), SUBSTANTIVE)
def test_action_or_two_sentences_make_a_topic_substantive(text: str, topic: str) -> None:
    assert read(text)[topic] == "substantive"


MENTIONED = (
    ("We follow the work on cybercrime, firearms, legal aid, corruption and piracy.", "corruption"),
    ("We will fight crimes of many kinds, such as corruption.", "corruption"),
    ("As the poet said, “corruption is a river that flows to the sea”.", "corruption"),
    ("He told us that corruption had ended.", "corruption"),
    ("We must, the others say, end corruption.", "corruption"),
    ("During the pandemic our courts were closed.", "pandemics"),
    ("I travelled last spring to Haiti, and it rained.", "situation-haiti"),
    ("Our thoughts are elsewhere. The harbour is near Haiti.", "situation-haiti"),
    ("The rights of others were never in doubt.", "human-rights-domain"),
    ("Loss and damage has a fund, we hear.", "climate-change"),
    ("Last winter we witnessed piracy.", "piracy"),
    ("In the 1990s, we hunted down piracy.", "piracy"),
    ("I hear some voices saying that we must end piracy.", "piracy"),
    ("Despite our efforts against piracy, the harbour is empty.", "piracy"),
    ("What we decided on piracy is known to all.", "piracy"),
    ("We will settle our borders in accordance with international law.", "international-law"),
    ("We will build a harbour together with Haiti.", "situation-haiti"),
    ("We saw it on the faces of children in Haiti.", "situation-haiti"),
    ("We commend neighbouring countries such as Haiti for their patience.", "situation-haiti"),
    ("We must have water, and the harbour, whether in Haiti or elsewhere.", "situation-haiti"),
)


@pytest.mark.parametrize(("text", "topic"), MENTIONED)
def test_what_is_named_in_passing_is_mentioned(text: str, topic: str) -> None:
    assert read(text)[topic] == "mentioned"


ACKNOWLEDGED = (
    "Before I turn to our priorities, I would like to comment briefly on the war in Ukraine.",
    "Before I come to my subject, a word on Ukraine. And more broadly, we stand with the people of Ukraine.",
    "Others have spoken of Ukraine; I leave this subject to them.",
)


@pytest.mark.parametrize("text", ACKNOWLEDGED)
def test_what_is_set_aside_is_acknowledged(text: str) -> None:
    assert read(text)["situation-ukraine"] == "acknowledged"


ABSENT = (
    (
        "# Statement on cybercrime and corruption\n\nThe room was full. We had come from far away.",
        "corruption",
    ),
    ("The Commission on Crime Prevention and Criminal Justice meets.", "criminal-justice"),
)


@pytest.mark.parametrize(("text", "topic"), ABSENT)
def test_titles_and_names_of_bodies_are_no_topic(text: str, topic: str) -> None:
    version = read_text(text, language="en")
    assert topic not in {reading.topic for reading in read_topics(version, UN)}


def test_the_speakers_own_country_is_never_a_topic() -> None:
    version = read_text("Haiti will rebuild. Haiti will plant trees. We love Haiti.", language="en")
    assert "situation-haiti" in {reading.topic for reading in read_topics(version, UN)}
    assert "situation-haiti" not in {
        reading.topic for reading in read_topics(version, UN, own_names=("Haiti",))
    }


def test_what_only_holds_its_name_or_is_only_hinted_at_is_told_apart() -> None:
    def met(text: str, *names: str) -> set[str]:
        return {each.topic for each in read_topics(read_text(text, language="en"), UN, own_names=names)}

    cubans = "We salute all Cubans and what President Raul Castro said in Havana."
    assert "situation-cuba" in met(cubans)
    assert "situation-cuba" not in met(cubans, "Cuba", "Cuban")
    assert "situation-cuba" in met("End the embargo against Cuba.", "Cuba", "Cuban")
    assert "situation-kashmir" in met("Peace must come to Pakistan-occupied land.", "Pakistan")
    assert "situation-guinea-bissau" in met("We welcome the vote in Guinea-Bissau.", "Guinea", "Guinean")


@pytest.mark.parametrize(
    "speaker",
    ["We", "Tavoria", "The Tavorian Government", "The Government of Tavoria", "The delegation of Tavoria"],
)
def test_its_government_speaks_as_it_does(speaker: str) -> None:
    cues = load_cues("en", ("Tavoria", "Tavorian"))
    assert cues.find("commit", ready(f"{speaker} will fight corruption."))
    assert not cues.find("commit", ready("The Government of Elsewhere will fight corruption."))


@pytest.mark.parametrize(
    ("sentences", "quoted"),
    [
        # What asks or promises, not the history that names it first or most.
        (
            (
                "Piracy was known to the ancients, and the law of nations was made against piracy.",
                "We have read of piracy for as long as there has been trade on these seas.",
                "We call on all coastal States to bring those who live by piracy to trial.",
            ),
            2,
        ),
        # Where two act, the one that is understood alone.
        (
            (
                "In that regard, we call on all coastal States to end piracy in their waters.",
                "We call on all coastal States to end piracy in their waters as well.",
                "Piracy was known to the ancients, and the law of nations was made against it.",
            ),
            1,
        ),
    ],
)
def test_a_topic_is_quoted_by_what_is_done_about_it(sentences: tuple[str, ...], quoted: int) -> None:
    version = read_text(OPENING + " ".join(sentences), language="en")
    (reading,) = (each for each in read_topics(version, UN) if each.topic == "piracy")
    assert version.segments[reading.leading].text == sentences[quoted]


def test_nor_are_its_people() -> None:
    text = "We welcome the courage of all Ethiopians. The Ethiopian people will vote. Ethiopians are free."
    version = read_text(text, language="en")
    own, others = (read_topics(version, UN, own_names=names) for names in (("Ethiopia",), ()))
    assert "situation-ethiopia" in {reading.topic for reading in others}
    assert "situation-ethiopia" not in {reading.topic for reading in own}


OTHER_LANGUAGES = (
    ("fr", "Notre priorité est la lutte contre la corruption.", "corruption", "declared"),
    ("fr", "Nous condamnons la traite des êtres humains.", "human-trafficking", "substantive"),
    ("es", "Nuestra prioridad es la lucha contra la corrupción.", "corruption", "declared"),
    ("es", "Condenamos la trata de personas.", "human-trafficking", "substantive"),
    ("ru", "Мы поддерживаем борьбу с терроризмом.", "terrorism", "substantive"),
    ("zh", "我们支持打击恐怖主义。", "terrorism", "substantive"),
    ("ar", "ندين الإرهاب.", "terrorism", "substantive"),
)


@pytest.mark.parametrize(("language", "text", "topic", "level"), OTHER_LANGUAGES)
def test_levels_are_read_in_the_languages_of_the_un(language: str, text: str, topic: str, level: str) -> None:
    assert read(text, language)[topic] == level


def test_a_passage_goes_on_without_the_term() -> None:
    text = (
        "We condemn online child sexual abuse.\n\nThis issue knows no borders.\n\n"
        "A single child can be harmed in many countries.\n\nThe harbour is open."
    )
    version = read_text(OPENING + text, language="en")
    reading = next(r for r in read_topics(version, UN) if r.topic == "online-child-abuse")
    assert [version.segments[place].text[:8] for place in reading.segments] == [
        "We conde",
        "This iss",
        "A single",
    ]
    assert reading.words > len(version.segments[reading.leading].text.split())
    assert reading.share == pytest.approx(reading.words / sum(count_substance(version)), abs=0.02)
    assert reading.leading in reading.segments


def test_the_likeliest_of_the_sentences_that_show_a_level_is_quoted_and_a_whole_one() -> None:
    text = (
        "I call on the States that suffer from piracy:\n\nThe harbour is open. It was a long day.\n\n"
        "We condemn piracy off our coasts, and we will send two ships against the pirates.\n\n"
        "It was late."
    )
    version = read_text(OPENING + text, language="en")
    reading = next(r for r in read_topics(version, UN) if r.topic == "piracy")
    assert version.segments[reading.leading].text.startswith("We condemn piracy")
    assert reading.term is not None
    assert reading.term.segment == reading.leading


def test_thanks_are_not_counted() -> None:
    version = read_text("We will end piracy.\n\nI thank the President and all delegations.", language="en")
    assert count_substance(version) == [4, 0]


def test_an_empty_text_has_no_topics() -> None:
    assert read_topics(read_text(""), UN) == ()


def test_the_seed_statement_reads_as_it_should() -> None:
    version = read_text((SEEDS / "gbr-ccpcj-31.md").read_text(encoding="utf-8"))
    readings = {
        reading.topic: reading for reading in read_topics(version, UN, own_names=("United Kingdom", "UK"))
    }
    levels = {topic: reading.level for topic, reading in readings.items()}
    assert {topic for topic, level in levels.items() if level == "declared"} == {
        "drug-trafficking",
        "afghan-criminal-flows",
        "human-trafficking",
        "corruption",
    }
    for topic in (
        "online-child-abuse",
        "cybercrime",
        "digital-evidence",
        "cybercrime-treaty",
        "organised-crime-strategies",
    ):
        assert levels[topic] == "substantive", topic
    assert levels["situation-ukraine"] == "acknowledged"
    largest = sorted(readings.values(), key=lambda reading: -reading.words)[:2]
    assert "online-child-abuse" in {reading.topic for reading in largest}
    assert len(readings["online-child-abuse"].segments) == 8
    assert sum(reading.share for reading in readings.values()) <= 1


def test_the_made_up_series_is_read_as_its_coder_read_it() -> None:
    gold: dict[str, Any] = json.loads((SEEDS / "xaa-gold.json").read_text(encoding="utf-8"))
    right = total = 0
    for statement in gold["statements"]:
        version = read_text((SEEDS / "xaa" / statement["file"]).read_text(encoding="utf-8"))
        levels = {reading.topic: reading.level for reading in read_topics(version, UN)}
        for coded in statement["topics"]:
            total += 1
            right += levels.get(coded["topic"]) == coded["level"]
        coded_priorities = {
            t["topic"] for t in statement["topics"] if t["level"] in {"declared", "substantive"}
        }
        found = {topic for topic, level in levels.items() if level in {"declared", "substantive"}}
        assert found <= coded_priorities, statement["file"]
    assert right / total >= 0.95


@pytest.mark.parametrize(
    ("method", "rules"),
    [
        ("term", ["list"] * 4),
        ("learned", ["list"] * 4),
        ("similar", ["list"] * 4),
        ("nearby", ["mainly about it", *["named beside another topic"] * 3]),
    ],
)
def test_what_a_model_finds_counts_as_a_term_in_a_list(method: str, rules: list[str]) -> None:
    text = "The report covers rivers, dams, prisons, roads and trade."
    words = {"rivers": "term", "dams": method, "prisons": "term", "trade": "term"}
    mentions = [
        Mention(0, word, text.index(word), text.index(word) + len(word), word, 1.0, how)
        for word, how in words.items()
    ]
    assert [each.rule for each in find_treatments(text, mentions, load_cues("en"), frozenset())] == rules
