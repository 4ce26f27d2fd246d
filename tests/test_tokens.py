"""Tokens and folding: what is one token, and what counts as the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.text.identity import fold
from tracker.text.tokens import tokenize
from tracker.text.word_tables import entries_for, read_tables

# Text, and its tokens of one kind.
FIGURES = (
    ("en", "amount", "£10.5 million, US$ 1.2 billion and $1.2bn.", "£10.5 million|US$ 1.2 billion|$1.2bn"),
    ("en", "amount", "5 million euros, 40 per cent, 40 % or 40%", "5 million euros|40 per cent|40 %|40%"),
    (
        "en",
        "amount",
        "USD 100 billion, $100-billion, 0.7 percent, 1.5°C",
        "USD 100 billion|$100-billion|0.7 percent|1.5°C",
    ),
    ("en", "amount", "3.5 billion United States dollars", "3.5 billion United States dollars"),
    ("fr", "amount", "10,5 millions d'euros, 40 pour cent, 40 %", "10,5 millions d'euros|40 pour cent|40 %"),
    ("es", "amount", "5 millones de dólares y 40 por ciento", "5 millones de dólares|40 por ciento"),
    ("ru", "amount", "5 млн долларов США и 40 процентов", "5 млн долларов США|40 процентов"),
    ("zh", "amount", "5亿美元和40%", "5亿美元|40%"),
    ("en", "date", "by 2030, on 5 January 2024 and Jan. 5, 2024", "2030|5 January 2024|Jan. 5, 2024"),
    (
        "en",
        "date",
        "the 21st of September 2020, March 2021, 2015-2030, the 1990s",
        "21st of September 2020|March 2021|2015|2030|1990s",
    ),
    ("en", "date", "article 5 may apply; 2,030 people in 2030.", "2030"),
    ("fr", "date", "le 3 mars 2022 et le 1er janvier", "3 mars 2022|1er janvier"),
    ("es", "date", "3 de marzo de 2022", "3 de marzo de 2022"),
    ("ru", "date", "5 января 2024 года", "5 января 2024"),
    ("ar", "date", "في 5 كانون الثاني/يناير 2024", "5 كانون الثاني/يناير 2024"),
    ("zh", "date", "到2030年，2024年1月5日", "2030年|2024年1月5日"),
    (
        "en",
        "symbol",
        "A/RES/78/1, S/PRST/2024/5, A/66/PV.11 and E/CN.15/2022/L.6.",
        "A/RES/78/1|S/PRST/2024/5|A/66/PV.11|E/CN.15/2022/L.6",
    ),
    ("en", "symbol", "HIV/AIDS and/or 9/11", ""),
    (
        "en",
        "number",
        "10,000 people, 1 000 000 more, 10 million, the 31st, 16.4",
        "10,000|1 000 000|10 million|31st|16.4",
    ),
    (
        "en",
        "number",
        "5-1/4, 2½, 3 1/2, 1/3, -5, 24/7, 1325 (2000)",
        "5-1/4|2½|3 1/2|1/3|-5|24|7|1325 (2000)",
    ),
    ("en", "amount", "−2.5 %, 120 MW, 5 km² and 50 basis points", "−2.5 %|120 MW|5 km²|50 basis points"),
    ("en", "word", "a 15G net", "a|15G|net"),
    ("zh", "number", "减少百分之四十，三分之一，三亿五千万", "百分之四十|三分之一|三亿五千万"),
    (
        "en",
        "word",
        "co-operation, COVID-19, the U.S., e.g. Kenya's",
        "co-operation|COVID-19|the|U.S.|e.g.|Kenya's",
    ),
    ("en", "word", "see https://un.org/en, ok", "see|https://un.org/en|ok"),
    ("fr", "word", "l'article qu’il a lu aujourd'hui", "l'|article|qu’|il|a|lu|aujourd'hui"),
    ("ru", "word", "Г-н Иванов, т.е. Россия", "Г-н|Иванов|т.е.|Россия"),
    ("ar", "word", "الأمم المتّحدة", "الأمم|المتّحدة"),
    ("zh", "word", "我们欢迎", "我|们|欢|迎"),
    ("en", "mark", "Peace... now?! — yes.", "...|?|!|—|."),
)

SAME = (
    ("“Peace”", '"peace"'),
    ("the State’s", "the state's"),
    ("2015–2030", "2015-2030"),
    ("peace—now", "peace — now"),
    ("peace -- now", "peace – now"),
    ("Que faire ?", "Que faire\u00a0?"),
    ("« Non »", "«Non»"),
    ("wait…", "wait..."),
    ("cafe\u0301", "CAFÉ"),
    (" a\n\tb ", "a b"),
    ("co\u00adoperate", "cooperate"),
)
DIFFERENT = (
    ("10.5", "105"),
    ("will not", "will"),
    ("co-operate", "cooperate"),
    ("résumé", "resume"),
    ("a, b", "a b"),
)


@pytest.mark.parametrize(("language", "kind", "text", "expected"), FIGURES)
def test_tokens_of_a_kind(language: str, kind: str, text: str, expected: str) -> None:
    assert "|".join(token.text for token in tokenize(text, language) if token.kind == kind) == expected


def test_an_unknown_language_knows_the_names_of_all() -> None:
    dates = [token.text for token in tokenize("5 mars 2020, 5 March 2020", "und") if token.kind == "date"]
    assert dates == ["5 mars 2020", "5 March 2020"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_folding_joins_what_differs_in_print_only(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_folding_keeps_what_differs_in_substance(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(
    st.text() | st.text("ab 10.,-–—'’«»$€%/ÀЙ中\n"),
    st.sampled_from(["en", "fr", "es", "ru", "ar", "zh", "und"]),
)
def test_tokens_and_the_blanks_between_them_rebuild_the_text(text: str, language: str) -> None:
    rebuilt, at = "", 0
    for token in tokenize(text, language):
        gap = text[at : token.start]
        assert gap == "" or gap.isspace()
        assert token.text == text[token.start : token.end]
        assert token.text
        rebuilt, at = rebuilt + gap + token.text, token.end
    assert rebuilt + text[at:] == text
    assert not text[at:].strip()


@given(st.text() | st.text("aA -–—'’«»…?!;:.\u00a0\u00adÀ"))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_figure_or_date_of_an_english_text_begins_with_a_small_letter() -> None:
    tables = read_tables("tokens")
    first = {entry[0] for table in ("currency_signs", "months") for entry in entries_for(tables[table], "en")}
    assert [letter for letter in first if letter.islower()] == []
