"""The use cases: each takes plain values and does one thing that a user asks for."""
