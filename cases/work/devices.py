"""Journey 4: a browser in plain words, from what it says of itself."""

import re

from django.utils.translation import gettext as _

# The first that fits: browsers name those they descend from as well.
_BROWSERS = [
    ("SamsungBrowser", "Samsung Internet"), ("UCBrowser", "UC Browser"), ("Edg", "Edge"), ("OPR", "Opera"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
]  # fmt: skip
_SYSTEMS = [
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("KAIOS", "KaiOS"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Linux", "Linux"),
]  # fmt: skip


def in_words(user_agent: str) -> str:
    """'Chrome, Android'; 'unknown device' for what names neither."""
    named = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return ", ".join(name for name in named if name) or _("unknown device")


def _first(names: list[tuple[str, str]], user_agent: str) -> str:
    return next((name for mark, name in names if re.search(rf"\b{re.escape(mark)}", user_agent)), "")
