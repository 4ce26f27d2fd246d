"""Who and what is named, how many are meant, what is denied, and when."""

from __future__ import annotations

import pytest

from tests.comparisons import version
from tests.test_shifts import find
from tracker.comparing.changes import describe_changes
from tracker.comparing.names.finding import find_names
from tracker.comparing.names.states import load_states
from tracker.comparing.passages.rewording import read_passage
from tracker.inputs.compiled import compiling
from tracker.model.changes import Link
from tracker.text.reading import read_text

Brief = tuple[str, str, str | None, str | None, str]


@pytest.mark.parametrize(
    ("old", "new", "language", "expected"),
    [
        (
            "We condemn the attacks by Alandia on the port.",
            "We condemn the attacks on the port.",
            "en",
            [("name", "removed", "Alandia", None, "actor: condemned")],
        ),
        (
            "We thank Alandia and Belandia for this work.",
            "We thank Alandia for this work.",
            "en",
            [("name", "removed", "Belandia", None, "actor: thanked")],
        ),
        (
            "We thank the Forest Council for its work here.",
            "We thank the Water Council for its work here.",
            "en",
            [("name", "changed", "Forest Council", "Water Council", "actor: thanked")],
        ),
        (
            "We recall resolution 1325 (2000) and its aims.",
            "We recall resolution 2250 (2015) and its aims.",
            "en",
            [("name", "changed", "resolution 1325 (2000)", "resolution 2250 (2015)", "instrument")],
        ),
        (
            "We recall A/RES/78/1 and its aims.",
            "We recall A/RES/79/4 and its aims.",
            "en",
            [("name", "changed", "A/RES/78/1", "A/RES/79/4", "instrument")],
        ),
        (
            "France will fund the centre this year.",
            "Germany intends to fund the centre this year.",
            "en",
            [("name", "changed", "France", "Germany", "actor")],
        ),
        (
            "We will work on this with civil society.",
            "We will work on this.",
            "en",
            [("name", "removed", "civil society", None, "actor")],
        ),
        (
            "Nous condamnons les attaques de Alandia contre le port.",
            "Nous condamnons les attaques contre le port.",
            "fr",
            [("name", "removed", "Alandia", None, "actor: condemned")],
        ),
        (
            "We call on all States to act.",
            "We call on States concerned to act.",
            "en",
            [
                ("scope", "narrower", "all", None, "whole: all"),
                ("scope", "narrower", None, "concerned", "part: concerned"),
            ],
        ),
        (
            "Most States have signed it.",
            "All States have signed it.",
            "en",
            [("scope", "wider", "Most", "All", "quantity: all > most")],
        ),
        (
            "Quelques États ont signé.",
            "La plupart des États ont signé.",
            "fr",
            [("scope", "wider", "Quelques", "La plupart des", "quantity: la plupart des > quelques")],
        ),
        (
            "Instamos a todos los Estados a actuar.",
            "Instamos a algunos Estados a actuar.",
            "es",
            [
                ("strength", "weaker", "todos los", "algunos", "quantity: todos los > algunos"),
                ("scope", "narrower", "todos", "algunos", "quantity: todos > algunos"),
            ],
        ),
        (
            "We will fund the centre.",
            "We will not fund the centre.",
            "en",
            [("negation", "added", None, "not", "negation: not")],
        ),
        (
            "Nous ne financerons pas le centre.",
            "Nous financerons le centre.",
            "fr",
            [("negation", "removed", "ne financerons pas", None, "negation: ne")],
        ),
        (
            "No financiaremos el centro.",
            "Financiaremos el centro.",
            "es",
            [("negation", "removed", "No", None, "negation: no")],
        ),
        (
            "We will close the plant by 2030.",
            "We will close the plant as soon as possible.",
            "en",
            [
                ("strength", "weaker", "by 2030", "as soon as possible", "target: deadline: date > open"),
                ("date", "loosened", "by 2030", "as soon as possible", "deadline: date > open"),
            ],
        ),
        (
            "Cerraremos la central lo antes posible.",
            "Cerraremos la central para 2030.",
            "es",
            [("date", "tightened", "lo antes posible", "para 2030", "deadline: open > date")],
        ),
        (
            "We will close the plant by 2030.",
            "We will close the plant no later than next year.",
            "en",
            [("date", "changed", "by 2030", "no later than next year", "deadline: date > relative")],
        ),
    ],
)
def test_what_is_said_of_an_edit(old: str, new: str, language: str, expected: list[Brief]) -> None:
    found = [
        (s.axis, s.direction, s.old and s.old.text, s.new and s.new.text, s.rule.split(" (")[0])
        for s in find(old, new, language)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # one actor, written otherwise
        ("We support the Organization of Forest States here.", "We support the OFS here."),
        ("We support Alandia and Belandia here.", "We support Belandia and Alandia here."),
        # an editor's insertion
        ("We support the Court (see A/PV.707).", "We support the Court."),
        # the words of one side's beginning are large because they begin
        ("Schools matter to all of us.", "Hospitals matter to all of us."),
    ],
)
def test_nothing_is_said_of_what_names_nobody_else(old: str, new: str) -> None:
    assert find(old, new) == ()


