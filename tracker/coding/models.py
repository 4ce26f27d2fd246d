"""Language models as the library ``llm`` knows them: the one module that imports it, and what it must not do.

Providers and local models are its plugins, keys are its own. It keeps no log of what is asked from Python.
It is loaded in a process of its own (``model_process.py``).
"""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from importlib import import_module
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from tracker.errors import TrackerError
from tracker.inputs.extras import install_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

    _Leads = Callable[[tuple[Any, ...], Any], tuple[object, object]]

_STEADY: Final[Mapping[str, object]] = {"temperature": 0, "seed": 1}
"""Options that make a model answer the same each time, where it has them."""
_REDIRECTS: Final[Mapping[str, tuple[str, str, _Leads]]] = {
    "httpx": ("Client", "_build_redirect_request", lambda given, found: (given[1].url, found.url)),
    "httpx2": ("Client", "_build_redirect_request", lambda given, found: (given[1].url, found.url)),
    "requests": ("Session", "get_redirect_target", lambda given, found: (given[1].url, found)),
    "urllib.request": (
        "HTTPRedirectHandler", "redirect_request", lambda given, _: (given[1].full_url, given[6])
    ),
    "urllib3": ("Retry", "increment", lambda given, found: (given[2], found.history[-1].redirect_location)),
}  # fmt: skip
"""By library the class and the method that each redirect goes through before it is followed, and how the
addresses before and after it are read of what the method was given, and of what it returned."""
LONGEST_REPLY: Final = 64 * 1024
"""Bytes of a reply, each of which the record keeps: an answer with its quotations has a tenth of it, and room
for a model that thinks aloud."""
_AT_ONCE: Final = 4
_TOO_MANY, _SERVER_FAULT, _BAD_REQUEST = 429, 500, 400
_DENIED: Final = frozenset({401, 402, 403, 404})
_SHORT: Final = 200


class ModelFault(Exception):
    """A call that gave no reply: why, whether it may be made again, and whether any other could do better."""

    def __init__(
        self, why: str, *, is_passing: bool = False, is_final: bool = False, wait: float = 0.0
    ) -> None:
        super().__init__(why)
        self.is_passing = is_passing
        self.is_final = is_final
        self.wait = wait
        """Seconds that the server wants to be left alone."""

    @property
    def kind(self) -> dict[str, Any]:
        """All but the reason, as it is given."""
        return {"is_passing": self.is_passing, "is_final": self.is_final, "wait": self.wait}


class Reply(NamedTuple):
    """What came back of one call; tokens as the provider counts them, None where it does not tell."""

    text: str
    input_tokens: int | None
    output_tokens: int | None


