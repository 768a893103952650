"""Journey 4: one form for each move that brings a case on; those of the desk beside it stand in desk_forms.py."""

from operator import attrgetter
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cases.actions import hand_over_targets
from cases.intake.fields import PlainText
from cases.intake.where import district_choices, stated_place
from cases.models import CannedText, Case, Need
from cases.reviewing import NOT_PLEAS
from cases.work.desk_forms import CallForm, JoinForm, NoteForm, SupplyForm, UndoForm, UnjoinForm, UnreachableForm
from cases.work.move_form import EditForm, MoveForm
from cases.workflow import Move, Outcome, Urgency
from districts.models import Block, District, Officer, Place

# What a message may be, as people say it (the kinds of `cases.understanding`).
KIND_WORDS = {
    "offer": _("an offer of help"),
    "update_resolved": _("news that help has come or is no longer needed"),
    "thanks": _("thanks"),
    "news": _("news from the press"),
    "other": _("something else"),
}


class AcknowledgeForm(MoveForm):
    """One tap."""

    move = Move.ACKNOWLEDGE
    is_one_tap = True


class StartForm(MoveForm):
    """One tap."""

    move = Move.START
    is_one_tap = True


class HandOverForm(MoveForm):
    """To another officer of the same district or its state desk."""

    move = Move.HAND_OVER
    blames = "to"
    to = forms.ModelChoiceField(
        Officer.objects.none(),
        label=_("To whom?"),
        empty_label=_("Choose an officer"),
        error_messages={
            "required": _("Choose an officer."),
            "invalid_choice": _("Choose an officer of this district."),
        },
    )
    field_order = ["to", "note"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["to"].queryset = hand_over_targets(case)  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = attrgetter("label")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """With the officer."""
        return super().chosen() | {"to": self.cleaned_data["to"]}


def _district_field(label: Any) -> "forms.ModelChoiceField[District]":
    """An active district; which of them are offered is set by the form that shows it."""
    wrong = _("Choose a district from the list.")
    return forms.ModelChoiceField(
        District.objects.filter(is_active=True),
        label=label,
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


class TransferForm(MoveForm):
    """To another district; the case stays open on the same clock."""

    move = Move.TRANSFER
    warning = _("The case stays open, on the same clock, with the other district's officer.")
    blames = "district"
    note_label = _("Why?")
    district = _district_field(_("To which district?"))
    field_order = ["district", "note"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["district"].widget.choices = district_choices()

    def chosen(self) -> dict[str, Any]:
        """With the district."""
        return super().chosen() | {"district": self.cleaned_data["district"]}


class PlaceForm(EditForm):
    """Where help must come: from the type-ahead, or by list of districts and blocks."""

    move = Move.PLACE
    blames = "district"
    place_text = PlainText(
        label=_("Village, town or hospital"),
        help_text=_("Type a few letters and choose, or just write it."),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={
                "data-place-suggest": reverse_lazy("place_suggest"),
                "data-place-choice": "place_place_choice",
                "data-place-district": "place_district",
                "autocomplete": "off",
            }
        ),
    )
    place_choice = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    district = _district_field(_("District"))
    block = forms.ModelChoiceField(
        Block.objects.all(),
        label=_("Block"),
        required=False,
        empty_label=_("Not known"),
        error_messages={"invalid_choice": _("Choose a block from the list.")},
    )
    field_order = ["place_text", "place_choice", "district", "block", "note", "seen"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        asked = {"place_text": case.place_text, "district": case.district_id, "block": case.block_id}
        super().__init__(*args, case=case, shown=asked, **kwargs)
        self.fields["district"].widget.choices = district_choices()
        self.fields["block"].widget.choices = self._blocks()

    def _blocks(self) -> list[tuple[Any, Any]]:
        """Offered without a script: the blocks of the district the case is in; another district's come with it."""
        blocks = Block.objects.filter(districts=self.case.district_id) if self.case.district_id else ()
        return [("", _("Not known")), *sorted(((block.pk, block.label) for block in blocks), key=lambda pair: pair[1])]

    def clean(self) -> dict[str, Any]:
        """A choice of the type-ahead outranks the lists, unless it lies in another district than the chosen one."""
        answers = super().clean() or self.cleaned_data
        district = answers.get("district")
        if not district:
            return answers
        stated = stated_place(district, answers.get("place_choice", ""), answers.get("place_text", ""))
        answers["place"] = Place.objects.filter(pk=stated.place).first() if stated.place else None
        if stated.block and (answers.get("place_choice") or not answers.get("block")):
            answers["block"] = Block.objects.get(pk=stated.block)
        block = answers.get("block")
        if block and not block.districts.filter(pk=district.pk).exists():
            answers["block"] = None  # it was the old district's, and only the district was changed
        return answers

    def chosen(self) -> dict[str, Any]:
        """With district, block, place and the words for it."""
        names = ("district", "block", "place", "place_text")
        return super().chosen() | {name: self.cleaned_data.get(name) for name in names}


class ResolveForm(MoveForm):
    """How it ended and what was done."""

    move = Move.RESOLVE
    blames = "outcome"
    note_label = _("What was done?")
    canned_use = CannedText.Use.RESOLVE
    outcome = forms.ChoiceField(
        label=_("How did it end?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it ended."), "invalid_choice": _("Choose how it ended.")},
    )
    field_order = ["outcome", "note"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if case.consent_at is not None:
            self.initial = {"outcome": Outcome.HELPED.value, "note": _("The requester writes that help has come.")}

    def chosen(self) -> dict[str, Any]:
        """With the outcome."""
        return super().chosen() | {"outcome": self.cleaned_data["outcome"]}


class ReopenForm(MoveForm):
    """Help did not reach them after all."""

    move = Move.REOPEN
    note_label = _("Why is it opened again?")


class CloseForm(MoveForm):
    """A supervisor closes without waiting for an answer."""

    move = Move.CLOSE
    warning = _("Without the requester's yes this counts as closed by force, for the officer who held the case.")
    note_label = _("Why is it closed?")


class WithdrawForm(MoveForm):
    """Nobody needs this help any more, or nobody ever asked for it."""

    move = Move.WITHDRAW
    warning = _("The case ends without help. The reason stays in its history.")
    is_grave = True
    note_label = _("Why is it withdrawn?")


class ConfirmForm(MoveForm):
    """One tap: it asks for help."""

    move = Move.CONFIRM
    is_one_tap = True


class DismissForm(MoveForm):
    """It is no plea; what it is instead teaches the reading."""

    move = Move.DISMISS
    blames = "kind"
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(kind, KIND_WORDS[kind]) for kind in NOT_PLEAS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is."), "invalid_choice": _("Choose what it is.")},
    )
    field_order = ["kind", "note"]

    def chosen(self) -> dict[str, Any]:
        """With the kind."""
        return super().chosen() | {"kind": self.cleaned_data["kind"]}


class CorrectForm(EditForm):
    """Another need or urgency than the reading's."""

    move = Move.CORRECT
    blames = "need"
    need = forms.ModelChoiceField(
        Need.objects.filter(is_active=True),
        label=_("What is needed most?"),
        empty_label=None,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    other_needs = forms.ModelMultipleChoiceField(
        Need.objects.filter(is_active=True),
        label=_("Also needed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list."), "invalid_pk_value": _("Choose from the list.")},
    )
    urgency = forms.ChoiceField(
        label=_("How urgent?"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    field_order = ["need", "urgency", "other_needs", "note"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        asked = {"need": case.need_id, "other_needs": case.other_needs, "urgency": case.urgency}
        super().__init__(*args, case=case, shown=asked, **kwargs)
        for name in ("need", "other_needs"):
            self.fields[name].label_from_instance = attrgetter("label")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """With need, other needs and urgency."""
        others = [need.pk for need in self.cleaned_data["other_needs"]]
        names = ("need", "urgency")
        return super().chosen() | {name: self.cleaned_data[name] for name in names} | {"other_needs": others}


FORMS: dict[Move, type[MoveForm]] = {
    form.move: form
    for form in (
        *(AcknowledgeForm, StartForm, ConfirmForm, ResolveForm, CallForm, NoteForm, SupplyForm, PlaceForm, CorrectForm),
        *(HandOverForm, TransferForm, ReopenForm, CloseForm, JoinForm, UnjoinForm, UnreachableForm, DismissForm),
        *(WithdrawForm, UndoForm),
    )
}
