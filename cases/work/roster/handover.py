"""Journey 4: the note one shift leaves the next at a place, with the open cases as they stood."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import access
from cases.access import Act
from cases.intake.fields import PlainText, Words
from cases.models import Case, HandOverNote
from cases.work.gate import OfficerRequest, officer_page
from cases.work.notes_left import notes_for
from cases.workflow import OPEN, Move
from districts.models import Officer, Posting

MOST_CASES = 60


class NoteForm(forms.Form):
    """The note, and for each open case a tick and a line."""

    text = Words(
        label=gettext_lazy("What must the next shift know?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please write a few words.")},
    )

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        for case in cases:
            tick = forms.BooleanField(label=_("hand over"), required=False, initial=True)
            self.fields[f"tick_{case.pk}"] = tick
            self.fields[f"line_{case.pk}"] = PlainText(label=_("What to know"), max_length=200, required=False)

    def lines(self) -> list[tuple[Case, Any, Any]]:
        """Each case with its two fields."""
        return [(case, self[f"tick_{case.pk}"], self[f"line_{case.pk}"]) for case in self.cases]

    def frozen(self) -> list[list[str]]:
        """The ticked cases as they stand: reference, need, urgency, due, what to know."""
        kept = [case for case in self.cases if self.cleaned_data[f"tick_{case.pk}"]]
        return [
            [
                *(case.reference, case.need_id, case.urgency),
                case.next_due_at.isoformat() if case.next_due_at else "",
                self.cleaned_data[f"line_{case.pk}"],
            ]
            for case in kept
        ]


@officer_page
def write(request: OfficerRequest) -> HttpResponse:
    """At the end of a turn: the open cases of the place, and a word on those that matter."""
    officer = request.user
    # Auditors see the roster and write nothing.
    if not (access.does(officer, Act.SEE_ROSTER) and access.may_somewhere(officer, Move.NOTE)):
        raise PermissionDenied
    places = access.postings(officer)
    asked = request.POST.get("place") or request.GET.get("place") or ""
    chosen = next((one for one in places if str(one.pk) == asked), places[0] if places else None)
    if chosen is None:
        raise PermissionDenied
    form = NoteForm(request.POST or None, cases=_open_cases(officer, chosen))
    if request.method == "POST" and form.is_valid():
        _keep(officer, chosen, form)
        messages.success(request, _("The note waits for the next shift."))
        return redirect("desk")
    page = {"form": form, "places": places, "chosen": chosen}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "roster/handover.html", page, status=status)


def _open_cases(officer: Officer, posting: Posting) -> list[Case]:
    """Those of the place; a whole state's or district's desk hands on what no block of it has in hand."""
    here = Case.objects.visible_to(officer).filter(access.within(posting), status__in=OPEN)
    if posting.block_id is None:
        here = here.filter(Q(officer=officer) | Q(officer=None) | Q(officer__postings__role=posting.role)).distinct()
    return list(here.select_related("need").order_by("next_due_at", "pk")[:MOST_CASES])


def _keep(officer: Officer, posting: Posting, form: NoteForm) -> None:
    HandOverNote.objects.create(
        officer=officer,
        state_id=posting.state_id,
        district_id=posting.district_id,
        block_id=posting.block_id,
        at=timezone.now(),
        text=form.cleaned_data["text"],
        cases=form.frozen(),
    )


@officer_page
@require_POST
def mark_read(request: OfficerRequest, note_id: int) -> HttpResponse:
    """Read: it leaves the desk; who read it and when stays."""
    if not access.may_somewhere(request.user, Move.NOTE):
        raise PermissionDenied
    now = timezone.now()
    get_object_or_404(HandOverNote.objects.filter(notes_for(request.user)), pk=note_id)
    HandOverNote.objects.filter(pk=note_id, read_at=None).update(read_by=request.user, read_at=now)
    return redirect("desk")
