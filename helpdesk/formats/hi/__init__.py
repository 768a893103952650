"""Formats for one language."""
