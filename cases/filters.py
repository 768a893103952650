"""Which cases: one set of filters for the list page, the API and the reports' links and exports.

Every number of a report links to `/cases/?...` with these parameters, and the figure and the list read the
same condition from here, so that they cannot drift apart.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import ExtractHour
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, CaseQuerySet, Feedback, Message, Need
from cases.models.case import IS_OPEN
from cases.search import LONGEST, search
from cases.workflow import ENDED, Closing, Outcome, Status, Urgency

NONE, ME = "none", "me"
# Help that came through this office; "found it themselves", "died" and "not possible" are ends, not help.
HELP = (Outcome.HELPED, Outcome.REFERRED, Outcome.ADVISED)
IN_REVIEW = (Status.NEEDS_REVIEW, Status.AWAITING_INFO)
IS_HELPED = Q(resolved_at__isnull=False, outcome__in=[outcome.value for outcome in HELP])

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_LARGEST_KEY = 2**31 - 1
# "+" of an offset in a query string arrives as a space: 2026-11-22T18:40 05:30
_LOST_PLUS = re.compile(r"(T\S+) (\d\d:?\d\d)$")

Groups = dict[str, Callable[[datetime], Q]]


def is_open(_at: datetime) -> Q:
    """Still owing somebody help."""
    return IS_OPEN


def is_late(at: datetime) -> Q:
    """Open and past the next promised time at this moment."""
    return is_open(at) & Q(next_due_at__lt=at)


def is_kept(_at: datetime) -> Q:
    """Help reached the person through this office, within the promised time."""
    return IS_HELPED & Q(resolved_at__lte=F("resolve_by"))


def is_decided(at: datetime) -> Q:
    """The promise of help was kept or broken: resolved in any way, or open past the promised time.

    Withdrawn, joined and unreachable cases are left out: there was nothing to keep.
    """
    return Q(resolved_at__isnull=False) | (is_open(at) & Q(resolve_by__lt=at))


STATUS_GROUPS: Groups = {
    "open": is_open,
    "late": is_late,
    "review": lambda _at: Q(status__in=[status.value for status in IN_REVIEW]),
    "ended": lambda _at: Q(status__in=[status.value for status in ENDED]),
}
STATUS_CHOICES = [
    ("open", pgettext_lazy("status group", "Open")),
    ("late", pgettext_lazy("status group", "Late")),
    ("review", pgettext_lazy("status group", "Waiting for review")),
    ("ended", pgettext_lazy("status group", "Ended")),
    *Status.choices,
]
OUTCOME_GROUPS: Groups = {"help": lambda _at: IS_HELPED}
OUTCOME_CHOICES = [("help", _("Help from this office")), *Outcome.choices]
PROMISES: Groups = {
    "kept": is_kept,
    "broken": lambda at: is_decided(at) & ~is_kept(at),
    "decided": is_decided,
}
PROMISE_CHOICES = [("kept", _("Kept")), ("broken", _("Broken")), ("decided", _("Kept or broken"))]
# A family whose patient died is not asked: that nobody answered says nothing there.
CLOSINGS: Groups = {"silence": lambda _at: Q(closing=Closing.SILENCE) & ~Q(outcome=Outcome.DIED)}
ACKNOWLEDGED: Groups = {
    "yes": lambda _at: Q(acknowledged_at__isnull=False),
    "no": lambda _at: Q(acknowledged_at=None),
}

REOPENED: Groups = {"yes": lambda _at: Q(reopened_count__gt=0), "no": lambda _at: Q(reopened_count=0)}
STAGES = {
    "received": _("Plea to received"),
    "assigned": _("Received to assigned"),
    "acknowledged": _("Assigned to acknowledged"),
    "resolved": _("Acknowledged to solved"),
    "confirmed": _("Solved to closed"),
}


def _ended(stage: str) -> Callable[[datetime], Q]:
    return lambda _at: Q(**{f"minutes_{stage}__isnull": False})


MEASURED: Groups = {stage: _ended(stage) for stage in STAGES}
_LAST_ANSWER = Feedback.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")


class GroupFilter(django_filters.ChoiceFilter):
    """A choice that is either the name of a group (a condition at this moment) or a plain value of a column."""

    def __init__(self, groups: Groups, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def filter(self, qs: CaseQuerySet, value: str) -> CaseQuerySet:
        """The cases of the group or with the value; all of them when nothing is chosen."""
        if not value:
            return qs
        if value in self.groups:
            return qs.filter(self.groups[value](timezone.now()))
        return qs.filter(**{self.field_name: value})


class KeyField(forms.CharField):
    """A numeric key, or one of a few words ("none", "me")."""

    default_error_messages = {"invalid": _("Give a number or one of: %(words)s.")}

    def __init__(self, *, words: tuple[str, ...] = (NONE,), **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)
        self.words = words

    def clean(self, value: Any) -> int | str | None:
        """An int, a word, or None when empty; anything else is the field's error, never a failing query."""
        text = super().clean(value).lower()
        if not text:
            return None
        if text in self.words:
            return str(text)
        if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST_KEY:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"words": ", ".join(self.words)}
            )
        return int(text)


class KeyFilter(django_filters.Filter):
    """Cases of one state, district, block or officer; "none" finds those without."""

    field_class = KeyField

    def filter(self, qs: CaseQuerySet, value: int | str | None) -> CaseQuerySet:
        """By key; "me" is the officer who asks."""
        if value is None:
            return qs
        if value == ME:
            user = getattr(self.parent.request, "user", None)
            return qs.filter(**{self.field_name: user.pk if user else None})
        return qs.filter(**{self.field_name: None if value == NONE else value})


