"""tracker: what changed between two national statements.

The public Python interface. Each name is imported from its home on first use, so that importing the
package costs next to nothing and loads neither a database nor a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.comparing.alignment.align import align
    from tracker.comparing.topics.vocabulary.load import load_vocabulary
    from tracker.comparing.topics.vocabulary.matching import match_topics
    from tracker.diff.notebook import compare
    from tracker.library import open_archive
    from tracker.model.rows import list_rows
    from tracker.references import parse_reference
    from tracker.text.reading import segment

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "align",
    "compare",
    "list_rows",
    "load_vocabulary",
    "match_topics",
    "open_archive",
    "parse_reference",
    "segment",
]

# By their names: whatever imports ``tracker`` for its release would else rest on all that these rest on.
_HOMES = {
    "align": ("tracker.comparing.alignment.align", "align"),
    "compare": ("tracker.diff.notebook", "compare"),
    "list_rows": ("tracker.model.rows", "list_rows"),
    "load_vocabulary": ("tracker.comparing.topics.vocabulary.load", "load_vocabulary"),
    "match_topics": ("tracker.comparing.topics.vocabulary.matching", "match_topics"),
    "open_archive": ("tracker.library", "open_archive"),
    "parse_reference": ("tracker.references", "parse_reference"),
    "segment": ("tracker.text.reading", "segment"),
}


def __getattr__(name: str) -> object:
    try:
        module, attribute = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
