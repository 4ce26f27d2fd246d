"""A record and a mirror that went apart, made one again without losing what either has."""