class LanguageModel:
    """A model that is asked the same way each time: temperature 0 and a seed where it has these options."""

    def __init__(self, model: Any, timeout: float) -> None:  # noqa: ANN401 (what a plugin gives has no type here)
        self._model = model
        self._timeout = timeout
        known = getattr(model.Options, "model_fields", {})
        self._options = {name: value for name, value in _STEADY.items() if name in known}
        self.name: str = model.model_id
        self.release = f"llm {version('llm')}"
        self.has_server = bool(getattr(model, "needs_key", None) or getattr(model, "get_client", None))
        """Whether a server is asked; else the model itself may run in this process, on all its cores."""
        self.at_once = _AT_ONCE if self.has_server else 1
        """Calls at the same time."""
        self._turn = nullcontext() if self.has_server else Lock()
        _hold_back(model, timeout)

    @property
    def options(self) -> str:
        """The options that it is asked with, as a JSON object."""
        return json.dumps(self._options, sort_keys=True)

    def ask(self, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to a question; raises ``ModelFault``, and ``MemoryError``.

        The schema goes with it where the model takes one, else it stands below the question. What comes
        piece by piece is no longer read when its time is over, or when it is too long.
        """
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                # A call that took too long may still be on its way, and libraries of models take no two.
                with self._turn:
                    return self._ask(text, schema, deadline)
            except ModelFault:
                raise
            except Exception as error:
                if any(isinstance(cause, MemoryError) for cause in _list_causes(error)):
                    raise MemoryError from error
                if not self._drop_refused(error):
                    raise _explain(error) from error

    def _ask(self, text: str, schema: Mapping[str, Any], deadline: float) -> Reply:
        takes_schema = bool(self._model.supports_schema)
        told = text if takes_schema else f"{text}\n{_ASK_JSON}{json.dumps(schema)}\n"
        response = self._model.prompt(told, schema=schema if takes_schema else None, options=self._options)
        parts, length = [], 0
        for part in response:
            parts.append(part)
            length += len(part.encode("utf-8", "replace"))
            if length > LONGEST_REPLY:
                raise ModelFault(f"its answer has over {LONGEST_REPLY // 1024} KB", is_final=True)
            if time.monotonic() > deadline:
                raise ModelFault("it took too long", is_passing=True)
        usage = response.usage()
        return Reply("".join(parts), usage.input, usage.output)

    def _drop_refused(self, error: Exception) -> bool:
        """Leave out an option that the model does not take after all, and return whether there was one."""
        refused = (
            [name for name in self._options if name in str(error)] if _status(error) == _BAD_REQUEST else []
        )
        for name in refused:
            del self._options[name]
        return bool(refused)


_ASK_JSON: Final = "Answer with one JSON object and nothing else. It follows this JSON schema: "


def load_model(name: str, timeout: float) -> LanguageModel:
    """Return a model by its name or alias; ``timeout`` is how many seconds a call may take.

    Raises ``TrackerError`` where the library is not there, or knows no such model.
    """
    try:
        import llm  # noqa: PLC0415 (an extra, and half a second)
    except ImportError:
        raise TrackerError(f"--model needs llm; {install_words('llm')}") from None
    try:
        model = llm.get_model(name)
    except llm.UnknownModelError:
        raise TrackerError(
            f"--model {name}: no such model; llm models lists those that are there, llm install adds plugins"
        ) from None
    return LanguageModel(model, timeout)


def _hold_back(model: Any, timeout: float) -> None:  # noqa: ANN401 (as above)
    """Have a model make one call where it is asked once, and follow no redirect to another host.

    What is tried again, and how long is waited, is ours to say.
    """
    if make := getattr(model, "get_client", None):

        def make_once(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (as above)
            client = make(*arguments, **named)
            with_options = getattr(client, "with_options", None)
            return with_options(max_retries=0, timeout=timeout) if with_options else client

        model.get_client = make_once
    _refuse_redirects()


def _refuse_redirects() -> None:
    """Have the libraries by which plugins speak to servers follow no redirect to another host.

    Each that is installed is loaded for it, since a plugin may load one only when it is asked.
    """
    for library, (name, method, read) in _REDIRECTS.items():
        try:
            owner = getattr(import_module(library), name)
        except ImportError:
            continue
        defining = next(each for each in owner.__mro__ if method in vars(each))
        _hold(defining, method, read)


def _hold(owner: type, method: str, read: _Leads) -> None:
    follow = getattr(owner, method)
    if getattr(follow, "stays", False):
        return

    def stay(*given: Any, **named: Any) -> Any:  # noqa: ANN401 (as above)
        found = follow(*given, **named)
        before, after = (urlsplit(str(each or "")) for each in read(given, found))
        if before.hostname and after.hostname and _leads_away(before, after):
            raise ModelFault(
                f"{before.hostname} leads away, to {after.scheme}://{after.hostname}: nothing is sent there",
                is_final=True,
            )
        return found

    stay.stays = True  # type: ignore[attr-defined]
    setattr(owner, method, stay)


def _leads_away(before: SplitResult, after: SplitResult) -> bool:
    """Tell whether an address is at another host than the one before, or is no longer encrypted."""
    return before.hostname != after.hostname or (before.scheme, after.scheme) == ("https", "http")


def _status(error: BaseException) -> int | None:
    found = getattr(error, "status_code", None) or getattr(
        getattr(error, "response", None), "status_code", None
    )
    return found if isinstance(found, int) else None


def _explain(error: Exception) -> ModelFault:
    """Return what an error of a plugin or its library means for the question, and for those after it."""
    for cause in _list_causes(error):
        if isinstance(cause, ModelFault):
            return cause
    status, words = _status(error), f"{type(error).__name__}: {' '.join(str(error).split())}"[:_SHORT]
    if status is not None:
        is_passing = status == _TOO_MANY or status >= _SERVER_FAULT
        return ModelFault(words, is_passing=is_passing, is_final=status in _DENIED, wait=_read_wait(error))
    is_final = type(error).__name__ in {"NeedsKeyException", "ModelError"}
    is_passing = any(
        isinstance(cause, OSError) or "Connect" in type(cause).__name__ or "Timeout" in type(cause).__name__
        for cause in _list_causes(error)
    )
    return ModelFault(words, is_passing=is_passing and not is_final, is_final=is_final)


def _list_causes(error: BaseException | None) -> list[BaseException]:
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def _read_wait(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0
