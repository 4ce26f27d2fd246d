"""The parts of the judgement on an arriving document; ``tracker.capture.judge`` puts them together."""
