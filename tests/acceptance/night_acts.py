"""What may happen to a site, to its archive, and to the watch list, before a night."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from tests.acceptance.night_world import FIRST, HTML, LAST, MISSING, SILENCED, number_of
from tests.archives import query
from tests.nights import Page, source, write_speech

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.night_world import World

ABOUT = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "about_statements.toml").read_text(encoding="utf-8")
)


def put(path: str, page: Page) -> Callable[[World], object]:
    return lambda world: world.site.pages.update({path: page})


def say(name: str, more: str = "", **headers: str) -> Callable[[World], object]:
    return lambda world: world.say(name, more, **headers)


def lists(index: str, *sessions: int, end: str = "", place: str = "/{}/{}") -> Callable[[World], object]:
    return lambda world: world.publish(index, *sessions, end=end, place=place)


def shrink(world: World) -> None:
    text = write_speech(number=number_of("shrunk"))
    world.site.pages["/shrunk"] = Page(text[: int(len(text) * 0.55)].rpartition(". ")[0] + ".\n")


def flip(world: World) -> None:
    world.say("flips", SILENCED if world.night % 2 == 0 else "")


def pass_by(_world: World) -> None:
    """Change nothing on the site."""


def lose(world: World) -> None:
    world.site.pages["/soft404"] = Page(MISSING.format(world.night), headers=HTML)


def release(world: World) -> None:
    world.site.say("/release", number=99)


def move(world: World) -> None:
    world.site.pages["/moved/new"] = world.site.pages["/moved"]
    world.site.pages["/moved"] = Page("", 301, {"Location": "/moved/new"})


def declare_1252(world: World) -> None:
    page = world.site.pages["/cp1252"]
    world.site.pages["/cp1252"] = Page(page.body, headers={"Content-Type": "text/html; charset=windows-1252"})


def edit_1252(world: World) -> None:
    page = world.site.pages["/bare1252"]
    assert isinstance(page.body, bytes)
    world.site.pages["/bare1252"] = Page(page.body.replace(b"caf\xe9", b"bar"), headers=page.headers)


def stop(world: World) -> None:
    for name in ("down1", "down2", "down3"):
        world.site.pages[f"/{name}"] = Page("", 503)


def start(world: World) -> None:
    for name in ("down1", "down2", "down3"):
        world.say(name)


def hang(world: World) -> None:
    world.site.held["/slow"] = Flag()


def hang_no_more(world: World) -> None:
    world.site.held.pop("/slow").set()


def close(name: str, *more: str) -> Callable[[World], object]:
    def act(world: World) -> None:
        id_ = name
        if name.startswith("/"):
            found = f"SELECT DISTINCT source FROM outcomes WHERE address LIKE '%{name}'"  # noqa: S608 (our own text)
            ((id_,),) = query(world.archive, found)
        ran = world.run("sources", "close", id_, "--by", "Ana", "--reason", "taken down", *more)
        assert ran.code == 0, ran.err

    return act


def supersede(world: World) -> None:
    world.site.say("/replaced/new", number=number_of("replaced"))
    close("replaced", "--superseded-by", world.site.url("/replaced/new"))(world)


def exclude(world: World) -> None:
    pattern = "links = '/noisy/(?P<session>[0-9]+)'"
    world.edit(pattern, f"{pattern}\nexclude = '/noisy/72'")
    world.site.pages["/noisy/72"] = Page("", 404)


def add_release(world: World) -> None:
    world.site.pages["/release"] = Page(ABOUT["release"], headers={"Content-Type": "text/plain"})
    path = world.archive / "watch.toml"
    table = source("release", "IND/UNGA/79~prepared.en", world.site.url("/release"))
    path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")


def redesign(world: World) -> None:
    """Give the statements of an index other addresses; the old ones lead there."""
    sessions = world.listed["page"]
    for session in sessions:
        if world.site.pages[f"/page/{session}"].status == 200:
            world.site.pages[f"/texts/page-{session}"] = world.site.pages[f"/page/{session}"]
    world.publish(
        "page",
        *(each for each in sessions if f"/texts/page-{each}" in world.site.pages),
        place="/texts/{}-{}",
    )


def follow_redesign(world: World) -> None:
    world.edit("links = '/page/", "links = '/texts/page-")


def redirect_index(world: World) -> None:
    world.site.pages["/sitemap.xml"] = world.site.pages["/sitemap"]
    world.site.pages["/sitemap"] = Page("", 301, {"Location": "/sitemap.xml"})


def roll(world: World) -> None:
    world.publish("rolling", *range(FIRST + 1, LAST + 1))


def reject(world: World) -> None:
    """Decide on what waits."""
    waiting = json.loads(world.run("review", "--format", "json").out)
    number = next(each["id"] for each in waiting["documents"] if each["source"] == "login")
    ran = world.run("review", str(number), "reject", "--by", "Ana", "--reason", "a form")
    assert ran.code == 0, ran.err
