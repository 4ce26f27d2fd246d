"""Compiles the tables and the vocabulary when the program is installed: a program that runs writes none."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTables(BuildHookInterface):  # type: ignore[type-arg]
    """Puts them into the wheel, and for an editable installation beside their sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all, by the program's own code, which needs no other library for this."""
        sys.path.insert(0, self.root)
        sys.dont_write_bytecode = True
        from tracker.compile import PACKAGE, compile_tables, write_tables  # noqa: PLC0415 (found from here on)

        tables = compile_tables()
        if version != "editable":
            self._made = TemporaryDirectory()
            write_tables(tables, Path(self._made.name))
            build_data["force_include"] |= {
                str(Path(self._made.name, path)): f"{PACKAGE.name}/{path.as_posix()}" for path in tables
            }
            return
        try:
            write_tables(tables, PACKAGE)
        except OSError as error:
            self.app.display_warning(f"tables are not compiled, which makes each start slower: {error}")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 (hatch's)
        """Remove what was made for the wheel."""
        if version != "editable":
            self._made.cleanup()
