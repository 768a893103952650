"""Journey 4: forms of the roster: who is put on which turns; leave with a replacement."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import access
from cases.intake.fields import PlainText
from cases.models import Case
from cases.work.roster.places import candidates
from cases.workflow import OPEN
from districts.forms import check_leave
from districts.models import Leave, Officer, Posting
from districts.models.people import EVERY_DAY
from districts.roster import DAY, RosterDesk, Turn
from districts.roster_changes import Span
from districts.weekdays import WeekdaysField

THIS_WEEK, FROM_NOW_ON = "week", "on"
SPANS = [(THIS_WEEK, _("This week only")), (FROM_NOW_ON, _("Every week from now on"))]
DAY_FORMATS = ["%Y-%m-%d", "%d-%m-%Y"]


class TurnsForm(forms.Form):
    """Turns of chosen weekdays, for the week or from it on. What is past is not changed."""

    turns = forms.TypedMultipleChoiceField(
        label=_("Turns"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one turn."), "invalid_choice": _("Choose from the list.")},
    )
    weekdays = WeekdaysField(
        label=_("weekdays"), initial=EVERY_DAY, error_messages={"required": _("Choose at least one day.")}
    )
    span = forms.ChoiceField(label=_("For how long?"), choices=SPANS, initial=THIS_WEEK, widget=forms.RadioSelect)

    def __init__(self, *args: Any, of_day: tuple[Turn, ...], monday: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_day, self.monday = of_day, monday
        self.fields["turns"].choices = [(n, str(turn)) for n, turn in enumerate(of_day)]  # type: ignore[attr-defined]

    def chosen_turns(self) -> list[Turn]:
        """After `is_valid()`."""
        return [self.of_day[number] for number in self.cleaned_data["turns"]]

    def chosen_span(self) -> Span:
        """From today at the earliest."""
        return span_of(self.monday, self.cleaned_data["span"])


class AssignForm(TurnsForm):
    """An officer for them."""

    officer = forms.ModelChoiceField(
        Officer.objects.none(),
        label=_("officer"),
        empty_label=_("Choose an officer"),
        error_messages={"required": _("Choose an officer."), "invalid_choice": _("Choose an officer.")},
    )
    is_stand_in = forms.BooleanField(label=_("as stand-in"), required=False)
    field_order = ["officer", "turns", "weekdays", "span", "is_stand_in"]

    def __init__(self, *args: Any, desk: RosterDesk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["officer"]
        field.queryset = candidates(desk)
        posted = set(Posting.objects.current().filter(desk.wanted()).values_list("officer", flat=True))
        field.label_from_instance = lambda one: one.label if one.pk in posted else _not_posted(one)


def _not_posted(officer: Officer) -> str:
    return str(_("%(officer)s (not posted here: becomes stand-in)") % {"officer": officer.label})


def span_of(monday: date, chosen: str) -> Span:
    """The week that begins on this Monday, or from it on; never a day that is over."""
    first = max(monday, timezone.localdate())
    return Span(first, None if chosen == FROM_NOW_ON else monday + 6 * DAY)


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day like 23-11-2026.")},
    )


class LeaveForm(forms.ModelForm):  # type: ignore[type-arg]
    """Leave of an officer below, with the colleague who answers meanwhile; it shows how many open cases are held."""

    from_date = _day_field(_("first day"))
    until_date = _day_field(_("last day"))
    reason = PlainText(label=_("reason"), max_length=120, required=False)

    class Meta:
        model = Leave
        fields = ("officer", "from_date", "until_date", "replacement", "reason")

    def __init__(self, *args: Any, keeper: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = access.officers_below(keeper)
        held: Any = self.fields["officer"]
        is_open = Q(cases__status__in=OPEN)
        held.queryset = below.annotate(open_cases=Count("cases", filter=is_open, distinct=True))
        held.label_from_instance = _with_cases
        held.empty_label = _("Choose an officer")
        other: Any = self.fields["replacement"]
        other.queryset = replacements(below)
        other.label_from_instance = lambda one: one.label
        other.empty_label = _("Nobody")
        other.help_text = _("Answers in the officer's postings and turns on these days.")
        for field in (held, other):
            field.error_messages |= {"required": _("Choose an officer."), "invalid_choice": _("Choose an officer.")}

    def clean(self) -> dict[str, Any]:
        """Two leaves of one officer do not overlap; who replaces is there."""
        answers = super().clean() or self.cleaned_data
        check_leave(self, answers)
        self._check_near(answers.get("officer"), answers.get("replacement"))
        return answers

    def _check_near(self, officer: Officer | None, other: Officer | None) -> None:
        """A replacement works in the same district, or for its state."""
        if officer is None or other is None:
            return
        at = Posting.objects.current().filter(officer=officer).values_list("role", "state", "district")
        theirs = list(Posting.objects.current().filter(officer=other).values_list("role", "state", "district"))
        for role, state, district in at:
            near = [one for one in theirs if one[1] == state and (district is None or one[2] in {None, district})]
            if not near:
                self.add_error("replacement", _("This officer works in another district."))
            elif role == "doctor" and not any(one[0] == "doctor" for one in near):
                self.add_error("replacement", _("Only a doctor replaces a doctor."))


def replacements(below: Any) -> Any:
    """Whoever is posted in a district of those officers, or for its state."""
    places = Posting.objects.current().filter(officer__in=below.order_by().values("pk"))
    near = Posting.objects.current().filter(
        Q(district__in=places.values("district")) | Q(district=None, state__in=places.values("state"))
    )
    return Officer.objects.filter(pk__in=near.exclude(role="auditor").values("officer")).order_by("first_name", "pk")


def _with_cases(officer: Officer) -> str:
    count: int = getattr(officer, "open_cases", 0)
    if not count:
        return officer.label
    cases = ngettext("%(n)d open case", "%(n)d open cases", count) % {"n": count}
    return f"{officer.label} ({cases})"


def open_cases_of(officer: Officer, viewer: Officer) -> list[Case]:
    """What the officer holds and the viewer may see, the soonest due first."""
    held = Case.objects.visible_to(viewer).filter(officer=officer, status__in=OPEN)
    return list(held.select_related("need").order_by("next_due_at", "pk")[:200])
