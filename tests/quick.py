"""The tests of ``pytest -m quick``: a minute on one core, something of each room, for who is at work."""

from __future__ import annotations

from typing import Final

QUICK: Final = (
    "access", "agreement", "align", "biography", "bounds", "calibration", "changes", "choices",
    "cli_adding", "cli_reading", "cli_trace", "counterparts", "decisions", "discovery", "emerging",
    "extract", "figures", "files", "formats", "genre", "heartbeat", "interface", "json", "kept_rules",
    "kind", "language", "latex", "layout", "levels", "lock", "markdown", "matching", "methods", "named",
    "named_sessions", "names", "network", "normalize", "other_scripts", "pace", "payload",
    "printed_commands", "published_names", "quick", "redline", "references", "safe", "schemas",
    "security_page", "segment", "selectors", "session", "shifts", "statuses", "store", "strength",
    "strength_languages", "tokens", "topics_check", "topics_learning", "topics_overlap",
    "topics_similar", "topics_skos", "twins", "vocabulary", "watch",
)  # fmt: skip
"""Of each file ``tests/test_NAME.py`` the name."""
