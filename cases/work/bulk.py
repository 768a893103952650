"""Journey 4: one move on several cases at once: each is checked by itself, and each refusal is said by its case."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from operator import attrgetter
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import access
from cases.actions import LONGEST_NOTE, MoveRefused, hand_over_targets, perform
from cases.intake.fields import PlainText
from cases.intake.where import served_districts
from cases.models import Case
from cases.work.gate import OfficerRequest, officer_page
from cases.workflow import Move
from districts.models import District, Officer

MOST = 100
ONE_TAP = frozenset({Move.ACKNOWLEDGE, Move.START})
_RESULT = "bulk_result"


class BulkForm(forms.Form):
    """What is written once for all of them. `asked` are the fields beside the note."""

    note_label: ClassVar[Any] = gettext_lazy("Note")
    note_required: ClassVar[bool] = False

    note = PlainText(
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write what happened.")},
    )

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        self.fields["note"].label = self.note_label
        self.fields["note"].required = self.note_required


class NoteForm(BulkForm):
    """The same words under each case."""

    note_label = gettext_lazy("What happened?")
    note_required = True


class HandOverForm(BulkForm):
    """All of them to one officer."""

    to = forms.ModelChoiceField(
        Officer.objects.none(),
        label=gettext_lazy("To whom?"),
        empty_label=gettext_lazy("Choose an officer"),
        error_messages={
            "required": gettext_lazy("Choose an officer."),
            "invalid_choice": gettext_lazy("Choose an officer of this district."),
        },
    )
    field_order = ["to", "note"]

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, cases=cases, **kwargs)
        self.fields["to"].queryset = _targets(cases)  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = attrgetter("label")  # type: ignore[attr-defined]


class TransferForm(BulkForm):
    """All of them to one district, with the reason."""

    note_label = gettext_lazy("Why?")
    note_required = True
    district = forms.ModelChoiceField(
        District.objects.filter(is_active=True),
        label=gettext_lazy("To which district?"),
        error_messages={
            "required": gettext_lazy("Choose a district from the list."),
            "invalid_choice": gettext_lazy("Choose a district from the list."),
        },
    )
    field_order = ["district", "note"]

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, cases=cases, **kwargs)
        offered = sorted((district.label, str(district.pk)) for district in served_districts())
        choices = [("", _("Choose a district")), *((key, label) for label, key in offered)]
        self.fields["district"].widget.choices = choices


FORMS: dict[Move, type[BulkForm]] = {
    Move.ACKNOWLEDGE: BulkForm,
    Move.START: BulkForm,
    Move.NOTE: NoteForm,
    Move.HAND_OVER: HandOverForm,
    Move.TRANSFER: TransferForm,
}
# What the button on the list says; the words of a single case would promise one.
WORDS: dict[Move, Any] = {
    Move.ACKNOWLEDGE: gettext_lazy("Acknowledge"),
    Move.START: gettext_lazy("Start work"),
    Move.NOTE: gettext_lazy("Add a note"),
    Move.HAND_OVER: gettext_lazy("Hand over"),
    Move.TRANSFER: gettext_lazy("Transfer"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A case that was left as it was, and why."""

    reference: str
    why: str


def _targets(cases: Iterable[Case]) -> Any:
    """Who may be given one of them at least; whether the officer may be given each is checked case by case."""
    one_of_each = {(case.state_id, case.district_id): case for case in cases}
    keys = {key for case in one_of_each.values() for key in hand_over_targets(case).values_list("pk", flat=True)}
    return Officer.objects.filter(pk__in=keys).order_by("first_name", "pk")


def back_to(address: str) -> str:
    """The list as it was narrowed; never an address outside of it."""
    is_own = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_own and address.startswith(f"{reverse('case_list')}?") else reverse("case_list")


def moves_for(officer: Officer) -> list[tuple[str, Any]]:
    """The moves that the list offers for a selection."""
    return [(move.value, WORDS[move]) for move in FORMS if access.may_somewhere(officer, move)]


