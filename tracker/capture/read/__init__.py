"""From a document's bytes to the text that one extractor reads out of it."""
