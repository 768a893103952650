"""Tests of text -> Reading; no database."""
