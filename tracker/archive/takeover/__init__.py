"""One record made of a restored backup and its mirror, without losing what either has."""
