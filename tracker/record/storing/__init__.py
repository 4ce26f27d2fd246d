"""The archive written: all of a transaction or nothing, under the lock."""
