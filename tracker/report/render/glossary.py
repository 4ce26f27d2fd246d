"""The words of the reports explained, from the glossary of the docs."""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.resources import files
from typing import Final

from tracker.errors import TrackerError
from tracker.references.names import show
from tracker.report.document import Span
from tracker.report.layout import Line, draw, wrap

_ROW = re.compile(r"^\| (?!word |---)(.+?) \| (.+) \|$", re.MULTILINE)
_LINK = re.compile(r" ?\(\[[^\]]*\]\([^)]*\)\)")
OF_REPORTS: Final = {
    "largest moves": "largest moves",
    "level": "declared|substantive|acknowledged|mentioned",
    "priority": "priorit(?:y|ies)",
    "status": "status|new or back|not repeated|moved (?:up|down)",
    "last a priority": "last a priority",
    "likely": "likely",
    "certainty": r"certainty|\(~?\.\d",
    "sure": r"\d sure|of them sure",
    "d, s, :": "d, s, :",
    "closest, nothing close": r"closest \(|nothing close",
    "change": "reworded|split|merged|typographic",
    "shift": "(?:stronger|weaker|raised|lowered|earlier|later):? “",
    "exact, loose": r"\d exact|loosely",
    "near": "also near",
    "named now, no longer named": "named now|no longer named",
    "¶": r"¶\d",
}
"""Words that a report uses in a sense of their own, as one meets them, and what tells that they are there."""


def render_words(asked: str = "", *, width: int = 80, color: bool = False) -> str:
    """Return the words that reports and commands use by the alphabet, with their meanings in the glossary.

    Of one that is ``asked`` for, its line, or those that explain it with others. Raises ``TrackerError``
    where there is none.
    """
    rows = sorted(_read_rows(), key=lambda row: row[0].lower())
    if asked:
        rows = _choose_words(rows, asked.lower())
    lines: list[Line] = []
    for word, meaning in rows:
        lines += wrap((Span(word, "bold"), Span(f": {_strip(meaning)}")), width, "", "    ")
    return draw(lines, color=color)


def explain_words(text: str) -> list[tuple[str, str]]:
    """Return the words of a report that have a sense of their own, with their meanings in the glossary."""
    rows = dict(_read_rows())
    return [
        (word, _strip(rows[word]))
        for word, told in OF_REPORTS.items()
        if re.search(rf"(?<!\w)(?:{told})", text, re.IGNORECASE)
    ]


def _read_rows() -> list[tuple[str, str]]:
    return _ROW.findall((files("tracker") / "docs" / "glossary.md").read_text(encoding="utf-8"))


def _strip(meaning: str) -> str:
    return _LINK.sub("", meaning).replace("`", "").replace("*", "")


def _choose_words(rows: list[tuple[str, str]], asked: str) -> list[tuple[str, str]]:
    named = [row for row in rows if asked in row[0].lower().split(", ")]
    meant = named or [row for row in rows if re.search(rf"[*\"]{re.escape(asked)}[*\"]", row[1])]
    if meant:
        return meant
    known = {word for row in rows for word in row[0].lower().split(", ")}
    known |= {word for row in rows for word in re.findall(r"\*([^*]+)\*", row[1])}
    near = get_close_matches(asked, sorted(known), 1)
    hint = f"did you mean {near[0]!r}?" if near else "tracker help words lists them"
    raise TrackerError(f"the reports have no word {show(asked)}; {hint}")
