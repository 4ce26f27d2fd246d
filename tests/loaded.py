"""What workers and commands read before they do anything: loaded once, by the process that forks them."""

from __future__ import annotations

import gc

import tracker
import tracker.follow.batch
import tracker.publish.making
from tests.running import NEW, OLD
from tracker.publish import frame
from tracker.report.render import html

tracker.compare(OLD, NEW)
for templates in (frame._environment(), html._environment()):  # noqa: SLF001 (compiled by each process)
    for name in templates.list_templates(["jinja"]):
        templates.get_template(name)
gc.collect()
gc.freeze()
