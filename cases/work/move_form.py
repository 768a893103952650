"""Journey 4: what the forms of all moves share: the note, words that need not be typed, and what was shown."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.actions import LONGEST_NOTE
from cases.intake.fields import PlainText
from cases.models import CannedText, Case
from cases.reviewing import version
from cases.workflow import RULES, Move


def canned_for(case: Case) -> list[CannedText]:
    """The words for this need and status, the most fitting first; one query."""
    fits = Q(need=None) | Q(need__in=[case.need_id, *case.other_needs])
    texts = CannedText.objects.filter(fits, status__in=("", case.status), is_active=True)
    return sorted(texts, key=lambda text: (text.need_id != case.need_id, not text.status))


class MoveForm(forms.Form):
    """A move with an optional or required note. `blames` is the field that an 'invalid' refusal is shown at.

    `canned_use` names the words offered for the note: with a script a tap puts them into it, without one they are
    added when the form is sent. `warning` says what the move will do.
    """

    move: ClassVar[Move]
    note_label: ClassVar[Any] = _("Note")
    blames: ClassVar[str | None] = None
    is_one_tap: ClassVar[bool] = False
    is_grave: ClassVar[bool] = False
    warning: ClassVar[Any] = ""
    canned_use: ClassVar[str] = ""

    note = PlainText(
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write what happened.")},
    )

    def __init__(self, *args: Any, case: Case, canned: Sequence[CannedText] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{self.move}_%s"  # one page shows many of these forms
        self.case = case
        self.fields["note"].required = RULES[self.move].note_required
        self.fields["note"].label = self.note_label
        if self.canned_use:
            self._offer_words(canned_for(case) if canned is None else canned)

    def _offer_words(self, canned: Sequence[CannedText]) -> None:
        words = {str(text.pk): text.label for text in canned if text.use == self.canned_use}
        if not words:
            return
        self.fields["canned"] = forms.MultipleChoiceField(
            label=_("Ready words"),
            required=False,
            choices=list(words.items()),
            widget=forms.CheckboxSelectMultiple(attrs={"data-canned": f"{self.move}_note"}),
            error_messages={"invalid_choice": _("Choose from the list.")},
        )
        self.order_fields([*(name for name in self.fields if name not in {"canned", "note"}), "canned", "note"])
        if self.is_bound:
            self._write_out(words)

    def _write_out(self, words: dict[str, str]) -> None:
        """What was ticked becomes part of the note, so that a form that comes back shows it there."""
        typed: Any = cast(QueryDict, self.data).copy()
        ticked = [words[pk] for pk in typed.getlist("canned") if pk in words]
        if ticked:
            typed["note"] = "\n".join([*filter(None, [typed.get("note", "").strip()]), *ticked])
            typed.setlist("canned", [pk for pk in typed.getlist("canned") if pk not in words])
            self.data = typed

    @property
    def field_names(self) -> list[str]:
        """What the form shows, in its order."""
        return [name for name in self.fields if not self[name].is_hidden]

    def chosen(self) -> dict[str, Any]:
        """The keyword arguments for `actions.perform`, after `is_valid()`."""
        return {"note": self.cleaned_data.get("note", "")}

    def look_again(self) -> None:
        """Nothing to renew: only forms that edit a value carry what they showed."""


class EditForm(MoveForm):
    """A form that overwrites values: it carries what it showed, so that nothing is overwritten unseen."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, shown: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, case=case, initial=shown | {"seen": version(case, self.move)}, **kwargs)

    def chosen(self) -> dict[str, Any]:
        """With what was shown."""
        return super().chosen() | {"seen": self.cleaned_data.get("seen", "")}

    def look_again(self) -> None:
        """The officer has been told: sent once more it goes through."""
        typed: Any = cast(QueryDict, self.data).copy()
        typed["seen"] = version(self.case, self.move)
        self.data = typed
