"""Sentences, headings and items: where a text is cut, in the six languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tracker.text.reading import read_text, segment

if TYPE_CHECKING:
    from collections.abc import Mapping

# ``|`` is where one sentence ends, a blank stood and the next begins; ``¦`` where no blank stood.
SENTENCES = {
    "en": (
        # Titles, ranks and initials
        "Lt. Gen. Dallaire warned us.|Nobody listened.",
        "We thank Prof. Sachs and Rev. Tutu.|They spoke well.",
        "H.R.H. Prince Charles and Hon. Minister Okafor came.|We thank them.",
        "Mr. J. R. R. Martin and George W. Bush met.|It was brief.",
        "Messrs. Annan and Ban were praised.|So was Mrs. Robinson.",
        "St. Kitts and Mt. Kenya are far apart.|Both are beautiful.",
        "Martin Luther King Jr. had a dream.|We share it.",
        "Capt. Sparrow, Maj. Tom and Col. Sanders agreed.|Others did not.",
        "MR. PRESIDENT, THE WORLD IS NOT AT PEACE.|MR. GUTERRES KNOWS IT.",
        # Legal citations
        "Pursuant to Arts. 2 and 51 of the Charter, we act.|That is the law.",
        "See para. 4, sect. II and app. III.|The rest is clear.",
        "The judgment in Nicaragua v. United States stands.|We respect it.",
        "Nos. 242 and 338 bind us.|So does No. 1325.",
        "As stated in res. 78/1, p. 12, we agree.|Vol. 3 has more.",
        "As recs. 3 and 4, ref. 12 and doc. WHA75.5 say, it holds.|Rec. 6 does not.",
        # Notes of a record
        "We keep our word.|(spoke in English)|Mr. President, we came.|[interpretation from Russian]|We go.",
        "(Applause)|We thank you.|He spoke (in English) to us.|We thank (spoke in French) Mr. Sorel.",
        "The ruling (I.C.J. Reports 1986, p. 14) is clear.|We obey.",
        "See ibid., para. (b).|It is short.",
        "Cf. document A/RES/78/1, fig. 2.|It was adopted.",
        "See A/C.1/66/L. 12, A/81/5/Add. 1 and S/PV. 8.|It is plain.",
        "He said “peace.” (A/60/PV.6, p. 17)|We agree.",
        "“It is so.” [Ibid., para. 3 (a).]|We agree.",
        "See chap. X and sect. B.|It is short.",
        "Part II. Finance.|We need it.",
        # Abbreviations that may end a sentence
        "They met at 3 p.m. on Monday.|It ended at 5 p.m.|The Chair left.",
        "We met at 9 a.m. New York time.|We closed at 5 p.m.|Avaria did not come.",
        "Apple Inc. and Acme Co. Ltd. signed.|Trade grows.",
        "He lives in Washington, D.C.|We visited him.",
        "The U.N. Secretary-General spoke for the U.N.|We listened.",
        "The E.U. Commission replied.|The U.S.A. Government did not.",
        "Health, education, etc. come first.|Then roads, etc.|The list is long.",
        "We need tools, e.g. sanctions, i.e. pressure.|They work.",
        # Dates and figures
        "On 3 Sept. 2020 and Dec. 4 we met.|In Jan. 2021 the talks failed.",
        "Growth was 3.5 per cent.|It cost $1.5 million.|We paid.",
        "It was signed in 1945.|In 1946 it took effect.",
        "The fund holds $5bn.|It grows.",
        "This began in 2018.|30 countries joined.",
        # Quotation
        "He said, “We must act now.”|We did.",
        "“Who is next?” he asked.|Nobody knew.",
        "“Act now!” she cried.|They did.",
        "‘Peace is possible.’|He believed it.",
        "The motto is: “Leave no one behind. Ever.”|We agree.",
        "They call it “peace.”|We do not.",
        'The "Summit of the Future" is near.|"Act now," they say.',
        # Brackets, ellipses, doubled marks
        "We agreed (it was late. Very late.) to leave.|We left.",
        "It failed.|(It had to.)|We moved on.",
        "The text [sic.] is clear.|We read it.",
        "We waited…|Then we acted.",
        "We hoped … and waited.|Nothing came.",
        "The Charter says: We the peoples (...) Determined to save.|It is old.",
        "Is that so?!|It is.|Really!!|Yes.",
        "What now?|2030 is near.",
        # Notes, addresses, sections
        "This is law.2|It binds us.3",
        "It rose by 7%.2|It fell (by a third).3|We wait.[4]|It ended.",
        "They left in 2015.12|Avaria stayed.|It stood at 88.4.6|Prices rose.|The rate was 35.2|We pay.",
        "Under target 16.1.3 Deaths are counted.|See section 4.1 The Seat.|A total of 2010.5 Mt was sold.",
        "The draft in A/C.3/79/L.15 Avaria brought.|It passed.",
        "“It is law.”4|We agree.",
        "Visit https://www.un.org/en/ga.|It is open.",
        "Write to a.b@un.org.|We answer.",
        "Version 2.0 is out.|Section 4.1.2 changed.",
        "The .org domain is free.|So is www.Un.org today.",
        # Joined and misread
        "That was clear.¦“Then it changed.|It did.”",
        "We won in 2030.¦It was late.|“So it is.”¦They left.",
        "We waited. ..and it came.|Not yet..|We wait.",
        "The war has entered its third year,|The world looks on.",
        "We were received in the great city of The Hague, The Netherlands, with warmth.",
        "Mr. President, distinguished delegates and dear friends, We meet today.",
        "The SDGs. it is clear, lag behind.|We must act.",
        "In that regard. Avaria agrees.|On behalf of my people, here. I thank you.|In war.|In peace.",
        # What leads a sentence, and hours, numbers and letters that may end one
        "In 1960. Avaria became free.|At 8.46 a.m. Alpha Air 11 took off.|At 6 p.m. President Gil spoke.",
        "The list closes at 6 p.m. 14 March 2024.|The vote was at 4 a.m.|Nobody slept.",
        "We met in 2015.¦1 am glad.|In 1993.1 was here.|We saved 6,000.¦Others fell.",
        "The answer is no.|I quote the law, in chap. I of the text.|See sects. 6 and 7.",
        "It rose by 3. 5 per cent.|It fell to 4.|We want: 1. Peace; 2. Bread; and 3. Work.|No more.",
        "They flew to Washington, D.C.|Talks began.|It was built in 500 B.C.|Walls stand.",
        "“A text of this length that is quoted has its own sentences.|It is cut where each of them ends.”",
        # Colons, semicolons, dashes, bullets
        "Three things matter: Trust; Peace; Law.|All are rare.",
        "We act — now.|— And we persist.",
        "We thank:|• the Chair;|• the Secretariat.",
    ),
    "fr": (
        "MM. Dupont et Durand sont venus.|Mme Petit aussi.",
        "Voir le par. 3, p. 12 et l'art. 4.|Il est clair.",
        "Il a dit : « Agissons. Maintenant. »|Nous agissons.",
        "Est-ce vrai ?|Oui !|C’est vrai.",
        "Le 3 janv. 2022, S. E. M. Macron a parlé.|Bien.",
        "La santé, l’éducation, etc. sont vitales.|D’accord.",
        "La séance s’ouvre à 10 h.|M. Petit parle.|En 1960. Avaria devint libre.",
        "On vote à 15 h. 30.|Voir rés. 5, sect. II, annexe B.|C’est tout.",
        "Le pont a cédé en 1987.4|Avaria l’a refait.|L’indice vaut 96,1.2|Peu importe.|La rec. 6.",
        "Nous irons.|(L’oratrice s’exprime en russe)|Merci.|(applaudissements)|Elle part.",
    ),
    "es": (
        "Véase la pág. 5 y el párr. 3.|Está claro.",
        "La Dra. Gil y el Lic. Ruiz hablaron.|Gracias.",
        "La resolución núm. 1325 rige.|¿Quién la cumple?",
        "Dijo: «Basta ya. Basta.»|Callamos.",
        "A las 5 p. m. Avaria votó.|Abrió a las 10 a. m.|Nadie vino.",
        "Los EE. UU. y la U. E. votaron.|Ganaron.",
        "Vive en Av. Mayor 5.|Murió en 44 a. C. en paz.",
        "Véase la recom. 4, el apart. 2 y el nro. 7.|Cayó en 1987.4|Avaria lo rehízo.",
        "Iremos.|(prosigue en ruso)|Gracias.|[interpretación del francés]|Salimos.",
    ),
    "ru": (
        "Г-жа Иванова и проф. Петров выступили.|Мы согласны.",
        "См. п. 3 ст. 5 и табл. 2.|Это важно.",
        "Он сказал: «Мир нужен. Сейчас.»|Мы согласны.",
        "Выделено 5 млн. долл. США.|Этого мало.",
        "А. С. Пушкин родился в 1799 г.|Он поэт.",
        "Он живёт в г. Москве на ул. Мира, д. 5.|В XX в. было иначе.",
        "Открыто в 10 час. 15 мин.|Закрыто в 13 ч. 05 м.|Это было в XX в.|Мир был иным.",
        "В 10 ч. 30 мин. пришли 14 чел.|Нужны хлеб, вода и т. д.|Мир нужен.",
        "Проф. Петров, в т. ч. им. Ленина, т. е. здесь.|Да.",
        "Рек. 6 и реш. 3, см. доп. 2.|Мост рухнул в 1987.4|Авария ждёт.|Так в 1987 г.5|Авария ждёт.",
        "Мы придём.|(далее по-французски)|Спасибо.|[перевод с испанского]|Мы уходим.",
    ),
    "ar": (
        "قال: «السلام ممكن. حقا.»|وافقنا.",
        "هذا واضح!|أليس كذلك؟|بلى.",
        "السيد أ. ب. تارن تكلم.|نريد: 1. السلام؛ 2. الخبز.",
        "انظر ص. 5 من التقرير.|هذا مهم.",
        "كان ذلك عام 1999 م.|ثم ارتفع 0.4 م. في سنة.",
        "انهار الجسر في عام 1987.2|ثم بني.|وبلغت الكلفة 1987.2 مليون.|انظر وث. 5.",
        "سنأتي.|(تكلمت بالفرنسية)|شكرا.|(تصفيق)|نمضي.",
    ),
    "zh": (
        "“和平。”¦他说完了。¦我们同意……然后行动。",
        "（见附件。）¦我们支持「发展。和平。」这一主题。",
        "增长3.5%。¦2030年很近！¦行动吧。",
        "桥塌了。2¦阿瓦里亚重建。[3]¦2个村庄受灾。¦12月再建。。¦何时？！¦不知道!?¦好。",
        "我们来。¦（以法语发言）¦谢谢。¦（掌声）¦我们走。",
        "“为什么？”他问。¦（见第7段。）；我们同意。¦“走吧！我们走。”",
    ),
}

# Lines and what becomes of them; kinds are s(entence), h(eading), i(tem).
LINES = (
    ("iii", "(a) Peace;\n(b) Law;\n(c) Trust.", "(a) Peace;|(b) Law;|(c) Trust."),
    ("ii", "(i) First point\n(ii) Second point", "(i) First point|(ii) Second point"),
    ("sii", "We will:\n– act;\n– report.", "We will:|– act;|– report."),
    ("sii", "We will:\n1) act\n2) report", "We will:|1) act|2) report"),
    ("ssss", "We ask for:\npeace;\nland;\nand bread.", "We ask for:|peace;|land;|and bread."),
    (
        "sssi",
        "The Assembly,\nRecalling its law,\nHaving met,\n1. Decides to act.",
        "The Assembly,|Recalling its law,|Having met,|1. Decides to act.",
    ),
    ("hshs", "A. Peace\n\nWe want it.\n\nB. Law\n\nWe need it.", "A. Peace|We want it.|B. Law|We need it."),
    (
        "hshs",
        "Peace and Security\nThe UK acts.\nTrade\nThe UK trades.",
        "Peace and Security|The UK acts.|Trade|The UK trades.",
    ),
    (
        "ssss",
        "The States,\nAnxious to live,\n\nalarmed by war,\nHave agreed as follows:",
        "The States,|Anxious to live,|alarmed by war,|Have agreed as follows:",
    ),
    (
        "hss",
        "Annex I\nIt rose by 1.\n75 per cent.\nThat is all.",
        "Annex I|It rose by 1. 75 per cent.|That is all.",
    ),
    ("hs", "# Statement by Avaria\n\nWe met.", "Statement by Avaria|We met."),
    ("hs", "CONCLUSION:\nThe work is done.", "CONCLUSION:|The work is done."),
    ("ss", "child sexual exploitation\n\nand abuse. We act.", "child sexual exploitation and abuse.|We act."),
    ("ss", "Mr. President,\nI thank you.", "Mr. President,|I thank you."),
    (
        "ss",
        "We met in Geneva on 7\nOctober 2023. It rained.",
        "We met in Geneva on 7 October 2023.|It rained.",
    ),
    ("sss", "主席先生：\n我们支持多边主义。谢谢。", "主席先生：|我们支持多边主义。|谢谢。"),
    ("ss", "Thank you\n\nMr. President", "Thank you|Mr. President"),
)

SHIPPED = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "segment_cases.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: str(case["name"]))
def test_cases_of_policy_text(case: Mapping[str, Any]) -> None:
    assert [one.text for one in segment(case["text"], language=case["language"])] == case["expected"]


@pytest.mark.parametrize(
    ("language", "case"), [(language, case) for language, cases in SENTENCES.items() for case in cases]
)
def test_sentences(language: str, case: str) -> None:
    text = case.replace("|", " ").replace("¦", "")
    expected = case.replace("¦", "|").split("|")
    assert [one.text for one in segment(text, language=language)] == expected


@pytest.mark.parametrize(("kinds", "text", "expected"), LINES)
def test_lines(kinds: str, text: str, expected: str) -> None:
    segments = segment(text, language="en")
    assert [one.text for one in segments] == expected.split("|")
    assert "".join(one.kind[0] for one in segments) == kinds


def test_a_speech_that_pauses_with_ellipses_is_cut_at_its_full_stops() -> None:
    lines = ["We meet today…", "At a hard time.", "We came…", "To act...", "And to stay."] * 4
    sentences = [one.text for one in segment("\n\n".join(lines), language="en")]
    assert sentences == ["We meet today… At a hard time.", "We came… To act... And to stay."] * 4


def test_a_speech_whose_commas_were_read_as_full_stops_is_cut_at_the_ends_of_clauses() -> None:
    slips = "We came. as we said. to act. and to stay. "
    clauses = (
        "When I spoke here last year. I warned of a flood.",
        "We thank Avaria. Brazil. Chad and his predecessor. Mr. Kutesa.",
        "With regard to the crisis. Avaria waits.",
        "Currently. Avaria waits.",
        "Yes. it waits.",
        "The sea rises.",
    )
    sentences = [one.text for one in segment(slips + " ".join(clauses), language="en")]
    assert sentences == [slips.strip(), *clauses]


def test_paragraphs_count_from_one_and_hold_their_sentences() -> None:
    version = read_text("We met. We spoke.\n\nWe left.\nWe rested.")
    assert [one.paragraph for one in version.segments] == [1, 1, 2, 3]


def test_an_empty_text_has_no_segments() -> None:
    assert not segment(" \n\ufeff\n ")
