"""Journey 4c, the ledger page: every promise that was broken, who had the case, how late it was seen, and why."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from cases import access
from cases.access import Act
from cases.escalation.doors import for_who_may
from cases.filters import NONE, KeyField, MomentField
from cases.models import Case, Miss
from cases.plain import plain
from cases.workflow import Move, Rung
from districts.models import Block, Officer, Posting

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"([0-9]{1,17})\.([0-9]{1,18})\Z")


def seen_by(officer: Officer) -> Q:
    """The misses of the officer's places; those of no known state are every state's."""
    if officer.is_superuser:
        return Q()
    seen = access.NOBODY
    for posting in access.places_of(officer, Act.SEE_MISSES):
        seen |= access.within(posting)
        if posting.district_id is None:
            seen |= Q(state=None)
    return seen


class ReasonForm(forms.Form):
    """Why it was late, in one line."""

    reason = forms.CharField(label=_("Why was it late?"), max_length=500, widget=forms.TextInput())

    def clean_reason(self) -> str:
        """One line, without what no screen shows."""
        return " ".join(plain(str(self.cleaned_data["reason"])).split())


class LedgerForm(forms.Form):
    """Which of them: blocks and officers of the reader's places."""

    block = forms.ModelChoiceField(Block.objects.none(), label=_("block"), required=False, empty_label=_("All"))
    officer = forms.ModelChoiceField(Officer.objects.none(), label=_("officer"), required=False, empty_label=_("All"))
    rung = forms.TypedChoiceField(label=_("went to"), required=False, coerce=int)
    since = forms.DateField(label=_("from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    # What a report's number asks for: whole places, and moments rather than days.
    state = KeyField(required=False, widget=forms.HiddenInput)
    district = KeyField(required=False, widget=forms.HiddenInput)
    missed_after = MomentField(required=False, widget=forms.HiddenInput)
    missed_before = MomentField(required=False, widget=forms.HiddenInput)

    def __init__(self, reader: Officer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Q() if reader.is_superuser else access.NOBODY
        for posting in access.places_of(reader, Act.SEE_MISSES):
            places |= access.within(posting)
        posted = Posting.objects.current().filter(places)
        # A choice for each block of a state would be a page by itself: those where somebody is posted are enough.
        offered = Q(pk__in=posted.exclude(block=None).values("block")) | _blocks_of(reader)
        asked = str(self.data.get("block", ""))
        if asked.isascii() and asked.isdigit():  # by a report's number; the misses themselves are the reader's alone
            offered |= Q(pk=int(asked[:9]))
        cast(Any, self.fields["block"]).queryset = Block.objects.filter(offered).order_by("name")
        cast(Any, self.fields["officer"]).queryset = Officer.objects.filter(pk__in=posted.values("officer")).order_by(
            "first_name", "last_name", "pk"
        )
        rungs = [(number, str(word).capitalize()) for number, word in Rung.choices if number]
        cast(Any, self.fields["rung"]).choices = [("", _("All")), *rungs]

    def narrow(self, misses: "QuerySet[Miss]") -> "QuerySet[Miss]":
        """Those that fit what was chosen; a choice that is not understood finds none and says why."""
        if not self.is_valid():
            return misses.none()
        chosen = self.cleaned_data
        names = {"block": "block", "officer": "from_officer", "rung": "rung"}
        misses = misses.filter(**{column: chosen[name] for name, column in names.items() if chosen[name]})
        for area in ("state", "district"):
            if chosen[area] is not None:
                misses = misses.filter(**{area: None if chosen[area] == NONE else chosen[area]})
        if chosen["missed_after"]:
            misses = misses.filter(at__gte=chosen["missed_after"])
        if chosen["missed_before"]:
            misses = misses.filter(at__lt=chosen["missed_before"])
        if chosen["since"]:
            misses = misses.filter(at__gte=_midnight(chosen["since"]))
        if chosen["until"]:
            misses = misses.filter(at__lt=_midnight(chosen["until"] + timedelta(days=1)))
        return misses


def _blocks_of(reader: Officer) -> Q:
    districts = {posting.district_id for posting in access.places_of(reader, Act.SEE_MISSES) if posting.district_id}
    return Q(district__in=districts)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Line:
    """One broken promise as the page shows it; the form where the reader may say why."""

    miss: Miss
    late: int
    is_seen: bool  # the case may have gone to another district since
    form: ReasonForm | None


@require_safe
@for_who_may(Act.SEE_MISSES)
def misses(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty at a time."""
    return _page(request, request.GET)


def _page(request: HttpRequest, asked: QueryDict, wrong: tuple[int, ReasonForm] | None = None) -> HttpResponse:
    reader = cast(Officer, request.user)
    form = LedgerForm(reader, asked)
    rows = list(_before(form.narrow(Miss.objects.filter(seen_by(reader))), asked.get("before", ""))[: PAGE + 1])
    ids = [miss.case_id for miss in rows[:PAGE]]
    seen = set(Case.objects.visible_to(reader).filter(pk__in=ids).values_list("pk", flat=True))
    shown = {
        "form": form,
        "lines": [_line(miss, reader, seen, wrong) for miss in rows[:PAGE]],
        "query": _query(asked, asked.get("before", "")),
        "next_url": f"?{_query(asked, _mark(rows[PAGE - 1]))}" if len(rows) > PAGE else "",
        "newer_url": f"?{_query(asked)}" if asked.get("before") else "",
    }
    code = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "escalation/misses.html", shown, status=code)


def _line(miss: Miss, reader: Officer, seen: set[int], wrong: tuple[int, ReasonForm] | None) -> Line:
    late = int((miss.at - miss.limit_at).total_seconds() // 60)
    form = ReasonForm(initial={"reason": miss.reason}, auto_id=f"id_{miss.pk}_%s")
    if wrong and wrong[0] == miss.pk:
        form = wrong[1]
    return Line(miss, late, miss.case_id in seen, form if access.may(reader, Move.CLOSE, miss.case) else None)


def _before(found: "QuerySet[Miss]", mark: str) -> "QuerySet[Miss]":
    """Keyset paging: page 200 costs what page 1 costs."""
    ordered = found.select_related("case__need", "block", "district", "from_officer", "to_officer", "reason_by")
    ordered = ordered.order_by("-at", "-pk")
    known = _MARK.match(mark)
    if known is None:
        return ordered
    at, pk = _EPOCH + timedelta(microseconds=min(int(known[1]), 10**16)), int(known[2])
    return ordered.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)


def _mark(miss: Miss) -> str:
    return f"{(miss.at - _EPOCH) // timedelta(microseconds=1)}.{miss.pk}"


def _query(asked: QueryDict, before: str = "") -> str:
    kept = QueryDict(mutable=True)
    for name in LedgerForm.base_fields:
        if asked.get(name):
            kept[name] = str(asked[name])
    if before:
        kept["before"] = before
    return kept.urlencode()


@require_POST
@for_who_may(Act.SEE_MISSES)
def give_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """A supervisor says why it was late; the last word stands, with the name of who said it."""
    reader = cast(Officer, request.user)
    miss = get_object_or_404(Miss.objects.filter(seen_by(reader)).select_related("case"), pk=pk)
    asked = QueryDict(request.POST.get("query", ""))
    if not access.may(reader, Move.CLOSE, miss.case):
        raise PermissionDenied(_("Your posting does not allow this."))
    form = ReasonForm(request.POST, auto_id=f"id_{miss.pk}_%s")
    if not form.is_valid():
        return _page(request, asked, (miss.pk, form))
    Miss.objects.filter(pk=miss.pk).update(reason=form.cleaned_data["reason"], reason_by=reader)
    return redirect(f"{reverse('misses')}?{_query(asked, asked.get('before', ''))}#miss-{miss.pk}")
