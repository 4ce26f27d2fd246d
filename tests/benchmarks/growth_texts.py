"""Texts of any length of one kind each: what statements are made of, and what nobody would write."""

from __future__ import annotations

import random
from itertools import count, cycle, islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Kind = Callable[[], Iterable[str]]
    """The pieces of a text without end."""

_SENTENCES: Final = (
    "We urge all States to ratify the Treaty on the Protection of Rivers without delay.",
    "My country will contribute 5 million euros to the Technical Fund by 2025.",
    "Corruption is our first priority, and we condemn it in all its forms.",
    "We encourage the Commission to consider the needs of small island developing States.",
    "Cybercrime, trafficking in persons and terrorism remain a threat to peace and security.",
    "The Secretary-General said that “no one must be left behind” in his report (A/78/1).",
    "We support the Security Council and welcome resolution 2719 (2023) of 21 December 2023.",
)
_SYLLABLES: Final = ("ba", "co", "di", "fe", "gu", "la", "mi", "no", "pe", "ru", "sa", "ti", "vo", "za")
_CHINESE: Final = (
    "我们敦促所有国家批准关于保护河流的条约。气候变化是我们的优先事项，我们将继续支持可持续发展。"
)
_ARABIC: Final = (
    "نحث جميع الدول على التصديق على المعاهدة. إن تغير المناخ أولويتنا، وسنواصل دعم التنمية المستدامة. "
)
_RUSSIAN: Final = (
    "Мы призываем все государства ратифицировать договор об охране рек. Изменение климата – наш приоритет. "
)


def repeat(piece: str) -> Kind:
    """Return a kind that says one thing over and over."""
    return lambda: cycle((piece,))


def number(pattern: str) -> Kind:
    """Return a kind that counts: ``{n}`` in a pattern is another number each time."""
    return lambda: (pattern.format(n=n) for n in count(1))


def say(end: str) -> Kind:
    """Return a kind of ordinary sentences with something behind each."""
    return lambda: cycle(f"{sentence}{end}" for sentence in _SENTENCES)


def run_on() -> Iterator[str]:
    """Yield the words of one sentence that never ends."""
    return (word.strip(".") + " " for sentence in cycle(_SENTENCES) for word in sentence.split())


def word(n: int) -> str:
    """Return another word for each number."""
    syllables = [_SYLLABLES[n % len(_SYLLABLES)]]
    while n := n // len(_SYLLABLES):
        syllables.append(_SYLLABLES[n % len(_SYLLABLES)])
    return "".join(syllables)


def list_in_one_sentence(start: str, piece: str) -> Kind:
    """Return a kind that is one sentence: a start, then pieces of which no two are the same.

    ``{n}`` is another number in each, ``{day}`` and ``{year}`` another date, ``{word}`` another word.
    """

    def make() -> Iterator[str]:
        yield start
        for n in count(1):
            yield piece.format(n=n, day=n % 28 + 1, year=1950 + n % 149, word=word(n))

    return make


def differ(end: str) -> Kind:
    """Return a kind of sentences none of which is like another."""

    def make() -> Iterator[str]:
        chance = random.Random(7)  # noqa: S311 - the same texts every time
        while True:
            words = ("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(20))
            yield " ".join(words).capitalize() + end

    return make


_LISTED: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "English": (
        "We will give for climate change ",
        {
            "numbers": "{n}, ",
            "amounts": "{n} million euros to farmers, ",
            "names": "Minister Anna S{word} of Kenya and the Council of L{word}, ",
            "dates": "by {day} May {year}, ",
            "quotations": "“we agree on {word} and on peace”, ",
        },
    ),
    "French": (
        "Nous donnerons pour le climat ",
        {
            "amounts": "{n} millions d’euros aux paysans, ",
            "names": "la ministre Anne S{word} du Kenya et le Conseil de L{word}, ",
            "dates": "d’ici au {day} mai {year}, ",
            "quotations": "« nous convenons de {word} et de la paix », ",
        },
    ),
    "Spanish": (
        "Daremos para el cambio climático ",
        {
            "amounts": "{n} millones de euros a los campesinos, ",
            "names": "la ministra Ana S{word} de Kenya y el Consejo de L{word}, ",
            "dates": "para el {day} de mayo de {year}, ",
            "quotations": "«acordamos {word} y la paz», ",
        },
    ),
    "Russian": (
        "Мы дадим на борьбу с изменением климата ",
        {
            "amounts": "{n} миллионов евро крестьянам, ",
            "names": "министр Анна С{word} из Кении и Совет Л{word}, ",
            "dates": "до {day} мая {year} года, ",
            "quotations": "«мы согласны с {word} и с миром», ",
        },
    ),
    "Arabic": (
        "سنقدم من أجل تغير المناخ ",
        {
            "amounts": "{n} مليون يورو للمزارعين، ",
            "names": "الوزيرة آنا {word} من كينيا ومجلس {word}، ",
            "dates": "بحلول {day} مايو {year}، ",
            "quotations": "«نتفق على {word} وعلى السلام»، ",
        },
    ),
    "Chinese": (
        "我们将为气候变化提供",
        {
            "amounts": "{n}万欧元给农民、",
            "names": "肯尼亚部长安娜{word}和{word}理事会、",
            "dates": "到{year}年5月{day}日、",
            "quotations": "“我们同意{word}与和平”、",
        },
    ),
}
"""The start of a sentence in each language, and what it goes on with."""

