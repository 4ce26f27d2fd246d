"""Whether a text is Markdown, told in one pass over it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.thorough import some
from tracker.capture.read.markdown import find_link, is_markdown

LINK = re.compile(r"\[[^\]\n]{1,300}\]\((?:https?:|mailto:|/|#)[^)\s]{0,2000}\)")
"""What a link is, as an expression, which takes quadratic time."""
PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "](",
        "](/",
        "[a](/b)",
        "**",
        "# a",
        "\n",
        " ",
        "a",
        "https:",
        "#",
        "x" * 299,
        "x" * 1999,
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_links_are_found_as_the_expression_finds_them(text: str) -> None:
    found, end = [], 0
    while link := find_link(text, end):
        found.append(link)
        end = link[1]
    assert found == [match.span() for match in LINK.finditer(text)]


@pytest.mark.parametrize("piece", some(1, ["[a](/", "[", "](", "[a](/b ", "**a", "# "]))
def test_whether_a_text_is_markdown_is_told_in_a_moment(piece: str) -> None:
    began = time.process_time()
    is_markdown(piece * (2_000_000 // len(piece)), "a.txt")
    assert time.process_time() - began < 5
