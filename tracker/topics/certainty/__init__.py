"""How sure a claim about a topic is, and the evidence that this rests on."""
