"""Journey 4: what the case page says about doubts, marks and places, in the reader's words."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REVIEW_REASONS = {
    "kind": _("It is not certain that this asks for help."),
    "ambiguous_place": _("Several places fit the words. Choose the right one."),
    "unknown_place": _("The plea names no place we know. Call, then set the place."),
    "doubtful_place": _("The place is only likely. Check it, then confirm."),
    "silent": _("The citizen was asked and has not answered. Call, then set the place."),
}
PLACE_REASONS = frozenset(REVIEW_REASONS) - {"kind"}
ASKED = {"place": _("the place"), "phone": _("a phone number")}
# What the tags of `cases.understanding` mean, for those who point at a mark; a tag without a line is shown as it is.
REASONS = {
    "ask": _("asked for"),
    "lack": _("could not get it"),
    "bare": _("named, though not asked for"),
    "group": _("blood group"),
    "here": _("the address"),
    "in": _("help is wanted here"),
    "home": _("where the patient is from"),
    "away": _("where the patient is to go"),
    "hospital": _("where the hospital is"),
    "listed": _("a hospital we know"),
    "named": _("named as a hospital"),
    "plain": _("the name of a place"),
    "state": _("state"),
    "number": _("phone"),
    "age": _("age"),
    "saturation": _("oxygen level"),
    "critical": _("life in danger"),
    "falling": _("oxygen level is falling"),
    "finishing": _("oxygen is running out"),
    "trapped": _("cannot get out"),
    "fragile": _("at special risk"),
    "hurry": _("said to be urgent"),
    "tagged": _("in a hashtag"),
    "told": _("follows from what is told"),
    "lies": _("where the patient is now"),
    "accident": _("an accident or bleeding"),
    "breath": _("cannot breathe well"),
    "trouble": _("cannot breathe well"),
    "flood": _("water all around"),
    "intensive": _("in intensive care"),
    "leisure": _("there is time, it says"),
    "spare": _("only as a precaution"),
    "mute": _("does not answer any more"),
    "part": _("signs on the body"),
    "pale": _("signs on the body"),
    "runs": _("oxygen is running out"),
    "soon": _("oxygen is running out"),
    "wavers": _("oxygen level goes up and down"),
}
# What may bear the name that makes a place a candidate.
PLACE_KINDS = {
    "district": pgettext_lazy("place", "district"),
    "block": pgettext_lazy("place", "block"),
    "subdistrict": pgettext_lazy("place", "tehsil"),
    "town": pgettext_lazy("place", "town"),
    "hospital": pgettext_lazy("place", "hospital"),
    "locality": pgettext_lazy("place", "locality"),
    "populated place": pgettext_lazy("place", "village"),
    "post office locality": pgettext_lazy("place", "village"),
}
LEGEND = {
    "need": _("what is needed"),
    "place": _("where"),
    "phone": _("phone"),
    "urgency": _("how urgent"),
}


def asked_words(names: Iterable[str]) -> str:
    """What a citizen was asked for, for people."""
    return ", ".join(str(ASKED[name]) for name in names if name in ASKED)
