"""Journey 4: a search for a telephone number, kept in the session: no address, log or history has the number."""

import secrets

from django.http import HttpRequest, QueryDict

from cases.numbers import digits_of
from cases.search import LONGEST

FEWEST_DIGITS = 8
MOST = 20  # of one session; the oldest goes
SIGN = "~"
_KEPT = "searched_numbers"


def is_private(text: str) -> bool:
    """Whether the text has a telephone number, or stands for one."""
    return text.startswith(SIGN) or len(digits_of(text)) >= FEWEST_DIGITS


def without_number(request: HttpRequest, given: QueryDict) -> QueryDict:
    """What was asked, as an address may say it: a number goes into the session, under a key of its own."""
    told = given.copy()
    for name in ("csrfmiddlewaretoken", "before"):
        told.pop(name, None)
    text = told.get("q", "")[: LONGEST + 1]
    if is_private(text) and not text.startswith(SIGN):
        key = SIGN + secrets.token_urlsafe(6).replace("~", "-")
        kept = [*request.session.get(_KEPT, {}).items(), (key, text)]
        request.session[_KEPT] = dict(kept[-MOST:])
        told["q"] = key
    return told


def as_typed(request: HttpRequest, given: QueryDict) -> QueryDict:
    """What the address asks for, with the number that its key stands for in this session."""
    typed = given.copy()
    text = typed.get("q", "")
    if text.startswith(SIGN):
        typed["q"] = request.session.get(_KEPT, {}).get(text, text)
    return typed
