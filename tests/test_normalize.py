"""Clean text: the quirks of real statements, and the laws that hold for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spans import find_raw
from tests.thorough import examples
from tracker.text.reading import normalize, read_text

# What statements are made of, and what breaks careless code.
PIECES = (
    *(
        "The United Nations",
        "we must act",
        "Mr. President,",
        "cooper",
        "-\n",
        "- ",
        "110.\t",
        "12. ",
        "7",
        "A/66/PV.11",
    ),
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\x0c",
        "\t",
        " ",
        "  ",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\ufffe",
        "\x00",
        "\x1b",
    ),
    *(
        ".",
        ",",
        "…",
        "...",
        "?!",
        ": ",
        ";\n",
        "“",
        "”",
        "«",
        "»",
        "(",
        ")",
        "[",
        "]",
        '"',
        "*",
        "**",
        "#",
        "# ",
        "---",
    ),
    *(
        "â€™",
        "Ã©",
        "ﬁ",
        "ﬃ",
        "e\u0301",
        "السلام.",
        "和平。",
        "Мы.",
        "\u202e",
        "\U0001f600",
        "\u2028",
        "\x85",
        "• ",
        "(a) ",
    ),
    *("15-29568 9/33", "check against delivery", "The", "of the", "2030", "U.S.", "No. 5", "ş", "İ", "ß"),
)
# Letters that begin a broken encoding come as such pieces only, so that the letters behind are known.
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="ÂÃâÅÄÐÑØÙ"), max_size=8)
HOSTILE = st.lists(st.sampled_from(PIECES) | ANY, max_size=25).map("".join)


QUIRKS = (
    ("byte order mark", "\ufeffWe met.", "We met."),
    ("carriage returns", "We met.\rWe spoke.\r\nWe left.", "We met.\n\nWe spoke.\n\nWe left."),
    (
        "hard wrap",
        "We met in the city\nof Geneva and\nspoke. We then\nleft.",
        "We met in the city of Geneva and spoke. We then left.",
    ),
    (
        "hyphen at a line end",
        "We value inter-\nnational cooper-\nation.",
        "We value international cooperation.",
    ),
    (
        "word written with a hyphen",
        "Our co-operation grows. More co-\noperation helps.",
        "Our co-operation grows. More co-operation helps.",
    ),
    (
        "word written without one",
        "Our cooperation grows. More co-\noperation helps.",
        "Our cooperation grows. More cooperation helps.",
    ),
    (
        "hyphen before a capital",
        "The Non-\nProliferation Treaty holds.",
        "The Non-Proliferation Treaty holds.",
    ),
    (
        "hanging hyphen",
        "In the short- and long-term, and short-\nand long-term.",
        "In the short- and long-term, and short- and long-term.",
    ),
    (
        "word cut where a line was",
        "Multilateral action works. So multi- lateral it is.",
        "Multilateral action works. So multilateral it is.",
    ),
    ("soft hyphens", "co\u00adoper\ufffe\nation, im¬portant", "cooperation, important"),
    (
        "a page that ends inside a line, between words and beside one break",
        "We met\x0cin Geneva,\x0c\nand spoke\n\x0cof the law.",
        "We met in Geneva, and spoke of the law.",
    ),
    (
        "page number",
        "We met in\n\n7\n\nGeneva and spoke of the\n\n\x0c\n\n- 8 -\nlaw.",
        "We met in Geneva and spoke of the law.",
    ),
    (
        "a figure on a line of its own",
        "The number of schools is now\n300\nand it grows.",
        "The number of schools is now 300 and it grows.",
    ),
    (
        "symbols as page heads",
        "Our sorrow\n15-29568 9/33\n\x0c\nA/70/PV.20 30/09/2015\nis great.",
        "Our sorrow is great.",
    ),
    (
        "page head inside a sentence",
        "succeeding generations from 16-29559 21/28 the scourge",
        "succeeding generations from the scourge",
    ),
    ("symbol as text", "We adopted A/66/L.1 then.", "We adopted A/66/L.1 then."),
    (
        "an address after a sentence",
        "We reject that. My fellow delegates,\n\nEven wars have rules.",
        "We reject that. My fellow delegates,\n\nEven wars have rules.",
    ),
    (
        "an address inside a sentence",
        "In closing, Mr. President,\n\nWe met. His successor,\n\nMr. Reed, spoke. My land,\n\nNorway, too.",
        "In closing, Mr. President, We met. His successor, Mr. Reed, spoke. My land, Norway, too.",
    ),
    (
        "check against delivery",
        "Check against delivery\n\nMr. President,\nWe met.",
        "Mr. President,\n\nWe met.",
    ),
    ("section breaks", "We met. *\n*\n* * *\nWe left.\n---\n", "We met.\n\nWe left."),
    (
        "numbers of a meeting",
        "110.\tMr. President, we met.\n111.\tWe spoke.\n112. We left.",
        "Mr. President, we met.\n\nWe spoke.\n\nWe left.",
    ),
    ("numbers of a resolution", "1. Calls upon all;\n2. Decides so.", "1. Calls upon all;\n2. Decides so."),
    (
        "page number above a symbol",
        "It ends here.\n5\nA/57/PV.2\nThe next page.",
        "It ends here.\n\nThe next page.",
    ),
    ("compound cut by a line", "We use cutting- edge tools.", "We use cutting-edge tools."),
    ("hyphen for a dash", "The people- that we serve.", "The people- that we serve."),
    ("editor's note", "As I said (see A/PV.707), we act.", "As I said (see A/PV.707), we act."),
    ("broken encoding", "the Stateâ€™s cafÃ©", "the State’s café"),
    (
        "marks of another code page",
        "Aviaís law, Breviaís aim, all Statesí wish ìto liveî",
        "Avia’s law, Brevia’s aim, all States’ wish “to live”",
    ),
    ("name cut at its hyphen", "The Secretary- General met.", "The Secretary-General met."),
    ("characters that only look broken", "SÃO TOMÉ, château, Ångström", "SÃO TOMÉ, château, Ångström"),
    ("controls and zero-width blanks", "We\x00 me\u200bt\x1b.\u202e", "We met."),
    ("blanks", "We\u00a0met \u2009 in\tGeneva.", "We met in Geneva."),
    ("ligatures", "The ﬁrst oﬃce", "The first office"),
    ("sentence cut by a blank line", "sexual exploitation\n\nand abuse.", "sexual exploitation and abuse."),
    ("paragraph ends", "We met.\n\nthey left.", "We met.\n\nthey left."),
    ("heading", "Cyber Crime\nThe UK acts.", "Cyber Crime\n\nThe UK acts."),
    ("Markdown", "# Statement\n\n**We** *act*.", "Statement\n\nWe act."),
    ("name misread", "Al is near.", "Al is near."),
    ("list", "We back:\n- peace\n- law", "We back:\n- peace\n- law"),
    ("nothing but blanks", " \n\t\x0c\n", ""),
)


@pytest.mark.parametrize(("raw", "clean"), [case[1:] for case in QUIRKS], ids=[case[0] for case in QUIRKS])
def test_quirks_of_real_texts(raw: str, clean: str) -> None:
    assert normalize(raw)[0] == clean


def test_running_heads_go_and_refrains_stay() -> None:
    pages = [f"\x0c\nUnited Nations Review {number}\nwe met {'again ' * number}and" for number in range(4)]
    assert "Review" not in normalize("\n".join(["Once", *pages]))[0]
    refrain = "We want peace\n\nFor all.\n\n" * 4
    assert normalize(refrain)[0].count("We want peace") == 4


def test_paragraph_numbers_throughout_a_text_go() -> None:
    paragraphs = [
        f"{number}. {'We have trained judges and police and will train more. ' * 2}"
        for number in range(1, 12)
    ]
    clean, _ = normalize("\n\n".join(paragraphs))
    assert clean.startswith("We have")
    assert "11." not in clean


def test_a_list_inside_numbered_paragraphs_stays() -> None:
    raw = "110.\tWe ask for:\n1. Peace;\n2. Law;\n111.\tWe act."
    assert normalize(raw)[0] == "We ask for:\n1. Peace;\n2. Law;\n\nWe act."


def test_the_raw_text_behind_a_passage() -> None:
    raw = "\ufeffOur co-\r\nordinated work (the ﬁrst)\r\nhelps."
    clean, spans = normalize(raw)
    start = clean.index("first")
    low, high = find_raw(spans, start, start + len("first"))
    assert raw[low:high] == "ﬁrst"


def letters(text: str) -> str:
    """The letters of a text as they are, whatever ligature or decomposition they are written with."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


