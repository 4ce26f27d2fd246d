from __future__ import annotations

import re
import subprocess
import sys

from tests.running import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_and_says_what_changed() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = ran.stdout.splitlines()
    assert "Corruption dropped" in said
    assert "Cybercrime new" in said
    assert any(line.startswith("weaker") for line in said)
    assert any(line.startswith("later") for line in said)


def test_every_document_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
