"""Compiles the tables and the vocabulary into the wheel, where their user may write nothing beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")


class CompileTables(BuildHookInterface):  # type: ignore[type-arg]
    """Adds what the first start would make of the tables: see ``keep_compiled``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all, by the program's own code, which needs no other library for this."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        sys.dont_write_bytecode, sys.pycache_prefix = False, None
        from tracker.changes.named.reading import small_words  # noqa: PLC0415 (found on the path from here on)
        from tracker.inputs.tables import compile_packaged  # noqa: PLC0415
        from tracker.topics.certainty.associations import load_associations  # noqa: PLC0415
        from tracker.topics.phrases.prior import load_prior  # noqa: PLC0415
        from tracker.topics.vocabulary.lexicon import compile_lexicon  # noqa: PLC0415
        from tracker.topics.vocabulary.load import load_vocabulary  # noqa: PLC0415

        for path in (root / "tracker").rglob("*.toml"):
            compile_packaged(path)
        load_associations()
        small_words()
        for language in LANGUAGES:
            compile_lexicon(load_vocabulary(), language)
            load_prior(language)
        for path in sorted((root / "tracker").rglob("__pycache__/*.marshal")):
            build_data["force_include"][str(path)] = path.relative_to(root).as_posix()