@given(HOSTILE)
@settings(max_examples=examples(400), deadline=None)
def test_normalizing_twice_changes_nothing(raw: str) -> None:
    clean, _ = normalize(raw)
    assert normalize(clean)[0] == clean


@given(HOSTILE)
@settings(max_examples=examples(400), deadline=None)
def test_runs_of_one_length_are_copies_and_cover_the_clean_text(raw: str) -> None:
    clean, spans = normalize(raw)
    at = raw_at = 0
    for run in spans.runs:
        assert run.clean_start == at
        assert run.raw_start >= raw_at
        at, raw_at = run.clean_end, run.raw_end
        if run.clean_end - run.clean_start == run.raw_end - run.raw_start:
            assert clean[run.clean_start : run.clean_end] == raw[run.raw_start : run.raw_end]
    assert at == len(clean)


@given(HOSTILE)
@settings(max_examples=examples(400), deadline=None)
def test_segments_are_in_order_and_hold_all_that_is_not_blank(raw: str) -> None:
    version = read_text(raw)
    at = 0
    for ordinal, segment in enumerate(version.segments):
        assert segment.ordinal == ordinal
        assert version.text[segment.start : segment.end] == segment.text == segment.text.strip() != ""
        assert not version.text[at : segment.start].strip()
        at = segment.end
    assert not version.text[at:].strip()


@given(HOSTILE)
@settings(max_examples=examples(400), deadline=None)
def test_every_letter_of_a_segment_is_in_the_raw_text_behind_it(raw: str) -> None:
    version = read_text(raw)
    for segment in version.segments:
        start, end = find_raw(version.spans, segment.start, segment.end)
        assert 0 <= start < end <= len(raw)
        rest = iter(letters(_without_broken_encoding(raw[start:end])))
        assert all(letter in rest for letter in letters(segment.text))


def _without_broken_encoding(text: str) -> str:
    return text.replace("Ã©", "é")
