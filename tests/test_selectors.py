"""The selectors of a source decide what is read of a page."""

from __future__ import annotations

import pytest

from tracker.capture.read.extract import extract
from tracker.errors import DocumentUnreadable

PAGE = b"""<!doctype html><html><head><title>Site</title></head><body>
<nav><a href="/">Home</a></nav>
<main>
<article id="old"><h1>Last year</h1><p>We did protect our rivers.</p></article>
<article id="new"><h2>This year</h2><div class="share">Share this</div>
<p>We will protect our rivers.</p><ul><li>One river</li><li>Two rivers</li></ul>
<aside>Related news</aside><p>Thank you.</p></article>
</main><footer>Contact</footer></body></html>"""


def test_the_text_is_that_of_the_selected_elements_and_of_nothing_else() -> None:
    read = extract(PAGE, selector="#new", remove=(".share", "aside"))
    assert read.text.split("\n\n")[0].endswith("This year")
    assert "We will protect our rivers." in read.text
    assert "One river" in read.text
    for other in ("Last year", "Share this", "Related news", "Home", "Contact"):
        assert other not in read.text


def test_several_elements_are_read_in_their_order_and_none_twice() -> None:
    read = extract(PAGE, selector="main, article")
    assert read.text.count("We will protect our rivers.") == 1
    assert read.text.index("Last year") < read.text.index("This year")


def test_removing_alone_leaves_the_finding_of_the_main_text_to_the_extractor() -> None:
    read = extract(PAGE, remove=("#old", ".share"))
    assert "Last year" not in read.text
    assert "Share this" not in read.text
    assert "We will protect our rivers." in read.text


def test_the_extractor_is_named_with_its_selectors() -> None:
    plain, chosen = extract(PAGE), extract(PAGE, selector="#new", remove=("aside",))
    assert "selector" not in plain.extractor
    assert chosen.extractor.endswith("selector=#new remove=aside")


def test_a_page_without_selectors_reads_as_ever() -> None:
    assert extract(PAGE, selector=None, remove=()) == extract(PAGE)


def test_what_is_removed_takes_no_words_after_it_along() -> None:
    page = b"<html><body><main><p>We <b class='x'>never</b> will protect it.</p></main></body></html>"
    assert extract(page, selector="main", remove=(".x",)).text.strip() == "We will protect it."


@pytest.mark.parametrize("selector", ["#gone", "article.none", "html > main"])
def test_a_selector_that_selects_nothing_is_said_so(selector: str) -> None:
    with pytest.raises(DocumentUnreadable, match=r"page\.html: the selector .* selects nothing"):
        extract(PAGE, "page.html", selector=selector)


def test_the_whole_page_may_be_removed() -> None:
    with pytest.raises(DocumentUnreadable):
        extract(PAGE, remove=("html", "body"))


def test_selectors_do_not_touch_other_formats() -> None:
    assert extract(b"We will protect our rivers.", selector="#new").text == "We will protect our rivers."
