"""The use cases, one a file: each takes plain values and does one thing a user asks for."""