def test_a_paraphrase_keeps_its_deadline_and_says_no_more() -> None:
    (shift,) = find(
        "We call on the Forest Council to convene a conference by 2025.",
        "A meeting of all parties should be organised by its head no later than next year.",
    )
    assert (shift.axis, shift.direction) == ("date", "changed")
    assert shift.old is not None
    assert shift.new is not None
    assert (shift.old.text, shift.new.text) == ("by 2025", "no later than next year")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # initials and titles
        ("en", "We recall J. F. Kennedy and Mr. António Guterres.", "J. F. Kennedy; Mr. António Guterres"),
        ("en", "I met H.E. Dr. Ali Bongo and Lt. Gen. Khama.", "H.E. Dr. Ali Bongo; Lt. Gen. Khama"),
        ("en", "Mr. President, we thank Mr. Rudiger von Wechmar.", "Mr. Rudiger von Wechmar"),
        ("en", "The U.S. President met Mme. Curie in Geneva.", "U.S. President; Mme. Curie; Geneva"),
        ("fr", "Nous remercions M. António Guterres et Mme Merkel.", "M. António Guterres; Mme Merkel"),
        ("es", "Agradecemos al Sr. Guterres y a la Sra. Espinosa.", "Sr. Guterres; Sra. Espinosa"),
        # the first word of a sentence
        ("en", "António Guterres said so. Having said so, he left.", "António Guterres"),
        ("en", "United States forces left. Yesterday Alandia acted.", "United States; Alandia"),
        # states with "and", and two names
        (
            "en",
            "St. Kitts and Nevis thanks Saint Vincent and the Grenadines.",
            "St. Kitts and Nevis; Saint Vincent and the Grenadines",
        ),
        ("en", "We thank Trinidad and Tobago and Kenya.", "Trinidad and Tobago; Kenya"),
        ("en", "We support the Forest Pact and the Water Charter.", "Forest Pact; Water Charter"),
        (
            "en",
            "We thank the Ministry of Health and Social Welfare.",
            "Ministry of Health and Social Welfare",
        ),
        ("en", "We speak of Côte d'Ivoire here.", "Côte d'Ivoire"),
        ("en", "We back Agenda 2063 of Africa in 2020.", "Agenda 2063 of Africa"),
        ("en", "We back the 2030 Agenda in 2020.", "2030 Agenda"),
        ("en", "We thank Mr. Peter Forest and the Government.", "Mr. Peter Forest"),
        ("en", "We speak for Latin America and the Caribbean.", "Latin America and the Caribbean"),
        # small words that join only the words of a title
        ("en", "The United States on the Korean coast.", "United States; Korean"),
        (
            "en",
            "We signed the Convention on the Rights of the Child.",
            "Convention on the Rights of the Child",
        ),
        ("en", "The group “Red Forest” left.", "Red Forest"),
        (
            "en",
            "New Zealand and the Pact for the Future. Our Common Agenda.",
            "New Zealand; Pact for the Future; Our Common Agenda",
        ),
        (
            "en",
            "The Leaders’ Meeting and the Front for Democracy and Justice.",
            "Leaders’ Meeting; Front for Democracy and Justice",
        ),
        (
            "en",
            "We met in Piraeus and Thessaloniki, in the United Nations the Security Council.",
            "Piraeus; Thessaloniki; United Nations; Security Council",
        ),
        ("en", "Its theme, “Focusing on people: striving for peace”, is ours.", ""),
        # words that are codes of countries too, at the beginning of a sentence
        ("en", "And Kenya will follow us. Can Alandia lead the work?", "Kenya; Alandia"),
        ("fr", "L’ensemble des puits est sec. D’autres le seront.", ""),
        ("fr", "Sur ce point, nous agirons. Par la paix, nous vivrons.", ""),
        ("es", "Pan y agua para todos. Mar y tierra son nuestros.", ""),
        # a preposition, the marker of an item and a verb of request or stance begin no name
        ("en", "Per Kenya it rose.", "Kenya"),
        ("en", "Amid protests Alandia withdrew.", "Alandia"),
        ("en", "(iv) Also Requests Alandia to respond;", "Alandia"),
        ("en", "12 bis. Authorizes the Forest Commission to borrow;", "Forest Commission"),
        ("en", "Deeply Regrets Alandia’s departure.", "Alandia"),
        ("fr", "a) Demande à l’Alandie de répondre ;", "Alandie"),
        ("es", "b) Insta a Alandia a responder;", "Alandia"),
        ("ru", "II. Настоятельно призывает Аландию ответить;", "Аландию"),
        # a list of names
        ("en", "France, Germany and Italy signed.", "France; Germany; Italy"),
        ("en", "We thank Velle, Orle and Port Forest.", "Velle; Orle; Port Forest"),
        ("es", "Saludamos a Velle, Orle y Puerto Alandia.", "Velle; Orle; Puerto Alandia"),
        (
            "en",
            "The Ministry of Agriculture, Food and Forestry.",
            "Ministry of Agriculture; Food and Forestry",
        ),
        # terms that a contract defines, and what companies and persons end in
        ("en", "The Licensee shall pay the Licensor under this Agreement.", ""),
        ("en", "Users may close their Account on the Platform.", ""),
        ("en", "The Vendor's Affiliates and Partners must comply.", ""),
        ("fr", "Le Locataire verse le loyer au Bailleur.", ""),
        ("es", "El Arrendatario paga al Arrendador.", ""),
        ("ru", "Заказчик платит Исполнителю за Услуги.", ""),
        ("en", "It was signed for the firm, LLC, by the son, Jr.", ""),
        ("en", "We joined the Group of 77, and Group revenue rose.", "Group of 77"),
        # terms of several words, numbered parts, headings and months
        ("en", "The Tenant pays the Renewal Fee and the Secured Assets.", ""),
        ("en", "Key Findings are in Part III and Annex B.", ""),
        ("fr", "La réunion de Mars a relevé le Défi.", ""),
        ("es", "En Enero vimos el Reto.", ""),
        # small adjectives, and small words within a name
        ("fr", "Le Conseil de l’Europe y est.", "Conseil de l’Europe"),
        (
            "fr",
            "Je cite l’Organisation internationale du Travail.",
            "Organisation internationale du Travail",
        ),
        ("es", "Cito a Médicos sin Fronteras.", "Médicos sin Fronteras"),
        # states and bodies of a list
        ("zh", "发展中国家和中国在沿海地区合作。", "中国"),
        ("zh", "英国与印度尼西亚、几内亚比绍会谈。", "英国; 印度尼西亚; 几内亚比绍"),
        ("ar", "شكرا لمصر وللأردن على الدعم المالي.", "مصر; للأردن"),
        # nobody
        ("en", "This session of the United Nations General Assembly is long.", ""),
        ("en", "His vision of “Unity in diversity” and of vitamin C. Then we left.", ""),
    ],
)
def test_names_are_whole(language: str, text: str, expected: str) -> None:
    passage = read_passage(version([text], language=language).segments, language)
    assert "; ".join(name.text for name in find_names(passage)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "We thank Mr. António Guterres for his work.",
            "We thank Secretary-General Antonio Guterres for his work.",
        ),
        ("We condemn the acts of the United States there.", "We condemn the acts of the U.S. there."),
        ("We back North Korea in this.", "We back the Democratic People's Republic of Korea in this."),
        ("We support the Syrian people here.", "We support the people of Syria here."),
        ("St. Kitts and Nevis will act on this.", "Saint Kitts and Nevis will act on this."),
        ("We recall President J. F. Kennedy here.", "We recall President Kennedy here."),
        ("We back the Forest Programme here.", "We back the Forest Program here."),
        (
            "We back the SDGs and the UN here.",
            "We back the Sustainable Development Goals and the United Nations here.",
        ),
        ("Hungary will help the region now.", "We Hungarians will help the region now."),
        ("We thank the Secretary-General here.", "We thank the United Nations Secretary-General here."),
        ("We recall resolution 435 (1978) here.", "We recall resolution 435 here."),
        (
            "On behalf of the Government of Tonga, I speak.",
            "On behalf of the Government of the Kingdom of Tonga, I speak.",
        ),
        ("Our GDP grew again this year.", "Our gross domestic product grew again this year."),
        ("The Office on Drugs and Crime helped us.", "UNODC helped us."),
        ("The Lake Basin Authority meets in spring.", "The Authority meets in spring."),
        ("Acme Widgets LLC runs the mill.", "Acme Widgets Ltd runs the mill."),
        ("We heard President Adeyemi.", "We heard President Adeyemi Jr."),
        ("We recall the words of Nelson Mandela.", "We recall the words of Mandela."),
        ("International community must act on this.", "The international community must act on this."),
    ],
)
def test_one_name_in_two_forms_is_no_shift(old: str, new: str) -> None:
    assert [shift for shift in find(old, new) if shift.axis == "name"] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "We thank your predecessor, Mr. Peter Thomson, for this.",
            "We thank your predecessor, Mr. Miroslav Lajčák, for this.",
            [("changed", "Mr. Peter Thomson", "Mr. Miroslav Lajčák")],
        ),
        # a person is not another actor
        (
            "We thank Prince Albert for this work.",
            "We thank Monaco for this work.",
            [("removed", "Prince Albert", None), ("added", None, "Monaco")],
        ),
        # its acronym, and the short form, say no more
        (
            "We will support the reform of this.",
            "We will support the reform of the Forest Council of States (FCS) by this Council.",
            [("added", None, "Forest Council of States")],
        ),
        # "us" is not the US
        (
            "It helps us in this matter here.",
            "It helps the US in this matter here.",
            [("added", None, "US")],
        ),
        # told once, though two edits touch it
        (
            "We back the Forest Council of Alandia here.",
            "We back the Water Council of Belandia here.",
            [("changed", "Forest Council of Alandia", "Water Council of Belandia")],
        ),
    ],
)
def test_who_is_named_instead(old: str, new: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    shifts = [shift for shift in find(old, new) if shift.axis == "name"]
    assert [
        (each.direction, each.old and each.old.text, each.new and each.new.text) for each in shifts
    ] == expected


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        (
            "en",
            ["We thank the Forest Council for its maps of the coast.", "They saved lives in the storm."],
            [
                "We are glad of the maps of the coast.",
                "They saved lives in the storm; the Forest Council drew them.",
            ],
        ),
        (
            "fr",
            ["Le Velle a relu les cartes.", "L’Alandie les a signées."],
            ["L’Alandie a relu les cartes.", "Le Velle les a signées."],
        ),
        (
            "ru",
            ["Вельния дала суда.", "Аландия дала топливо."],
            ["Аландия дала суда.", "Вельния дала топливо."],
        ),
    ],
)
def test_a_name_that_passed_into_another_sentence_is_no_change(
    language: str, old: list[str], new: list[str]
) -> None:
    links = [Link((0,), (0,), 0.9, "likeness"), Link((1,), (1,), 0.9, "likeness")]
    changes = describe_changes(version(old, language=language), version(new, language=language), links)
    assert [shift for change in changes for shift in change.shifts if shift.axis == "name"] == []