SENTENCES: Final[Mapping[str, Kind]] = {
    f"one sentence of {what}, {language}": list_in_one_sentence(start, piece)
    for language, (start, pieces) in _LISTED.items()
    for what, piece in pieces.items()
}
"""Sentences that are compared with ones in which nothing that is listed is the same."""

KINDS: Final[Mapping[str, Kind]] = {
    **SENTENCES,
    "plain text on one line": say(" "),
    "many short lines": repeat("We agree.\n"),
    "short lines without an end": number("we agree on {n}\n"),
    "paragraphs": say("\n\n"),
    "one long sentence": run_on,
    "words that differ": number("w{n} "),
    "a text in capitals": number("W{n} "),
    "repeated sentences": repeat(_SENTENCES[0] + " "),
    "unrelated sentences": differ(". "),
    "unrelated paragraphs": differ(".\n\n"),
    "a word without an end": repeat("a"),
    "overlapping terms": repeat("SDG "),
    "terms side by side": repeat("climate change and human rights, "),
    "priorities enumerated": repeat("our priorities are corruption, cybercrime, "),
    "commitments": repeat("we commit to climate change, "),
    "situations": repeat("we support peace in Ukraine and in Gaza, "),
    "hints": repeat("the Agenda, the Court, the Council, "),
    "own names": repeat("Kenya and the Republic of Kenya, "),
    "quotation marks": repeat('"'),
    "curly quotations": repeat("“we agree on peace and on security now” "),
    "quotations that never end": repeat("“we "),
    "apostrophes": repeat("'"),
    "digits": repeat("7"),
    "figures": number("{n} million euros, "),
    "figures in groups": repeat("100 000 "),
    "dates": repeat("by 12 May 2024, "),
    "years": repeat("2024 "),
    "full stops": repeat("."),
    "ellipses": repeat("… "),
    "commas": repeat(", "),
    "abbreviations": repeat("Mr. J. U.N. No. 5 art. "),
    "initials": repeat("A."),
    "capitals": repeat("WE AGREE ON PEACE. "),
    "acronyms": repeat("UNODC UNTOC "),
    "names": repeat("Secretary-General António Guterres and "),
    "brackets": repeat("("),
    "brackets in brackets": repeat("(a) [b] "),
    "square brackets": repeat("["),
    "hyphens": repeat("-"),
    "hyphenated words": repeat("long-term-"),
    "cut words": number("multi- lateral{n} "),
    "cut lines": number("multi-\nlateral{n} "),
    "dashes": repeat("— "),
    "blanks": repeat(" "),
    "tabs": repeat("\t"),
    "blank lines": repeat("\n"),
    "carriage returns": repeat("\r"),
    "pages": number("\f\nA/78/PV.{n}\n"),
    "no-break spaces": repeat("\xa0"),
    "soft hyphens": repeat("a\xad"),
    "controls": repeat("\x00"),
    "combining marks": repeat("\u0301"),
    "broken encoding": repeat("â€™"),
    "broken Cyrillic": repeat("Ð"),
    "astral characters": repeat("😀"),
    "bullets": repeat("• we agree "),
    "bulleted lines": repeat("• we agree\n"),
    "numbered paragraphs": number("{n}. We agree on peace.\n\n"),
    "stars": repeat("*"),
    "emphasis": repeat("**we agree** "),
    "underscores": repeat("_"),
    "headings": number("# Heading {n}\n\n"),
    "marks of headings": repeat("#"),
    "rows of headings": number("PEACE AND SECURITY {n}\n\n"),
    "salutations": repeat("Mr. President,\n\n"),
    "addresses": number("https://www.un.org/a/{n}?b=c "),
    "addresses that never end": repeat("https://"),
    "symbols": number("A/RES/78/{n} "),
    "slashes": repeat("A/"),
    "at signs": repeat("a@"),
    "Chinese": repeat(_CHINESE),
    "Chinese without a stop": repeat("我们"),
    "Chinese quotations": repeat("「和平」"),
    "Arabic": repeat(_ARABIC),
    "Russian": repeat(_RUSSIAN),
    "semicolons": repeat("we agree; "),
    "requests": repeat("we urge and call upon and request "),
    "conditions": repeat("if we can, unless we must, "),
    "negations": repeat("not no never "),
    "tags": repeat("<p>"),
    "tags that never end": repeat("<"),
    "ampersands": repeat("&amp;"),
    "fences": repeat("`"),
    "pipes": repeat("| a "),
    "links in Markdown": repeat("[a](b) "),
}  # fmt: skip


def write(kind: str, size: int, skipped: int = 0) -> str:
    """Return a text of one kind, of so many characters, some of its pieces left out behind the first."""
    if not size:
        return ""
    made = iter(KINDS[kind]())
    pieces = [next(made)]
    length = len(pieces[0])
    for piece in islice(made, skipped, None):
        pieces.append(piece)
        length += len(piece)
        if length >= size:
            break
    whole = "".join(pieces)
    # Half a number would be one that the other text has elsewhere.
    return whole if kind in SENTENCES else whole[:size]


def revise(kind: str, size: int) -> str:
    """Return what a text of one kind and size became: all that is listed is another, or every tenth word."""
    return write(kind, size, skipped=size) if kind in SENTENCES else edit(write(kind, size))


def edit(text: str) -> str:
    """Return a text with every tenth word another, or every tenth character where there are no words."""
    words = text.split(" ")
    if len(words) > len(text) / 50:
        return " ".join("revised" if n % 10 == 5 else word for n, word in enumerate(words))
    return "".join("x" if n % 10 == 5 else char for n, char in enumerate(islice(text, len(text))))
