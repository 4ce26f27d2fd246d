"""Whether a text is the record of a meeting, in which many speak; it is never one country's statement.

Two signs: turns of several speakers, each named with a country in brackets; and what records say of
themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLE: Final = (
    r"(?:Mr|Mrs|Ms|Miss|Mme|Mlle|M|Sr|Sra|Srta|Sir|Dame|Lord|Lady|Dr|Prince|Princess|Archbishop|Г-н|Г-жа"
    r"|السيد|السيدة)"
)
_TURN: Final = re.compile(
    rf"^[ \t]*(?:\d{{1,3}}\.[ \t]+)?{_TITLE}\b[.,]?[ \t]+[^():\n]{{1,60}}[ \t]?\((?P<who>[^()\d]{{3,60}})\)"
    r"(?:[ \t]*\([^()]{3,60}\)){0,2}[ \t]*(?:[:：]|,[^:\n]{0,120}[:：]| said | asked | dit | dijo | заявил)",
    re.MULTILINE,
)
_CHINESE_TURN: Final = re.compile(
    r"^[ \t]*\w{2,12}(?:先生|女士)（(?P<who>\w{2,20})）[^：\n]{0,40}：", re.MULTILINE
)


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_NUMBERED: Final = r"\d+\w* (?:plenary )?(?:meeting|séance|sesión)\b"
_OWN_WORDS: Final = _compile(
    r"this record contains the (?:original )?text of speeches",
    r"this record is subject to correction",
    r"ce procès-verbal contient le texte",
    r"la presente acta contiene",
    r"настоящий отчет содержит тексты",
    r"本记录包括",
)
"""What a record says of itself, and nothing else does."""
_SIGNS: Final = _compile(
    r"summary record of the \d+\w* (?:\w+ )?meeting",
    rf"{_NUMBERED}.{{0,120}}\bofficial records|\bofficial records.{{0,120}}{_NUMBERED}",
    r"the meeting was called to order|la séance est ouverte|se abre la sesión|заседание открывается",
    r"the meeting rose at|la séance est levée|se levanta la sesión|заседание закрывается",
    r"verbatim reporting service|official records editing section",
)
"""What stands in records, and now and then in a speech that was cut out of one."""
_FEWEST: Final = 2
"""Countries that speak, or such signs: a speech may quote one turn, or end with one line of a record."""
_NAMED: Final = 3
"""Countries that a message names."""
_HEAD: Final = 6000
"""Characters at the beginning in which a record says what it is, and at the end when the meeting rose."""


def find_meeting(text: str) -> str | None:
    """Return what shows that a text is the record of a meeting; None where nothing does."""
    speakers = dict.fromkeys(_find_speakers(text))
    if len(speakers) >= _FEWEST:
        first = ", ".join([*speakers][:_NAMED])
        others = f" and {len(speakers) - _NAMED} others" if len(speakers) > _NAMED else ""
        return f"{first}{others} speak in it"
    ends = f"{text[:_HEAD]}\n{text[-_HEAD:]}"
    signs = sum(1 for sign in _SIGNS if sign.search(ends))
    if any(words.search(ends) for words in _OWN_WORDS) or signs >= _FEWEST or (signs and speakers):
        return "it says so itself"
    return None


def _find_speakers(text: str) -> Iterator[str]:
    for pattern in (_TURN, _CHINESE_TURN):
        for turn in pattern.finditer(text):
            yield " ".join(turn["who"].split())
