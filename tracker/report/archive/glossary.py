"""The words of the reports explained, from the glossary of the docs."""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.resources import files

from tracker.errors import TrackerError
from tracker.references.names import show
from tracker.report.document import Span
from tracker.report.layout import Line, draw, wrap

_ROW = re.compile(r"^\| (?!word |---)(.+?) \| (.+) \|$", re.MULTILINE)
_LINK = re.compile(r" ?\(\[[^\]]*\]\([^)]*\)\)")


def render_words(asked: str = "", *, width: int = 80, color: bool = False) -> str:
    """Return the words that reports and commands use by the alphabet, with their meanings in the glossary.

    Of one that is ``asked`` for, its line, or those that explain it with others. Raises ``TrackerError``
    where there is none.
    """
    text = (files("tracker") / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = sorted(_ROW.findall(text), key=lambda row: row[0].lower())
    if asked:
        rows = _choose_words(rows, asked.lower())
    lines: list[Line] = []
    for word, meaning in rows:
        plain = _LINK.sub("", meaning).replace("`", "").replace("*", "")
        lines += wrap((Span(word, "bold"), Span(f": {plain}")), width, "", "    ")
    return draw(lines, color=color)


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
