"""No control or invisible character of a statement, title, speaker or file name is printed as it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparisons import VOCABULARY, change, comparison, evidence, reading, shift, side, topic
from tests.pages import render_page
from tests.reports import render, render_markdown
from tracker.model.record import Hit, SearchPage, SnapshotEntry, StatementEntry
from tracker.model.texts import Reference
from tracker.model.topics import Passage
from tracker.report.answers.listing import (
    hits_json,
    list_json,
    log_json,
    render_hits,
    render_list,
    render_log,
)
from tracker.report.answers.statement import render_priorities, render_statement
from tracker.report.comparison.build import render_json, render_stat, show_part
from tracker.report.safe import NOT_XML, escape_hidden, one_line, visible

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

ATTACKS = {
    "window title": "\x1b]0;pwned\x07",
    "colour": "\x1b[31m",
    "one-byte CSI": "\x9b31m",
    "carriage return": "all is well\rnothing is",
    "backspace": "not\b\b\b",
    "delete": "\x7f",
    "override": "\u202etxt.exe",
    "isolate": "\u2066x\u2069",
    "zero width": "pri\u200bority",
    "byte order mark": "\ufeff",
    "line separator": "a\u2028b",
    "tag": "\U000e0041",
    "file name that is not UTF-8": "\udcff",
}
OUR_COLOUR = re.compile(r"\x1b\[(?:\d+(?:;\d+)*)m")


def attacked(attack: str) -> Comparison:
    old = replace(
        side(f"old{attack}.txt", (f"We will{attack} pay 5 euros.", f"Gone {attack} now.")),
        title=f"title{attack}",
        on_behalf_of=f"group{attack}",
    )
    new = replace(
        side(f"new{attack}.txt", (f"We may{attack} pay 6 euros.", f"Here {attack} now.")),
        speaker=f"speaker{attack}",
        post=f"post{attack}",
    )
    return comparison(
        old,
        new,
        change(
            "reworded",
            (0,),
            (0,),
            f"We |-will{attack}|+may{attack}| pay |-5|+6| euros.",
            shift("strength", "weaker", evidence(old, 0, f"will{attack}"), evidence(new, 0, f"may{attack}")),
        ),
        change("dropped", (1,), (), f"-Gone {attack} now."),
        change("new", (), (1,), f"+Here {attack} now."),
        caveats=(f"caveat{attack}",),
        topics=(
            topic(f"topic{attack}", "new", None, reading("declared", (1,), 0.5)),
            topic(
                f"other{attack}",
                "not repeated",
                reading("declared", (1,), 0.5),
                None,
                closest=Passage(0, 0.5),
            ),
        ),
    )


def outputs(attack: str) -> dict[str, str]:
    report = attacked(attack)
    reference = Reference("XAA", "CCPCJ", f"33{attack}")
    statement = StatementEntry(
        reference,
        kind_inferred=True,
        delivered=attack,
        title=f"title{attack}",
        speaker=f"speaker{attack}",
        post=None,
        words=9,
        snapshots=1,
        observed=attack,
    )
    snapshot = SnapshotEntry(reference, attack, attack, 9, attack, f"read{attack}", "en", 9, f"file{attack}")
    hit = Hit(reference, attack, 1, 0, f"a \x02match{attack}\x03 {attack}")
    page = SearchPage((hit,), 1, 20, 1, 1, 1)
    return {
        "text": render(report, VOCABULARY, everything=True),
        "coloured": OUR_COLOUR.sub("", render(report, VOCABULARY, color=True)),
        "stat": render_stat(report),
        "markdown": render_markdown(report, VOCABULARY, everything=True),
        "page": render_page(report, VOCABULARY, everything=True),
        "part of a page": show_part(report),
        "json": render_json(report),
        "list": render_list([statement]),
        "log": render_log([snapshot]),
        "show": render_statement(report.new),
        "hits": render_hits(page),
        "priorities": render_priorities(report.new, (reading("declared", (1,), 0.5),), VOCABULARY),
        "lists as json": list_json([statement]) + log_json([snapshot]) + hits_json(page),
    }


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_nothing_hidden_reaches_any_output(attack: str) -> None:
    for name, text in outputs(attack).items():
        assert visible(text) == text, name
        assert "\t" not in text, name
        text.encode()


def test_json_gives_the_attack_back() -> None:
    for attack in ATTACKS.values():
        read = json.loads(render_json(attacked(attack)))
        assert read["old"]["name"] == f"old{attack}.txt"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\r\nb", "a␍\nb"),
        ("\x7f\x85\x9b", "␡<U+0085><U+009B>"),
        ("\u202eabc\u202c", "<U+202E>abc<U+202C>"),
        ("soft\xadhyphen", "soft<U+00AD>hyphen"),
        ("pass\u200dword", "pass<U+200D>word"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("café, naïve, Đặng", "café, naïve, Đặng"),
        ("می‌خواهم", "می‌خواهم"),  # the joiner belongs to the word
        ("क्‍ष", "क्‍ष"),
        ("👩‍🚀 ❤️", "👩‍🚀 ❤️"),
        ("中文、العربية، русский", "中文、العربية، русский"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_is_idempotent_and_leaves_print_alone(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", once)
    assert "\n" not in one_line(text)


@given(st.text())
def test_escaped_json_reads_back(text: str) -> None:
    assert json.loads(escape_hidden(json.dumps(text, ensure_ascii=False))) == text


def test_what_is_no_character_of_xml_is_told_for_every_character() -> None:
    every = "".join(map(chr, range(0x110000)))
    expected = {*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF} - {*map(ord, "\t\n")}
    assert {match.start() for match in NOT_XML.finditer(every)} == expected
