"""What workers read before they do anything: loaded once, by the process that forks them."""

from __future__ import annotations

import tracker
import tracker.follow.batch
import tracker.publish.making

tracker.compare("We will fund the fight by 2025. We agree.", "We intend to fund it by 2026. We agree.")
