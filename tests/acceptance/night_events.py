"""What happens in three hundred nights, and what is to be told of it, when, and how gravely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.acceptance import night_acts as act
from tests.acceptance.night_world import FIRST, HOST, HTML, LAST, LOGIN, MISSING, SILENCED, html
from tests.nights import Page
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.night_world import World

NIGHTS = 299
MISSED = range(130, 135)
FUTURE, REFUSED = 250, 270
"""A night whose clock is a year ahead, and one whose clock is two days behind."""
CUT = 175
"""A night that is interrupted when it has written the first change."""
END = NIGHTS + 1


@dataclass(frozen=True, slots=True)
class Event:
    """What happens before a night, and what is expected from then on, in nights after it."""

    night: int
    who: str
    what: str
    act: Callable[[World], object]
    told: tuple[tuple[int, str, str], ...] = ()
    """When it is told, as what, and how gravely."""
    health: tuple[tuple[int, int, str, str], ...] = ()
    """From when until when it is in the morning's health, the last excluded, as what, and how gravely."""


SILENT, CHANGED, NEW = "changed silently", "changed", "new"
WARNING, NOTE, FAILURE = "warning", "note", "failure"
DOWN = (0, "unreachable", NOTE)
WELL = (0, "well again", NOTE)
ODD = (0, "unreachable", WARNING)
SILENTLY, ANNOUNCED, ADDED = ((0, SILENT, WARNING),), ((0, CHANGED, NOTE),), ((0, NEW, NOTE),)
MOVED = ((0, "moved", NOTE),)
QUARANTINED = ((0, "quarantined", WARNING),)
FAILING_ONCE, FAILING_TWICE = ((1, 2, "failing", WARNING),), ((1, 3, "failing", WARNING),)

_BEGINNING = html(act.ABOUT["teaser"].replace("\n", " "))
TEASER = Page(_BEGINNING.replace("</main>", '<a href="/full">Read more</a></main>'), headers=HTML)
STRANGER = Page((ROOT / "seeds" / "gbr-ccpcj-31.md").read_text(encoding="utf-8"))

