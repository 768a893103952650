"""Journey 4: the forms of the desk's own moves: a note, a call, supplies, a join, nobody reached, an undo."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.deskwork import MOST_OF_A_KIND, UNREACHED_CALLS, unreached_calls
from cases.intake.fields import IndianPhone, PlainText, SmallNumber
from cases.models import Call, CannedText, Case, Supply, SupplyKind
from cases.work.move_form import MoveForm
from cases.workflow import Move


class NoteForm(MoveForm):
    """What happened; it never touches the clock."""

    move = Move.NOTE
    blames = "note"
    note_label = _("What happened?")
    canned_use = CannedText.Use.NOTE
    is_public = forms.BooleanField(
        label=_("The citizen may read it on the status page"),
        help_text=_("No name, no number, no place, no illness: that page is public."),
        required=False,
    )
    field_order = ["note", "is_public"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in ("canned", "note", "is_public") if name in self.fields])

    def chosen(self) -> dict[str, Any]:
        """With whom it is for."""
        return super().chosen() | {"is_public": self.cleaned_data["is_public"]}


class CallForm(MoveForm):
    """How a telephone call went. Without a number it was the case's first."""

    move = Move.CALL
    blames = "result"
    result = forms.ChoiceField(
        label=_("How did the call go?"),
        choices=Call.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the call went."), "invalid_choice": _("Choose how the call went.")},
    )
    number = IndianPhone(
        label=_("Another number than the first"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    field_order = ["result", "note", "number"]

    def chosen(self) -> dict[str, Any]:
        """With how it went and the number."""
        return super().chosen() | {name: self.cleaned_data[name] for name in ("result", "number")}


class SupplyForm(MoveForm):
    """How much was asked and given of each kind; each pair carries what it showed."""

    move = Move.SUPPLY
    note_label = _("To whom, from where?")
    field_order = ["note"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self._kinds: list[SupplyKind] | None = None
        if self.is_bound:
            self._count_out()

    def _count_out(self) -> None:
        """A pair of numbers for each kind; asked for late, because two queries are for who opens it."""
        there = {row.kind_id: row for row in Supply.objects.filter(case=self.case)}
        needed = SupplyKind.objects.filter(need__in=[self.case.need_id, *self.case.other_needs], is_active=True)
        self._kinds = list(needed | SupplyKind.objects.filter(pk__in=there))
        for kind in self._kinds:
            row = there.get(kind.pk)
            for side, label in (("asked", _("asked")), ("given", _("given"))):
                count = getattr(row, side) if row else 0
                number = SmallNumber(least=0, most=MOST_OF_A_KIND, label=label, required=False)
                self.fields[f"{side}_{kind.pk}"] = number
                self.initial[f"{side}_{kind.pk}"] = count or ""
            shown = f"{row.asked},{row.given}" if row else "0,0"
            self.fields[f"seen_{kind.pk}"] = forms.CharField(
                required=False, max_length=9, widget=forms.HiddenInput, initial=shown
            )
        self.order_fields([*(name for name in self.fields if name != "note"), "note"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For each kind its name and its fields."""
        if self._kinds is None:
            self._count_out()
        return [
            {"label": kind.label} | {side: self[f"{side}_{kind.pk}"] for side in ("asked", "given", "seen")}
            for kind in cast(list[SupplyKind], self._kinds)
        ]

    def chosen(self) -> dict[str, Any]:
        """With the numbers, and those that were shown."""
        answers, kinds = self.cleaned_data, cast(list[SupplyKind], self._kinds)
        supplies = {
            kind.pk: (answers.get(f"asked_{kind.pk}") or 0, answers.get(f"given_{kind.pk}") or 0) for kind in kinds
        }
        seen = {kind.pk: _pair(answers.get(f"seen_{kind.pk}", "")) for kind in kinds}
        return super().chosen() | {"supplies": supplies, "seen": seen}

    def look_again(self) -> None:
        """The officer has been told who changed it: sent once more it goes through."""
        typed: Any = cast(QueryDict, self.data).copy()
        for row in Supply.objects.filter(case=self.case):
            typed[f"seen_{row.kind_id}"] = f"{row.asked},{row.given}"
        self.data = typed


def _pair(shown: str) -> tuple[int, int]:
    asked, _comma, given = shown.partition(",")
    return (int(asked), int(given)) if asked.isdecimal() and given.isdecimal() else (0, 0)


class JoinForm(MoveForm):
    """Two pleas for one patient: by the other case's number, or by a tap on one that lies near."""

    move = Move.JOIN
    blames = "to"
    warning = _("Only for the same patient. This case ends and goes on in the other; everybody who asked is told.")
    to = PlainText(
        label=_("Number of the other case"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Write the number of the other case.")},
    )
    field_order = ["to", "note"]

    def chosen(self) -> dict[str, Any]:
        """With the other's reference."""
        return super().chosen() | {"to": self.cleaned_data["to"]}


class UnjoinForm(MoveForm):
    """Two patients after all."""

    move = Move.UNJOIN
    warning = _("The case goes on by itself, with its own officer and on its own clock.")
    note_label = _("Why are these two patients?")


class UnreachableForm(MoveForm):
    """Three calls reached nobody, and a supervisor says so."""

    move = Move.UNREACHABLE
    blames = "note"
    is_grave = True
    note_label = _("What else was tried?")

    @property
    def warning(self) -> str:
        """How many of the calls are there."""
        words = {"tried": unreached_calls(self.case), "needed": UNREACHED_CALLS}
        return gettext("The case ends. Logged calls that reached nobody: %(tried)d of %(needed)d.") % words


class UndoForm(MoveForm):
    """One tap: what was just done is taken back."""

    move = Move.UNDO
    is_one_tap = True
    event = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def chosen(self) -> dict[str, Any]:
        """With the move that was offered."""
        return super().chosen() | {"event": self.cleaned_data["event"]}