def test_of_two_names_that_trade_places_one_that_is_gone_is_told() -> None:
    links = [Link((0,), (0,), 0.9, "likeness"), Link((1,), (1,), 0.9, "likeness")]
    old = version(["We thank Alandia for its boats.", "The island needs water and schools."])
    new = version(["We thank Belandia for its boats.", "The island of Alandia needs water and schools."])
    first, _ = describe_changes(old, new, links)
    assert [(shift.direction, shift.new and shift.new.text) for shift in first.shifts] == [
        ("added", "Belandia")
    ]


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("ru", "Мы просим Аландию открыть порт.", "Мы предлагаем Аландии открыть порт."),
        ("fr", "L’Agence des eaux vives (AEV) publie une carte.", "L’AEV publie une carte."),
        ("fr", "Nous saluons l’Agence des eaux vives (AEV) ici.", "Nous saluons l’AEV ici."),
    ],
)
def test_one_name_in_another_case_or_by_its_letters_is_no_change(language: str, old: str, new: str) -> None:
    assert [shift for shift in find(old, new, language) if shift.axis == "name"] == []


def test_the_capitals_of_a_heading_name_nobody() -> None:
    passage = read_passage(read_text("The Challenge Ahead\n\nWe will act on it.").segments[:1], "en")
    assert passage.is_heading
    assert find_names(passage) == ()


def test_names_of_states_are_folded_as_they_are_listed_and_as_scans_read_them() -> None:
    load_states.cache_clear()
    with compiling():  # as an installation does: of the sources
        states = load_states()
    load_states.cache_clear()
    assert states == load_states()
    assert states.codes["tiirkiye"] == states.codes["turkiye"] == {"TUR"}
    assert {"tiirkiye", "france"} <= states.nouns
    assert "french" not in states.nouns