class MomentField(forms.DateTimeField):
    """A date or a date with time; without an offset it is Asia/Kolkata (the office's clock)."""

    input_formats = ["%d-%m-%Y %H:%M", "%d-%m-%YT%H:%M", "%d-%m-%Y"]
    default_error_messages = {
        "invalid": _("Write a date like 22-11-2026 or 2026-11-22, with a time like 18:40 if you wish.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=self.input_formats, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        """The moment; one that no case can have is refused here, before it overflows in the database."""
        moment = super().clean(_LOST_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value)
        if moment is not None and not _EARLIEST <= moment <= _LATEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return cast(datetime | None, moment)


class MomentFilter(django_filters.Filter):
    """A bound in time."""

    field_class = MomentField


def _moment(field: str, lookup: str, label: Any) -> MomentFilter:
    return MomentFilter(field_name=field, lookup_expr=lookup, label=label)


class AnsweredFilter(MomentFilter):
    """A bound in time for the requester's last answer."""

    def filter(self, qs: CaseQuerySet, value: datetime | None) -> CaseQuerySet:
        """Cases whose last answer came within the bound."""
        if value is None:
            return qs
        within = Feedback.objects.filter(**{f"at__{self.lookup_expr}": value})
        last = qs.alias(last_answer_at=Subquery(_LAST_ANSWER.values("at")[:1]))
        return last.filter(**{f"last_answer_at__{self.lookup_expr}": value}, pk__in=within.values("case"))


class HourFilter(django_filters.NumberFilter):
    """An hour of the day (0 to 23, Asia/Kolkata) in which the plea was made."""

    def filter(self, qs: CaseQuerySet, value: Any) -> CaseQuerySet:
        """Give a period as well: it has an index, the hour has none."""
        if value is None:
            return qs
        return qs.alias(opened_hour=ExtractHour("opened_at")).filter(opened_hour=int(value))


class AnswerFilter(django_filters.ChoiceFilter):
    """The requester's last answer."""

    def filter(self, qs: CaseQuerySet, value: str) -> CaseQuerySet:
        """Cases whose last answer it was."""
        if not value:
            return qs
        return qs.alias(last_answer=Subquery(_LAST_ANSWER.values("helped")[:1])).filter(last_answer=value == "yes")


class SearchFilter(django_filters.CharFilter):
    """A reference, a telephone number or its last digits, a name, or words of the plea; see `cases.search`."""

    def filter(self, qs: CaseQuerySet, value: str) -> CaseQuerySet:
        """Those that fit; all cases when empty."""
        return search(qs, value or "")


class CaseFilter(django_filters.FilterSet):
    """Filters over `Case.objects.visible_to(officer)`; give `request` so that officer=me is known.

    Times: `..._after` includes the moment itself, `..._before` does not, so that days join without overlap.
    """

    status = GroupFilter(STATUS_GROUPS, choices=STATUS_CHOICES, label=_("status"))
    need = django_filters.ModelChoiceFilter(queryset=Need.objects.all(), label=_("need"))
    urgency = django_filters.ChoiceFilter(choices=Urgency.choices, label=_("urgency"))
    channel = django_filters.ChoiceFilter(choices=Message.Channel.choices, label=_("channel"))
    state = KeyFilter(label=_("state"))
    district = KeyFilter(label=_("district"))
    block = KeyFilter(label=_("block"))
    officer = KeyFilter(label=_("officer"), words=(ME, NONE))
    opened_after = _moment("opened_at", "gte", _("asked for help since"))
    opened_before = _moment("opened_at", "lt", _("asked for help before"))
    resolved_after = _moment("resolved_at", "gte", _("solved since"))
    resolved_before = _moment("resolved_at", "lt", _("solved before"))
    acknowledged = GroupFilter(ACKNOWLEDGED, choices=[("yes", _("Yes")), ("no", _("No"))], label=_("acknowledged"))
    outcome = GroupFilter(OUTCOME_GROUPS, choices=OUTCOME_CHOICES, label=_("outcome"))
    closed_after = _moment("closed_at", "gte", _("closed since"))
    closed_before = _moment("closed_at", "lt", _("closed before"))
    closing = GroupFilter(CLOSINGS, choices=Closing.choices, label=_("closed how"))
    hour = HourFilter(min_value=0, max_value=23, label=_("hour of the plea"))
    reopened = GroupFilter(REOPENED, choices=[("yes", _("Yes")), ("no", _("No"))], label=_("reopened"))
    measured = GroupFilter(MEASURED, choices=list(STAGES.items()), label=_("stage that has ended"))
    answered_after = AnsweredFilter(field_name="feedback__at", lookup_expr="gte", label=_("answered since"))
    answered_before = AnsweredFilter(field_name="feedback__at", lookup_expr="lt", label=_("answered before"))
    answer = AnswerFilter(choices=[("yes", _("Yes")), ("no", _("No"))], label=_("requester's answer"))
    promise = GroupFilter(PROMISES, choices=PROMISE_CHOICES, label=_("promised time"))
    # Last: it reads what the others leave.
    q = SearchFilter(label=_("number, phone, name or words"), max_length=LONGEST)

    class Meta:
        model = Case
        fields: list[str] = []

    @property
    def found(self) -> CaseQuerySet:
        """The cases that fit; none when a filter was not understood (its field says why)."""
        cases = cast(CaseQuerySet, self.qs)
        return cases if not self.is_bound or self.is_valid() else cases.none()
