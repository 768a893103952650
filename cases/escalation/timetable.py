"""Journey 4c, the promised times and the ladder as an office edits them: per area and need, with history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access
from cases.access import Act
from cases.models import Ladder, Need, Promise
from cases.routing.ladder import REMIND, Ladders
from cases.routing.promises import Promises
from cases.workflow import Clock, Rung, Urgency
from districts.models import District, Officer

LONGEST = 43200  # thirty days
RUNGS = [rung for rung in Rung if rung]
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Area:
    """Whose times: a district's, or those of every district that has none of its own; of one need or of all."""

    district: District | None
    need: Need | None = None

    @property
    def district_key(self) -> str:
        """As the page's forms send it."""
        return str(self.district.pk) if self.district else ""

    @property
    def need_key(self) -> str:
        """As the page's forms send it."""
        return self.need.pk if self.need else ""

    @property
    def is_default(self) -> bool:
        """The times that all others fall back to."""
        return self.district is None and self.need is None

    @property
    def rows(self) -> Q:
        """Its own rows."""
        return Q(district=self.district, need=self.need)

    @property
    def has_own(self) -> bool:
        """Whether anything is set here, or all is taken from above."""
        return Promise.objects.filter(self.rows).exists() or Ladder.objects.filter(self.rows).exists()


def districts_of(officer: Officer) -> list[District]:
    """Whose times the officer may set."""
    if officer.is_superuser:
        return list(District.objects.filter(is_active=True).order_by("name"))
    places = access.places_of(officer, Act.SET_CLOCK)
    own = Q(pk__in=[posting.district_id for posting in places if posting.district_id])
    whole = Q(state__in=[posting.state_id for posting in places if posting.district_id is None])
    return list(District.objects.filter(own | whole, is_active=True).order_by("name"))


def sets_defaults(officer: Officer) -> bool:
    """Whether the officer sets what holds in every district: the state's administrators."""
    return officer.is_superuser or any(
        posting.district_id is None for posting in access.places_of(officer, Act.SET_CLOCK)
    )


def _minutes(label: Any, required: bool) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": "1", "max": str(LONGEST)})
    return forms.IntegerField(label=label, required=required, min_value=1, max_value=LONGEST, widget=widget)


class TimesForm(forms.Form):
    """One urgency: minutes promised, and after how many minutes a late case goes to whom; empty means never."""

    respond = _minutes(gettext_lazy("minutes to acknowledge"), True)
    resolve = _minutes(gettext_lazy("minutes to solve"), True)

    def __init__(self, urgency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"id_{urgency}_%s"} | kwargs)
        self.urgency = urgency
        for clock in Clock:
            for rung in RUNGS:
                self.fields[f"{clock}{int(rung)}"] = _minutes(rung.label, False)

    @property
    def word(self) -> str:
        """The urgency for the reader."""
        return str(Urgency(self.urgency).label)

    @property
    def promised(self) -> list[forms.BoundField]:
        """The two promises."""
        return [self["respond"], self["resolve"]]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The rungs of each clock."""
        return [(str(clock.label), [self[f"{clock}{int(rung)}"] for rung in RUNGS]) for clock in Clock]

    def clean(self) -> dict[str, Any]:
        """Promises in their order, rungs in rising minutes; some rung for each clock, or a late case would stay."""
        minutes = super().clean() or self.cleaned_data
        respond, resolve = minutes.get("respond"), minutes.get("resolve")
        if respond and resolve and resolve < respond:
            self.add_error("resolve", _("Solving cannot be promised sooner than acknowledging."))
        for clock in Clock:
            self._check_order(clock)
        return minutes

    def _check_order(self, clock: Clock) -> None:
        last, names = 0, [f"{clock}{int(rung)}" for rung in RUNGS]
        if not any(self.cleaned_data.get(name) or name in self.errors for name in names):
            self.add_error(names[-1], _("Give at least one: a late case must go to somebody."))
        for name in names:
            minutes = self.cleaned_data.get(name)
            if minutes and minutes <= last:
                self.add_error(name, _("This must be later than the one before."))
            last = minutes or last

    def limits(self) -> dict[tuple[str, int], int]:
        """(clock, rung) -> minutes."""
        named = {(str(clock), int(rung)): f"{clock}{int(rung)}" for clock in Clock for rung in RUNGS}
        return {key: minutes for key, name in named.items() if (minutes := self.cleaned_data.get(name))}


def forms_of(area: Area) -> list[TimesForm]:
    """The times that hold in the area now, its own or those from above."""
    promises, ladders = Promises.load(), Ladders.load()
    need, district = area.need.pk if area.need else "", area.district.pk if area.district else None
    return [
        TimesForm(urgency, initial=_initial(promises, ladders, urgency, need, district)) for urgency in Urgency.values
    ]


def _initial(promises: Promises, ladders: Ladders, urgency: str, need: str, district: int | None) -> dict[str, int]:
    respond, resolve = promises.minutes(urgency, need, district)
    limits = [limit for limit in ladders.limits(urgency, need, district) if limit.clock != REMIND]
    return {"respond": respond, "resolve": resolve} | {
        f"{limit.clock}{limit.rung}": int(limit.minutes) for limit in limits
    }


def save(area: Area, form: TimesForm) -> None:
    """The rows of one urgency as the form says; only what differs is written, so that the history says what changed."""
    key = {"urgency": form.urgency, "need": area.need, "district": area.district}
    minutes = form.cleaned_data
    with transaction.atomic():
        promised = {"respond_minutes": minutes["respond"], "resolve_minutes": minutes["resolve"]}
        _put(Promise, key, promised)
        wanted = form.limits()
        for row in Ladder.objects.filter(**key):
            if (row.clock, row.rung) not in wanted:
                row.delete()
        for (clock, rung), after in wanted.items():
            _put(Ladder, key | {"clock": clock, "rung": rung}, {"after_minutes": after})


def _put(model: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    row = model.objects.select_for_update().filter(**key).first() or model(**key)
    if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def take_from_above(area: Area) -> None:
    """Drop the area's own times; those of the wider area hold again. The defaults stay."""
    if area.is_default:
        return
    with transaction.atomic():
        for model in (Promise, Ladder):
            for row in cast(Any, model).objects.filter(area.rows):
                row.delete()


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history."""

    at: datetime
    who: Officer | None
    words: str


def history(area: Area) -> list[Change]:
    """The latest changes of the area's times."""
    found = [*_changes(Promise, area, _promise_words), *_changes(Ladder, area, _ladder_words)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:_SHOWN]


def _changes(model: Any, area: Area, words: Any) -> Iterator[Change]:
    rows: Sequence[Any] = model.history.filter(area.rows).select_related("history_user").order_by("-history_date")
    for row in rows[:_SHOWN]:
        said = words(row)
        said = _("%(what)s: taken away") % {"what": said} if row.history_type == "-" else said
        yield Change(row.history_date, row.history_user, f"{Urgency(row.urgency).label}: {said}")


def _promise_words(row: Any) -> str:
    words = {"respond": row.respond_minutes, "resolve": row.resolve_minutes}
    return _("acknowledged in %(respond)d min, solved in %(resolve)d min") % words


def _ladder_words(row: Any) -> str:
    words = {"clock": Clock(row.clock).label, "minutes": row.after_minutes, "rung": Rung(row.rung).label}
    return _("%(clock)s after %(minutes)d min → %(rung)s") % words
