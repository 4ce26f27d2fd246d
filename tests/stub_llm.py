"""A plugin of the library ``llm`` with models that answer without a network, in ways that tests name."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPPOSED = {
    "new": ("absent", "substantive"), "back": ("absent", "substantive"),
    "not repeated": ("substantive", "absent"), "moved up": ("mentioned", "substantive"),
    "moved down": ("substantive", "mentioned"),
}  # fmt: skip
LEVELS = ("absent", "mentioned", "acknowledged", "substantive", "declared")


def read_material(text: str) -> dict[str, Any]:
    """Return what a question shows: the first JSON object in it."""
    found: dict[str, Any] = json.JSONDecoder().raw_decode(text[text.index('{\n "') :])[0]
    return found


def _answer(row: dict[str, Any], levels: tuple[str, str]) -> dict[str, Any]:
    sides = (row["old"], row["new"])
    shown = [
        next(iter(side)) for side, level in zip(sides, levels, strict=True) if side and level != "absent"
    ]
    kept = [level if side else "absent" for side, level in zip(sides, levels, strict=True)]
    return {"row": row["row"], "old": kept[0], "new": kept[1], "sentences": shown}


def _agree(text: str) -> str:
    """Answer that whatever is possible is so; of a whole statement, that its first sentence names topics."""
    shown = read_material(text)
    if "sentences" in shown:
        quote = next(iter(shown["sentences"].values()))
        listed = [
            {"topic": topic, "level": "mentioned", "quotes": [quote]} for topic in list(shown["topics"])[:3]
        ]
        return json.dumps(
            {"topics": listed, "other": [{"label": "lighthouses", "level": "declared", "quotes": [quote]}]}
        )
    rows = shown["rows"]
    return json.dumps(
        {"rows": [_answer(row, SUPPOSED.get(row["possible"], ("substantive",) * 2)) for row in rows]}
    )


def _guess(text: str) -> str:
    chance = random.Random(text)  # noqa: S311 (the same each time)
    rows = read_material(text)["rows"]
    return json.dumps(
        {"rows": [_answer(row, (chance.choice(LEVELS), chance.choice(LEVELS))) for row in rows]}
    )


def _obey(text: str) -> str:
    """Do what a sentence says, as a model may that is not careful."""
    rows = read_material(text)["rows"]
    said = " ".join(words for row in rows for side in ("old", "new") for words in row[side].values())
    if "nstruction" not in said and "SYSTEM" not in said:
        return _agree(text)
    everything = {"row": 99, "old": "declared", "new": "declared", "sentences": ["n1", "o1"]}
    return json.dumps({"rows": [everything, *(_answer(row, ("declared", "declared")) for row in rows)]})


def _look_up(text: str) -> str:
    replies = json.loads(Path(os.environ["STUB_REPLIES"]).read_text("utf-8"))
    return str(replies[hashlib.sha256(text.encode()).hexdigest()])


def _not_sure(text: str) -> str:
    rows = read_material(text)["rows"]
    return json.dumps(
        {"rows": [{"row": row["row"], "old": "not sure", "new": "not sure", "sentences": []} for row in rows]}
    )


def _fail(text: str) -> str:
    """Answer with no JSON where ``STUB_MALFORMED`` is ``all``; where it is ``first`` that row is left out."""
    how = os.environ.get("STUB_MALFORMED", "")
    if how == "all":
        return "I would rather not say."
    rows = json.loads(_agree(text))["rows"]
    return json.dumps({"rows": rows[how == "first" :]})


def _wait(text: str) -> str:
    time.sleep(float(os.environ.get("STUB_SECONDS", "0.3")))
    return _agree(text)


def _post(library: str, text: str) -> str:
    """Ask a server by a library that plugins may use."""
    address, data = os.environ["STUB_SERVER"], text.encode()
    if library == "urllib":
        with import_module("urllib.request").urlopen(address, data) as response:
            return str(response.read().decode())
    module = import_module(library)
    if library == "urllib3":
        return str(module.PoolManager().request("POST", address, body=data).data.decode())
    if library == "requests":
        return str(module.post(address, data=data, timeout=10).text)
    return str(module.post(address, content=data, follow_redirects=True).text)


REPLIES: dict[str, Callable[[str], str]] = {
    "stub": _agree, "stub-random": _guess, "stub-obeys": _obey, "stub-looks-up": _look_up,
    "stub-not-sure": _not_sure, "stub-slow": _wait, "stub-fails": _fail,
    **{f"stub-{each}": partial(_post, each) for each in ("httpx", "httpx2", "requests", "urllib", "urllib3")},
}  # fmt: skip


class Stub(llm.Model):
    """A model that answers by a function of the question, and notes each call in a file."""

    can_stream = True

    class Options(llm.Options):
        temperature: float | None = None

    def __init__(self, model_id: str, *, supports_schema: bool) -> None:
        self.model_id = model_id
        self.supports_schema = supports_schema

    def execute(self, prompt: Any, stream: bool, response: Any, conversation: Any) -> Iterator[str]:  # noqa: ANN401, ARG002
        if calls := os.environ.get("STUB_CALLS"):
            with Path(calls).open("a", encoding="utf-8") as file:
                file.write(json.dumps([self.model_id, prompt.options.temperature, prompt.prompt]) + "\n")
        reply = REPLIES[self.model_id.removesuffix("-plain")](prompt.prompt)
        yield reply if self.supports_schema else f"Here is my answer:\n```json\n{reply}\n```"
        response.set_usage(input=len(prompt.prompt) // 4, output=len(reply) // 4)


@llm.hookimpl
def register_models(register: Callable[..., None]) -> None:
    """Offer each model with and without answers by schema."""
    for name in REPLIES:
        register(Stub(name, supports_schema=True))
        register(Stub(f"{name}-plain", supports_schema=False))