@officer_page
def bulk(request: OfficerRequest) -> HttpResponse:
    """A move on the chosen cases: made at once, or first asked for its words; then what came of it."""
    if request.method != "POST":
        return _result(request)
    chosen, move = _chosen(request), request.POST.get("move", "")
    if wrong := _wrong(request, chosen):
        return _page(request, {"wrong": wrong, "cases": chosen}, HTTPStatus.UNPROCESSABLE_ENTITY)
    if move not in FORMS:
        return _page(request, {"cases": chosen}, HTTPStatus.OK)
    if not access.may_somewhere(request.user, Move(move)):
        raise PermissionDenied
    asks = Move(move) not in ONE_TAP and "sent" not in request.POST
    form = FORMS[Move(move)](None if asks else request.POST, cases=chosen)
    if not asks and form.is_valid():
        return _made(request, Move(move), form)
    status = HTTPStatus.OK if asks else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, {"form": form, "move": move, "word": WORDS[Move(move)], "cases": chosen}, status)


def _chosen(request: OfficerRequest) -> list[Case]:
    """The ticked cases that the officer may see, at most a hundred."""
    references = [reference.replace("\x00", "") for reference in request.POST.getlist("case")[:MOST]]
    return list(Case.objects.visible_to(request.user).filter(reference__in=references).by_clock().for_cards())


def _wrong(request: OfficerRequest, chosen: list[Case]) -> str:
    """Why nothing can be done with this choice; '' when it can."""
    if not chosen:
        return _("Tick one case at least.")
    if len(request.POST.getlist("case")) > MOST:
        return _("At most %(count)d cases at once.") % {"count": MOST}
    return ""


def _made(request: OfficerRequest, move: Move, form: BulkForm) -> HttpResponse:
    """Move them one by one, keep what came of it for the next page, so that loading it anew moves nothing."""
    done, refused = [], []
    for case in form.cases:
        why = _perform(move, case, request.user, form.cleaned_data)
        if why:
            refused.append([case.reference, why])
        else:
            done.append(case.reference)
    request.session[_RESULT] = {
        "move": move.value, "done": done, "refused": refused, "back": back_to(request.POST.get("back", "")),
    }  # fmt: skip
    return redirect("bulk")


def _perform(move: Move, case: Case, officer: Officer, fields: dict[str, Any]) -> str:
    """Each in a transaction of its own; '' when it was made, else why not."""
    try:
        perform(move, case_id=case.pk, actor=officer, **fields)
    except Case.DoesNotExist:
        return _("It has left your area.")
    except MoveRefused as refused:
        return refused.message
    return ""


def _result(request: OfficerRequest) -> HttpResponse:
    """What worked, and each refused case with its reason, still chosen."""
    kept = request.session.get(_RESULT)
    if not kept:
        return redirect("case_list")
    refused = [Refused(*pair) for pair in kept["refused"]]
    why = {one.reference: one.why for one in refused}
    cases = list(Case.objects.visible_to(request.user).filter(reference__in=why).by_clock().for_cards())
    gone = [one for one in refused if one.reference not in {case.reference for case in cases}]
    done = len(kept["done"])
    page = {
        "word": WORDS[Move(kept["move"])],
        "done": kept["done"],
        "done_words": ngettext("Done for %(count)d case.", "Done for %(count)d cases.", done) % {"count": done},
        "left": [(case, why[case.reference]) for case in cases],
        "gone": gone,
        "moves": moves_for(request.user),
        "back": kept["back"],
    }
    return render(request, "work/bulk_result.html", page)


def _page(request: OfficerRequest, page: dict[str, Any], status: int) -> HttpResponse:
    frame = {"form": None, "move": "", "word": "", "wrong": "", "moves": moves_for(request.user)}
    back = back_to(request.POST.get("back", ""))
    return render(request, "work/bulk.html", frame | {"back": back} | page, status=status)
