"""Long patterns that the installation compiled: what ``re.compile`` makes of them, whoever compiled them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tracker.comparing.passages.forms import load_forms
from tracker.comparing.passages.polarity import load_polarity
from tracker.comparing.topics.bystanders import load_bystanders
from tracker.comparing.topics.cues import load_cues
from tracker.inputs.compiled import pack_pattern, unpack_pattern
from tracker.model.languages import LANGUAGES
from tracker.report.clauses import load_clauses
from tracker.text.tokens import compile_tokens

PATTERNS = (
    ("", 0),
    (r"\b(?=\w)(?:we|us)\b", 0),
    (r"(?P<year>\d{4})|(?P<word>[^\W\d]+)(-(?P=word))?", 0),
    (r"(?<!\w)(?:Müller|straße|İ|ſ|我们|[а-я]++)(?!\w)", re.IGNORECASE),
    (r"(?i:a)b*+(?>c|cd)d", re.DOTALL | re.MULTILINE),
    (r"(?xa) \w+ # letters", 0),
)


@pytest.mark.parametrize(("source", "flags"), PATTERNS)
def test_it_is_what_re_compiles(source: str, flags: int) -> None:
    expected, found = re.compile(source, flags), unpack_pattern(pack_pattern(source, flags))
    assert found == expected
    assert (found.flags, found.groups, dict(found.groupindex)) == (
        *(expected.flags, expected.groups),
        dict(expected.groupindex),
    )
    text = "We met US, us: 2030 abcd so-so MÜLLER STRASSE straße 我们 Год i İ s"
    matches = (
        [(each.span(), each.groupdict(), each.lastgroup) for each in pattern.finditer(text)]
        for pattern in (found, expected)
    )
    assert next(matches) == next(matches)


def test_what_another_python_compiled_is_compiled_again() -> None:
    source, flags, _, _, *groups = pack_pattern("(?P<a>a)|b", re.IGNORECASE)
    found = unpack_pattern((source, flags, (3, 99, 1, "little"), b"no code of this one", *groups))  # type: ignore[arg-type]
    assert found == re.compile("(?P<a>a)|b", re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_of_every_language_are_what_re_compiles(language: str) -> None:
    patterns = [
        *(cue.pattern for cue in load_cues(language).tables.values()),
        *filter(None, load_bystanders(language)),
        *map(unpack_pattern, load_forms(language)[0].values()),
        *map(unpack_pattern, load_polarity(language).values()),
        *(compile_tokens(language, holds_ideographs=holds) for holds in (False, True)),
    ]
    assert patterns == [re.compile(pattern.pattern, pattern.flags) for pattern in patterns]


def test_patterns_of_clauses_are_what_re_compiles() -> None:
    patterns = [
        pattern
        for field in load_clauses()
        for pattern in ([field] if isinstance(field, re.Pattern) else [each for _, each in field])
    ]
    assert len(patterns) > len(load_clauses())
    assert patterns == [re.compile(pattern.pattern, pattern.flags) for pattern in patterns]


def test_no_long_pattern_is_compiled_once_it_is_installed() -> None:
    code = """
import re
compile_, longest = re._compiler.compile, [""]
def note(source, flags=0):
    longest.append(str(source))
    return compile_(source, flags)
re._compiler.compile = note
import tracker
tracker.compare("We must act by May 2025. Italy will host us.", "We urge Italy to act by 2026.")
print(len(max(longest, key=len)))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(said) < 2000
