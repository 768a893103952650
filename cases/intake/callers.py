"""Journey 1: who is on the line: the earlier cases of a number, what to say, and where it was last time."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cases import missed_calls
from cases.intake.entry import TAKES_MORE
from cases.intake.fields import ten_digits
from cases.models import Case, CaseQuerySet, MissedCall
from cases.models.case import IS_OPEN
from cases.plain import HIDDEN
from cases.references import normalise
from cases.workflow import Status
from districts.models import Officer
from helpdesk.templatetags.clock import moment

SHOWN = 5
# How the signs of a reference are called in Hindi, for who reads them out.
_HINDI = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ए बी सी डी ई एफ़ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड".split(),
    )
) | dict(zip("0123456789", "शून्य एक दो तीन चार पाँच छह सात आठ नौ".split()))


@dataclass(frozen=True, slots=True)
class Earlier:
    """A case of the caller's; `say` is how it stands, in words to read out; `key` opens it."""

    case: Case
    say: str
    takes_more: bool
    key: int


@dataclass(frozen=True, slots=True)
class LastPlace:
    """Where this number's latest case was, to be accepted by the operator, never taken silently."""

    label: str
    text: str
    choice: str
    district: int


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a number, or of the reference a caller names."""

    number: str
    reference: str
    cases: list[Earlier]
    missed: MissedCall | None
    last_place: LastPlace | None

    @property
    def open_count(self) -> int:
        """How many of the cases shown still owe help."""
        return sum(one.case.is_open for one in self.cases)


def caller(officer: Officer, typed: str, at: datetime) -> Caller | None:
    """Who that is; None while neither a whole number nor a reference is typed. Three queries, whatever the history."""
    try:
        number = ten_digits(typed)
    except ValidationError:
        reference = normalise(typed) if any(sign.isalpha() for sign in typed) else ""
        return _by_reference(officer, reference, at) if reference else None
    found = _shown(Case.objects.visible_to(officer).filter(requester__phones__number=number))
    missed = missed_calls.waiting_for(officer).filter(number=number).first()
    return Caller(number, "", _earlier(found, at), missed, _last_place(found))


def _by_reference(officer: Officer, reference: str, at: datetime) -> Caller:
    found = _shown(Case.objects.visible_to(officer).filter(reference=reference))
    return Caller("", reference, _earlier(found, at), None, None)


def _shown(cases: CaseQuerySet) -> list[Case]:
    """Those that still owe help first, then the newest."""
    is_open = ExpressionWrapper(IS_OPEN, output_field=BooleanField())
    return list(cases.for_cards().select_related("joined_to").order_by(is_open.desc(), "-pk")[:SHOWN])


def _earlier(cases: list[Case], at: datetime) -> list[Earlier]:
    return [Earlier(case, say(case, at), case.status in TAKES_MORE, key) for key, case in enumerate(cases, 1)]


def _last_place(cases: list[Case]) -> LastPlace | None:
    case = max((case for case in cases if case.district_id), key=lambda case: case.pk, default=None)
    if case is None or case.district is None:
        return None
    told = case.place_label
    label = ", ".join(filter(None, [told, case.block.label if case.block else "", case.district.label]))
    small = f"block:{case.block_id}" if case.block_id else f"district:{case.district_id}"
    choice = f"place:{case.place_id}" if case.place_id else small
    area = case.block or case.district
    typed = told.replace(HIDDEN, "").strip(" ,") or area.label  # it becomes the text of a new case
    return LastPlace(label, typed, choice, case.district.pk)


def say(case: Case, at: datetime) -> str:
    """How the case stands, in the reader's language: no name, no number, nothing a stranger should not hear (law 6)."""
    return " ".join(filter(None, [_stands(case), _promise(case, at)]))


# Lazy, so that each reader gets them in their own language.
_CONTROL_ROOM = gettext_lazy("A person in the control room is finding the right officer for you.")
_GIVEN_UP = gettext_lazy("That case has ended. If you still need help, I enter it anew.")
_SENTENCES = {
    Status.NEW: _CONTROL_ROOM,
    Status.NEEDS_REVIEW: _CONTROL_ROOM,
    Status.AWAITING_INFO: gettext_lazy("We need to know where help is needed. Please tell me now."),
    Status.ASSIGNED: gettext_lazy("Your case has gone to the officer on duty, who must answer soon."),
    Status.ACKNOWLEDGED: gettext_lazy("The officer has taken your case and will call you. Keep your phone near you."),
    Status.IN_PROGRESS: gettext_lazy("The officer is arranging help now. Keep your phone near you."),
    Status.RESOLVED: gettext_lazy("Help is marked as given. If it has not reached you, tell me now."),
    Status.CLOSED: gettext_lazy("Your case is closed. If you still need help, tell me now."),
    Status.WITHDRAWN: _GIVEN_UP,
    Status.UNREACHABLE: _GIVEN_UP,
}


def _stands(case: Case) -> str:
    if case.joined_to:
        return _("Your case was joined to case %(reference)s about the same need.") % {"reference": case.joined_to}
    return str(_SENTENCES[Status(case.status)])


def _promise(case: Case, at: datetime) -> str:
    if not case.is_open:
        return ""
    if case.resolve_by < at:
        return _("It is late. I pass on now that you have called.")
    return _("Help is promised by %(time)s.") % {"time": moment(case.resolve_by)}


def spoken(reference: str, language: str) -> str:
    """A reference as it is said, in its groups: 'B L S, 7 K 3 Q, 9 D'; in Hindi by the signs' Hindi names."""
    names = _HINDI if language == "hi" else {}
    return ", ".join(" ".join(names.get(sign, sign) for sign in group) for group in reference.split("-"))


def to_tell(case: Case, at: datetime) -> list[tuple[str, str]]:
    """(language, words) for the caller, in Hindi first: the number, who has the case, by when help is promised."""
    told = []
    for language in ("hi", "en"):
        with override(language):
            number = _("Your case number is: %(number)s. Please write it down.") % {
                "number": spoken(case.reference, language)
            }
            told.append((language, f"{number} {say(case, at)}"))
    return told
