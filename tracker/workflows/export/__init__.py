"""Kept material handed on: bags and web archives."""