EVENTS = (
    Event(20, "silent", "a sentence is added", act.say("silent", SILENCED), SILENTLY),
    Event(25, "announced", "a corrigendum", act.say("announced", f"Corrigendum: {SILENCED}"), ANNOUNCED),
    Event(29, "gone", "taken down (410)", act.put("/gone", Page("", 410)),
          (DOWN, (2, "gone", WARNING)), ((1, 2, "failing", WARNING), (2, END, "gone", NOTE))),
    Event(33, "/rolling/75", "new in a feed, the oldest drops out", act.roll, ADDED),
    Event(35, "shrunk", "the page loses 45 %", act.shrink, SILENTLY),
    Event(40, "restored", "a sentence is added", act.say("restored", SILENCED), SILENTLY),
    Event(50, "back", "taken down (404)", act.put("/back", Page("", 404)),
          (DOWN, (2, "gone", WARNING)), ((1, 2, "failing", WARNING), (2, 70, "gone", NOTE))),
    Event(60, "moved", "moved (301)", act.move, MOVED),
    Event(70, "login", "a form to log in", act.put("/login", Page(LOGIN, headers=HTML)), QUARANTINED,
          ((0, 20, "waiting", WARNING), (20, 110, "waiting", NOTE))),
    Event(75, "soft404", "an error page with status 200, other bytes each night",
          act.lose, QUARANTINED,
          ((0, 10, "waiting", WARNING), (10, END, "waiting", NOTE))),
    *(Event(night, "soft404", "", act.lose) for night in range(76, 85)),
    Event(80, "/page/75", "new in a list", act.lists("page", *range(FIRST, LAST + 1)), ADDED),
    Event(85, "/page/73", "a link is taken down (404)", act.put("/page/73", Page("", 404)),
          (DOWN, (2, "gone", WARNING)), ((1, 2, "failing", WARNING), (2, 15, "gone", NOTE))),
    Event(85, "soft404", "the statement again", act.say("soft404"), (WELL,)),
    Event(90, "login", "the statement again", act.say("login"), (WELL,)),
    Event(95, "/noisy/72", "excluded and taken down", act.exclude),
    Event(100, "/page/73", "closed by a person", act.close("/page/73")),
    Event(100, "restored", "a backup: the old text", act.say("restored"), SILENTLY),
    Event(102, "down1", "the server is down for three nights", act.stop, (DOWN,)),
    Event(102, "down2", "the server is down for three nights", act.stop, (DOWN,)),
    Event(102, "down3", "the server is down for three nights", act.stop, (DOWN,)),
    Event(102, HOST, "three of its sources are down", act.stop, (), FAILING_TWICE),
    Event(105, "down1", "the server is back", act.start, (WELL,)),
    Event(105, "down2", "the server is back", act.start, (WELL,)),
    Event(105, "down3", "the server is back", act.start, (WELL,)),
    Event(108, "ended", "edited after its last day", act.say("ended", SILENCED)),
    Event(110, "feed", "an empty feed", act.lists("feed"), (ODD,), FAILING_TWICE),
    Event(113, "feed", "the feed again", act.lists("feed", *range(FIRST, LAST)), (WELL,)),
    Event(120, "back", "the statement again", act.say("back"), ((0, "came back", NOTE),)),
    Event(120, "closed", "closed by a person", act.close("closed")),
    Event(122, "closed", "taken down (404)", act.put("/closed", Page("", 404))),
    Event(125, "cp1252", "its charset is declared rightly", act.declare_1252),
    Event(135, "the archive", "five nights were missed", act.pass_by, (),
          ((-4, 0, "night missed", FAILURE), (0, 7, "night missed", WARNING))),
    Event(138, "bare1252", "a word is changed", act.edit_1252, SILENTLY),
    Event(140, "slow", "the server hangs", act.hang, (DOWN,), FAILING_ONCE),
    Event(142, "slow", "it answers", act.hang_no_more, (WELL,)),
    Event(145, "replaced", "superseded by another address", act.supersede),
    Event(150, "flips", "two texts in turn", act.flip, SILENTLY, ((3, 10, "changes every night", WARNING),)),
    Event(151, "flips", "", act.flip, SILENTLY),
    Event(152, "flips", "", act.flip, SILENTLY),
    Event(153, "flips", "the fourth night in a row", act.flip, SILENTLY),
    *(Event(night, "flips", "", act.flip) for night in range(154, 160)),
    Event(160, "page", "a redesign: other addresses", act.redesign, (ODD,), ((1, 6, "failing", WARNING),)),
    Event(166, "page", "the pattern is put right", act.follow_redesign, (WELL,)),
    Event(170, "feed", "cut off", act.lists("feed", FIRST, end="<item><tit"), (ODD,), FAILING_ONCE),
    Event(172, "feed", "the feed again", act.lists("feed", *range(FIRST, LAST)), (WELL,)),
    Event(CUT, "cut", "a sentence is added, and the run interrupted", act.say("cut", SILENCED),
          ((1, SILENT, WARNING),)),
    Event(CUT, "the archive", "a night without a complete run", act.pass_by, (),
          ((0, 8, "night missed", WARNING),)),
    Event(180, "teaser", "a teaser in its place", act.put("/teaser", TEASER), QUARANTINED,
          ((0, 10, "waiting", WARNING), (10, END, "waiting", NOTE))),
    Event(180, "login", "a person rejects the form", act.reject),
    Event(190, "teaser", "the statement again", act.say("teaser"), (WELL,)),
    Event(190, "/sitemap/75", "new in a sitemap", act.lists("sitemap", *range(FIRST, LAST + 1)), ADDED),
    Event(200, "stranger", "another country's in its place", act.put("/stranger", STRANGER), QUARANTINED,
          ((0, 3, "waiting", WARNING), (3, END, "waiting", NOTE))),
    Event(203, "stranger", "the statement again", act.say("stranger"), (WELL,)),
    Event(210, "release", "a source is added: a press release", act.add_release, QUARANTINED,
          ((0, 6, "waiting", WARNING), (6, END, "waiting", NOTE))),
    Event(216, "release", "the statement", act.release, ADDED),
    Event(230, "sitemap", "moved (301)", act.redirect_index, MOVED),
    Event(240, "portal", "a form to log in", act.put("/portal", Page(LOGIN, headers=HTML)), (ODD,),
          ((1, 4, "failing", WARNING),)),
    Event(244, "portal", "the list again", act.lists("portal", *range(FIRST, LAST)), (WELL,)),
    Event(FUTURE, "the archive", "the clock is a year ahead", act.pass_by, (), ((0, 1, "clock", FAILURE),)),
    Event(255, "stale", "edited, and 'not modified'", act.say("stale", SILENCED, ETag='"1"'),
          ((26, SILENT, WARNING),)),
    Event(260, "errors", "an error page with status 200", act.put("/errors", Page(MISSING, headers=HTML)),
          (ODD,), FAILING_TWICE),
    Event(263, "errors", "the list again", act.lists("errors", *range(FIRST, LAST)), (WELL,)),
    Event(REFUSED, "the archive", "the clock is two days behind", act.pass_by),
    Event(NIGHTS, "tagged", "a sentence is added", act.say("tagged", SILENCED, ETag='"2"'), SILENTLY),
)  # fmt: skip
