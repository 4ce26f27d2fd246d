"""Records of votes: who voted how, by lists of names, name by name, or resolution by resolution."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from tracker.capture.admit.rules import load_rules

_COMMA: Final = ",،、，;；"
_ITEM: Final = rf"[^.。\n{_COMMA}]{{1,80}}"
# "121-9-34", "121 – 9 – 34": for, against, abstaining.
_TALLY: Final = re.compile(r"(?<![\d-])\d{1,3} ?[-–/] ?\d{1,3} ?[-–/] ?\d{1,3}(?![\d-])")
_DATE: Final = re.compile(r"\d{1,2}([-–/ ]+)\d{1,2}\1\d{2}")


def find_votes(text: str, language: str) -> str:
    """Return what shows that a text, in lower case and without quotations, records votes; else nothing.

    An explanation of one vote names that of its own speaker, and speaks in the first person.
    """
    rules = load_rules()
    if language not in rules.vote_lists:
        return ""
    lists = dict.fromkeys(match[1] for match in _compile_lists(language).finditer(text))
    if len(lists) >= rules.bounds.vote_lists:
        return f"it lists who voted how ({', '.join(lists)})"
    own = len(rules.first_person[language].findall(text))
    voters = dict.fromkeys(match[1] for match in _compile_voters(language).finditer(text))
    if len(voters) >= rules.bounds.voters and len(voters) > own:
        return f"it says of {len(voters)} how they voted ({', '.join([*voters][:3])})"
    tallies = [found for found in _TALLY.findall(text) if not _DATE.fullmatch(found)]
    if len(tallies) >= rules.bounds.voters and len(tallies) > own and _compile_acts(language).search(text):
        return f"it has the results of {len(tallies)} votes ({', '.join(tallies[:3])})"
    return ""


@cache
def _compile_lists(language: str) -> re.Pattern[str]:
    labels = "|".join(load_rules().vote_lists[language])
    return re.compile(
        rf"(?:^|[.。;\n*•–-])\s{{0,3}}({labels})(?: ?[(（]\d{{1,3}}[)）])?\s?[:：]\s{{0,3}}"
        rf"{_ITEM}(?:[{_COMMA}]{_ITEM}){{3}}"
    )


@cache
def _compile_voters(language: str) -> re.Pattern[str]:
    """Return what finds a name at the beginning of a sentence, and how it voted."""
    acts = "|".join(load_rules().vote_acts[language])
    name = r"([^\s.。:：,，|]{2,30}(?: [^\s.。:：,，|]{1,30}){0,4}?)"
    between = "" if language == "zh" else r"(?: ?[|:] ?| )"
    after = r"(?![^\s.。,，|\n])" if language == "zh" else r"\s?(?=[.。,，|\n]|$)"
    pattern = rf"(?:^|[.。\n])\s{{0,3}}{name}{between}(?:{acts}){after}"
    if language == "ar":
        pattern = rf"(?:^|[.\n])\s{{0,3}}(?:{acts}) {name}{after}"
    return re.compile(pattern, re.MULTILINE)


@cache
def _compile_acts(language: str) -> re.Pattern[str]:
    return re.compile("|".join(load_rules().vote_acts[language]))
