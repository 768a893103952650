"""Embedded mode: why it does not start, in one line for the person at the keyboard."""


class CannotStart(Exception):
    """The message says what is wrong and what to do."""
