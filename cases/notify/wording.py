"""Journey 5: what the words of a notice may and must hold, by who reads them; one check for page and admin.

A public text is seen by the world: it can fill in nothing personal, and none may be written into it (law 6).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from cases.models import Handle, Need, ReplyTemplate
from cases.notify.weight import LONGEST, has_address, sms_parts, weighted_length
from cases.workflow import Urgency

Key = ReplyTemplate.Key
MOST_PARTS = 4
MARKS = 24  # " (25-11-2026 18:40, 12)": what X gets so that no two posts are the same
LONGEST_FILLED = 1000
_RUN = re.compile(r"\d(?:[\s().-]*\d){4,}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_MENTION = re.compile(r"(?<!\w)@(\w+)")


class Audience(StrEnum):
    """Who reads it."""

    PUBLIC = "public"
    DIRECT = "direct"
    CITIZEN = "citizen"
    OFFICER = "officer"


WHO = {
    Audience.PUBLIC: gettext_lazy("Public, on X"),
    Audience.DIRECT: gettext_lazy("To citizens, by message on X"),
    Audience.CITIZEN: gettext_lazy("To citizens, by SMS"),
    Audience.OFFICER: gettext_lazy("To officers"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text can fill in, and what it must."""

    audience: Audience
    allowed: frozenset[str]
    required: frozenset[str]


def _rule(audience: Audience, allowed: str, required: str) -> Rule:
    return Rule(audience, frozenset(allowed.split()), frozenset(required.split()))


_OPEN = _rule(Audience.PUBLIC, "reference url helpline", "reference")
_OF_CASE = "reference url need urgency place left"
RULES: dict[str, Rule] = {
    **dict.fromkeys((Key.RECEIVED, Key.JOINED, Key.RESOLVED, Key.ASK_PLACE, Key.ASK_PHONE, Key.ASK_BOTH), _OPEN),
    **dict.fromkeys((Key.COMPLETED, Key.HAS_OFFICER), _OPEN),
    Key.DM_HAS_OFFICER: _rule(Audience.DIRECT, "reference url helpline officer", "reference"),
    Key.DM_RESOLVED: _rule(Audience.DIRECT, "reference url helpline", "reference url"),
    Key.SMS_RECEIVED: _rule(Audience.CITIZEN, "reference url helpline", "reference"),
    Key.SMS_HAS_OFFICER: _rule(Audience.CITIZEN, "reference url helpline officer", "reference"),
    Key.SMS_ASKED: _rule(Audience.CITIZEN, "reference url helpline asked", "reference helpline asked"),
    Key.SMS_RESOLVED: _rule(Audience.CITIZEN, "reference url helpline", "reference url"),
    **dict.fromkeys(
        (Key.TO_ASSIGNED, Key.TO_WARNED, Key.TO_ESCALATED, Key.TO_FEEDBACK), _rule(Audience.OFFICER, _OF_CASE, "url")
    ),
    Key.TO_LOST: _rule(Audience.OFFICER, f"{_OF_CASE} officer", "reference"),
    Key.TO_DIGEST: _rule(Audience.OFFICER, "count reference url", "count url"),
    Key.TO_GAP: _rule(Audience.OFFICER, "gaps url", "gaps"),
    Key.TO_FOLLOW_UP: _rule(Audience.OFFICER, "reference need url", "url"),
    Key.TO_UNREACHED: _rule(Audience.OFFICER, "reference need url", "url"),
    Key.TO_RED_FLAG: _rule(Audience.OFFICER, _OF_CASE, "url"),
    Key.TO_DECISION: _rule(Audience.OFFICER, "decision due url", "decision url"),
}


def check(key: str, language: str, text: str) -> None:
    """Raises ValidationError with everything that is wrong, in the reader's words."""
    rule = RULES[key]
    wrong = _shape(text, rule) or [*_missing(text, rule), *_personal(text, rule), *_length(key, language, text)]
    if wrong:
        raise ValidationError(wrong)


def filled(key: str, language: str, text: str) -> str:
    """The text as somebody will read it, with a sample case. Raises ValidationError when it cannot be filled in."""
    wrong = _shape(text, RULES[key])
    if wrong:
        raise ValidationError(wrong)
    return text.format_map(sample(language)).strip()


