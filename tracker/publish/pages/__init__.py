"""The pages, a module for each: what it shows, and what it rests on."""

from importlib import import_module
from typing import Any


def load_view(name: str) -> Any:  # noqa: ANN401 (a module, which the routes take for a view)
    """Return the module of a page; read when it is first asked for."""
    return import_module(f"{__name__}.{name}")
