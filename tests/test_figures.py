"""Which figures and dates a sentence holds, and which edits of them say something."""

from __future__ import annotations

import pytest

from tests.comparisons import version
from tests.test_shifts import find
from tracker.comparing.passages.rewording import SideText, read_passage
from tracker.comparing.shifts.moments import read_dates
from tracker.comparing.shifts.quantities import read_quantities


def passage(text: str, language: str) -> SideText:
    return read_passage(version([text], language=language).segments, language)


def write(text: str, language: str) -> str:
    return "; ".join(
        f"{text[each.start : each.end]} = {'..'.join(f'{end.normalize():f}' for end in sorted({*each.span}))}"
        f" {each.unit}".rstrip()
        for each in read_quantities(passage(text, language))
    )


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # mixed fractions
        ("en", "It is 5-1/4 percent now.", "5-1/4 percent = 5.25 percent"),
        ("en", "It is 5¼ per cent, or 2 1/2.", "5¼ per cent = 5.25 percent; 2 1/2 = 2.5"),
        ("en", "It rose by 1/4 percentage point.", "1/4 percentage point = 0.25 percentage points"),
        ("en", "It rose by three quarters of a point.", "three quarters of a point = 0.75 percentage points"),
        (
            "en",
            "We made three points on 25 basis points.",
            "three = 3; 25 basis points = 0.25 percentage points",
        ),
        ("en", "It took two and a half years.", "two and a half years = 21915 hours"),
        # ranges
        (
            "en",
            "At 3 to 3¼ per cent or 20-25 %.",
            "3 to 3¼ per cent = 3..3.25 percent; 20-25 % = 20..25 percent",
        ),
        ("en", "Between 3 and 4 people and 5.", "3 and 4 = 3..4; 5 = 5"),
        ("en", "It fell from 7 to 5 per cent.", "7 = 7 percent; 5 per cent = 5 percent"),
        (
            "en",
            "We pay $10-12 million, ±2 percent.",
            "$10-12 million = 10000000..12000000 $; ±2 percent = -2..2 percent",
        ),
        ("en", "It was 50-50 at 10:30 on 9/11, 24/7.", ""),
        # shares
        (
            "en",
            "One in five, half of them and two-thirds.",
            "One in five = 20 percent; half = 50 percent; two-thirds = 66.67 percent",
        ),
        ("en", "A third party, the first half, half a century, half-hearted, the third quarter.", ""),
        (
            "en",
            "A quarter of a million and half a million.",
            "A quarter of a million = 250000; half a million = 500000",
        ),
        ("fr", "Un ménage sur cinq et la moitié.", "Un ménage sur cinq = 20 percent; moitié = 50 percent"),
        (
            "es",
            "Uno de cada cinco, tres cuartas partes.",
            "Uno de cada cinco = 20 percent; tres cuartas partes = 75 percent",
        ),
        ("ru", "Один из пяти, две трети.", "Один из пяти = 20 percent; две трети = 66.67 percent"),
        ("ar", "واحد من كل خمسة", "واحد من كل خمسة = 20 percent"),
        ("zh", "三分之一，半数", "三分之一 = 33.33 percent; 半数 = 50 percent"),
        # words and magnitudes
        (
            "en",
            "One hundred and twenty-five of two dozen.",
            "One hundred and twenty-five = 125; two dozen = 24",
        ),
        ("en", "Two million three hundred thousand.", "Two million three hundred thousand = 2300000"),
        ("en", "We saw tens of thousands leave.", "tens of thousands = 10000..100000"),
        (
            "fr",
            "Quatre-vingt-douze, vingt et un, un demi-million.",
            "Quatre-vingt-douze = 92; vingt et un = 21; un demi-million = 500000",
        ),
        (
            "es",
            "Treinta y cinco y mil millones de dólares.",
            "Treinta y cinco = 35; mil millones de dólares = 1000000000 $",
        ),
        (
            "ru",
            "1,2 трлн рублей, 45,6 тыс., двадцать пять.",
            "1,2 трлн рублей = 1200000000000 RUB; 45,6 тыс. = 45600; двадцать пять = 25",
        ),
        (
            "ar",
            "٣ مليارات دولار وخمسة وعشرون و١٬٠٠٠",
            "٣ مليارات دولار = 3000000000 $; خمسة وعشرون = 25; ١٬٠٠٠ = 1000",
        ),
        (
            "zh",
            "5000亿元，百分之三，两千三百万人",
            "5000亿元 = 500000000000 CNY; 百分之三 = 3 percent; 两千三百万 = 23000000",
        ),
        ("en", "1,234,567 or 1 234 567.", "1,234,567 = 1234567; 1 234 567 = 1234567"),
        ("fr", "1.250.000 euros ou 5,25 %.", "1.250.000 euros = 1250000 EUR; 5,25 % = 5.25 percent"),
        ("en", "It lies at 1/2 to 3/4 per cent.", "1/2 to 3/4 per cent = 0.5..0.75 percent"),
        ("ru", "Около миллиона, каждый пятый.", "миллиона = 1000000; каждый пятый = 20 percent"),
        ("ar", "خمسة عشر بلدا خلال عشر سنوات", "خمسة عشر = 15; عشر سنوات = 87660 hours"),
        ("en", "The balance was -9.6% then.", "-9.6% = -9.6 percent"),
        ("en", "For fifteen (15) years.", "fifteen = 15"),
        ("fr", "Une centaine de villages.", "Une centaine = 100"),
        ("zh", "百分之八点五，每五名儿童中有一名", "百分之八点五 = 8.5 percent; 五 = 20 percent"),
        ("en", "One member of ten objected.", "One = 1; ten = 10"),
        ("en", "Every fifth child, a tenfold rise.", "Every fifth = 20 percent; tenfold = 10 times"),
        ("en", "They voted 7–2 over a decade.", "7–2 = 2..7; a decade = 87660 hours"),
        (
            "en",
            "Millions fled by a quarter point.",
            "Millions = 1000000..10000000; a quarter point = 0.25 percentage points",
        ),
        ("ru", "2 млн 500 тыс. рублей", "2 млн 500 тыс. рублей = 2500000 RUB"),
        ("zh", "零点八个百分点，三百五十所", "零点八个百分点 = 0.8 percentage points; 三百五十 = 350"),
        # no figures
        ("en", "At 10 a.m., every third year, in the third year.", ""),
        ("en", "One of them spoke, and one must agree.", ""),
        ("en", "From 10 to 12 December 2023, and 5-7 May.", ""),
        ("en", "Call 116 006; we are ranked 5 out of 30.", ""),
        ("en", "By resolution 1325 (2000), articles 5 and 6, COVID-19, G20, 1/CP.21 and note [5].", ""),
        ("en", "The twenty-first of the Group of Twenty at the seventy-fifth session.", ""),
        ("en", "1.1 National circumstances", ""),
        ("zh", "第七十五届会议十分重要，一个国家", ""),
    ],
)
def test_figures_of_a_sentence(language: str, text: str, expected: str) -> None:
    assert write(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Between 2000 and 2017, 2023/24, 2016–20, by 30 June.",
            [(2000,), (2023,), (2016,), (0, 6, 30)],
        ),
        ("ru", "К 2030 году, 5 января 2024 года", [(2030,), (2024, 1, 5)]),
        ("ar", "بحلول عام ٢٠٣٠ وفي 5 كانون الثاني/يناير 2024", [(2030,), (2024, 1, 5)]),
        ("zh", "到2030年，2024年1月5日", [(2030,), (2024, 1, 5)]),
    ],
)
def test_dates_of_a_sentence(language: str, text: str, expected: list[tuple[int, ...]]) -> None:
    assert [moment.parts for moment in read_dates(passage(text, language))] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "The rate was raised to 5-1/4 percent.",
            "The rate was raised to 5-1/2 percent.",
            [("raised", "5-1/4 percent", "5-1/2 percent", "+0.25 percentage points")],
        ),
        (
            "The council keeps the toll at 4 percent, where it has stood since the autumn of the flood.",
            "The council raises the toll to 6 percent, with effect from midsummer day.",
            [("raised", "4 percent", "6 percent", "+2 percentage points")],
        ),
        (
            "The council keeps 40 guards at the gate, where they have stood since the autumn of the flood.",
            "The council hires 60 guards for the harbour, with effect from midsummer day.",
            [],
        ),
        (
            "The range is 3 to 4 percent now.",
            "The range is 3 to 5 percent now.",
            [("changed", "3 to 4 percent", "3 to 5 percent", None)],
        ),
        (
            "Of $100, $30 goes to schools and $40 to health.",
            "Of $100, $40 goes to schools and $30 to health.",
            [("raised", "$30", "$40", "+$10 (+33%)"), ("lowered", "$40", "$30", "-$10 (-25%)")],
        ),
        (
            "The law asks for 60 per cent forest cover at all times; we have 72 per cent as of today.",
            "We have 71 per cent forest cover as of today; the law asks for 60 per cent at all times.",
            [("lowered", "72 per cent", "71 per cent", "-1 percentage points")],
        ),
        (
            "The Bank lends US$ 5 million for this.",
            "The Bank lends €5 million for this.",
            [("changed", "US$ 5 million", "€5 million", None)],
        ),
        (
            "We gave $3 million for the years 2016-2020.",
            "We gave $3 million for the years 2018-2020.",
            [("changed", "2016-2020", "2018-2020", None)],
        ),
        (
            "The term is six months.",
            "The term is one year.",
            [("raised", "six months", "one year", "+100%")],
        ),
        (
            "We reach 70 per cent of adults and 40 per cent of children.",
            "We reach 45 per cent of children and 80 per cent of adults.",
            [
                ("raised", "70 per cent", "80 per cent", "+10 percentage points"),
                ("raised", "40 per cent", "45 per cent", "+5 percentage points"),
            ],
        ),
        (
            "The Board decided to maintain the target range for the rate at 5-1/4 to 5-1/2 percent.",
            "The Board decided to lower the target range for the rate by 1/2 point to 4-3/4 to 5 percent.",
            [("lowered", "5-1/4 to 5-1/2 percent", "4-3/4 to 5 percent", None)],
        ),
        (
            "It will rise by K200 to K1,500.",
            "It will rise by K300 to K1,800.",
            [("raised", "K200", "K300", "+K 100 (+50%)"), ("raised", "K1,500", "K1,800", "+K 300 (+20%)")],
        ),
        (
            "It fell by 2 per cent.",
            "It fell by 2 percentage points.",
            [("changed", "2 per cent", "2 percentage points", None)],
        ),
        (
            "The office opens each year on 1 March.",
            "The office opens each year on 1 May.",
            [("later", "1 March", "1 May", "+61 days")],
        ),
    ],
)
def test_changed_figures(old: str, new: str, expected: list[tuple[str, str, str, str | None]]) -> None:
    shifts = [each for each in find(old, new) if each.axis in {"figure", "date"}]
    assert [
        (each.direction, each.old and each.old.text, each.new and each.new.text, each.amount)
        for each in shifts
    ] == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We have 1,000 posts and half the staff.", "We have 1 000 posts and 50 per cent of the staff."),
        ("It rose by 25 basis points to 2½ per cent.", "It rose by a quarter point to 2.5 per cent."),
        ("We spend US$ 1.2 trillion on five roads.", "We spend $1,200 billion on 5 roads."),
        ("It takes one year and 300 MW.", "It takes 12 months and 0.3 GW."),
        ("In the third quarter prices rose.", "In the fourth quarter prices rose."),
    ],
)
def test_another_notation_is_no_shift(old: str, new: str) -> None:
    assert [each for each in find(old, new) if each.axis in {"figure", "date"}] == []