def measure(key: str, text: str) -> str:
    """How long it is for who carries it: X's count, or SMS."""
    if RULES[key].audience is Audience.PUBLIC:
        return _("%(count)d of %(most)d letters") % {"count": weighted_length(text), "most": LONGEST}
    if RULES[key].audience is Audience.DIRECT:
        return _("%(count)d of %(most)d letters") % {"count": len(text), "most": LONGEST_FILLED}
    parts = sms_parts(text)
    return ngettext("%(count)d SMS", "%(count)d SMS", parts) % {"count": parts}


def sample(language: str) -> dict[str, str]:
    """A case that does not exist, in the language of the text."""
    hindi = language == "hi"
    with override(language):
        need = Need.objects.filter(code="oxygen").first()
        return {
            "reference": "BSP-7K3Q-9D",
            "url": f"{settings.SITE_URL}/status/BSP-7K3Q-9D/",
            "helpline": settings.HELPLINE,
            "officer": "मीना साहू" if hindi else "Meena Sahu",
            "asked": _("the district and the block or town"),
            "need": need.label if need else "",
            "urgency": str(Urgency.CRITICAL.label),
            "place": "बिल्हा, बिलासपुर" if hindi else "Bilha, Bilaspur",
            "left": ngettext("%(n)d min left", "%(n)d min left", 12) % {"n": 12},
            "count": "5",
            "gaps": "कोटा 22:00-06:00" if hindi else "Kota 22:00-06:00",
            "decision": "रात के लिए दो गाड़ियाँ तैयार रखें" if hindi else "Keep two vehicles ready for the night",
            "due": "22-11-2026 18:00",
        }


def _shape(text: str, rule: Rule) -> list[str]:
    """Brackets, and what stands in them."""
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return [_("A bracket { or } is not closed.")]
    if any(name not in rule.allowed or spec or conversion for name, spec, conversion in parts):
        return [_("Only these can be filled in: %(names)s.") % {"names": _named(rule.allowed)}]
    return []


def _missing(text: str, rule: Rule) -> list[str]:
    there = {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}
    left_out = rule.required - there
    return [_("The text must contain %(names)s.") % {"names": _named(left_out)}] if left_out else []


def _personal(text: str, rule: Rule) -> list[str]:
    """What could be somebody's number, address or name, where the world reads it."""
    if rule.audience is not Audience.PUBLIC:
        return []
    helplines = {settings.HELPLINE, *Handle.objects.exclude(helpline="").values_list("helpline", flat=True)}
    own = {name.lower() for name in Handle.objects.values_list("username", flat=True)}
    wrong = []
    if {_digits(run) for run in _RUN.findall(text)} - {_digits(number) for number in helplines}:
        wrong.append(_("This text is public: it may hold no telephone number but the helpline's."))
    if _EMAIL.search(text):
        wrong.append(_("This text is public: it may hold no e-mail address."))
    elif has_address(text):
        wrong.append(_("This text is public: the only link in it is {url}."))
    if {name.lower() for name in _MENTION.findall(_EMAIL.sub("", text))} - own:
        wrong.append(_("This text is public: it may name no person (@)."))
    return wrong


def _length(key: str, language: str, text: str) -> list[str]:
    whole = text.format_map(sample(language)).strip()
    audience = RULES[key].audience
    if not whole:
        return [_("The text is empty.")]
    if audience is Audience.PUBLIC and weighted_length(whole) > LONGEST - MARKS:
        over = weighted_length(whole) - (LONGEST - MARKS)
        return [ngettext("Too long for X by %(n)d letter.", "Too long for X by %(n)d letters.", over) % {"n": over}]
    if audience is Audience.CITIZEN and sms_parts(whole) > MOST_PARTS:
        return [_("Too long: at most %(most)d SMS.") % {"most": MOST_PARTS}]
    return []


def _digits(written: str) -> str:
    """Only the digits, whatever the script: ९८ is 98."""
    return "".join(str(int(sign)) for sign in written if sign.isdecimal())


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
