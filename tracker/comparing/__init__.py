"""What changed between two statements: sentences, wording, facts, names and topics. Values in, values out."""
