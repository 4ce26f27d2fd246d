"""Edits rebuild both texts in every script, and read as a person would mark them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.changes.edits import word_edits

MARKS = {"kept": "{}", "deleted": "[-{}-]", "inserted": "[+{}+]"}
WORDS = [
    "the ",
    "a",
    " ",
    ", ",
    "fund",
    "5 million euros",
    "2023",
    "支持联合国",
    "السلام",
    "мир ",
    "é",
    "e\u0301",
    "\n",
    "😀",
]


def mark(old: str, new: str, language: str = "en") -> str:
    return "".join(MARKS[edit.kind].format(edit.text) for edit in word_edits(old, new, language))


@pytest.mark.parametrize(
    ("old", "new", "language", "expected"),
    [
        ("", "", "en", ""),
        ("", "Peace.", "en", "[+Peace.+]"),
        ("Peace.", "", "en", "[-Peace.-]"),
        ("Peace.", "Peace.", "en", "Peace."),
        ("We will act.", "We intend to act.", "en", "We [-will-][+intend to+] act."),
        ("We give £10.5 million.", "We give £12 million.", "en", "We give [-£10.5 million-][+£12 million+]."),
        (
            "Recalling A/RES/78/1 fully",
            "Recalling A/RES/79/1 fully",
            "en",
            "Recalling [-A/RES/78/1-][+A/RES/79/1+] fully",
        ),
        ("เราสนับสนุนสันติภาพของโลก", "เราสนับสนุนการพัฒนาของโลก", "th", "เราสนับสนุน[-สันติภาพ-][+การพัฒนา+]ของโลก"),
        ("我们支持联合国的工作。", "我们赞赏联合国的工作。", "zh", "我们[-支持-][+赞赏+]联合国的工作。"),
        ("نحن ندعم عمل المنظمة", "نحن نقدر عمل المنظمة", "ar", "نحن [-ندعم-][+نقدر+] عمل المنظمة"),
        ("Мы призываем все страны", "Мы просим все страны", "ru", "Мы [-призываем-][+просим+] все страны"),
        (
            "We welcome swift reform and the return of peace.",
            "We welcome broad inclusive growth and the lasting return of peace.",
            "en",
            "We welcome [-swift reform-][+broad inclusive growth+] and the [+lasting +]return of peace.",
        ),
        (
            "Our old farmers sell the dry maize abroad.",
            "Our many young engineers build the new plants abroad.",
            "en",
            "Our [-old farmers sell the dry maize-][+many young engineers build the new plants+] abroad.",
        ),
    ],
)
def test_marks(old: str, new: str, language: str, expected: str) -> None:
    assert mark(old, new, language) == expected


Texts = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=14).map("".join))


@given(Texts, Texts, st.sampled_from(["en", "fr", "zh", "ar", "und"]))
def test_edits_rebuild_both_texts(old: str, new: str, language: str) -> None:
    edits = word_edits(old, new, language)
    assert "".join(edit.text for edit in edits if edit.kind != "inserted") == old
    assert "".join(edit.text for edit in edits if edit.kind != "deleted") == new
    assert all(edit.text for edit in edits)
    assert all(a.kind != b.kind for a, b in itertools.pairwise(edits))
