"""What the office may change without a deploy: needs, promised times, reply texts, and which needs a posting takes.

Cases, messages and notices are not here: they hold personal facts, and are written by `cases.actions` only.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from cases.models import Ladder, Need, Promise, Setting
from districts.admin import PostingAdmin
from districts.forms import PostingForm
from districts.models import Posting


@admin.register(Need)
class NeedAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Needs are switched off, never deleted: cases and the reading of texts name them."""

    list_display = ("name", "name_hi", "icon", "code", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "name_hi", "code")

    def get_readonly_fields(self, _request: HttpRequest, obj: Need | None = None) -> tuple[str, ...]:
        """The code is the key: it is given once."""
        return ("code",) if obj else ()

    def has_delete_permission(self, *_: object) -> bool:
        """Switched off instead."""
        return False


@admin.register(Promise)
class PromiseAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Promised times; the row of an urgency that names neither need nor district is its default and stays."""

    list_display = ("urgency", "need", "district", "respond_minutes", "resolve_minutes")
    list_filter = ("urgency", "need")
    list_select_related = ("need", "district")
    search_fields = ("district__name", "district__name_hi", "need__name", "need__name_hi")
    autocomplete_fields = ("need", "district")
    actions = None  # deleting several at once would not spare the defaults

    def get_readonly_fields(self, _request: HttpRequest, obj: Promise | None = None) -> tuple[str, ...]:
        """A default may change its minutes only."""
        return ("urgency", "need", "district") if _is_default(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: Promise | None = None) -> bool:
        """Not the defaults."""
        return not _is_default(obj) and super().has_delete_permission(request, obj)


def _is_default(promise: Promise | None) -> bool:
    return promise is not None and promise.need_id is None and promise.district_id is None


@admin.register(Ladder)
class LadderAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Limits of the ladder, row by row; offices use the page of promised times, which checks their order."""

    list_display = ("urgency", "need", "district", "clock", "after_minutes", "rung")
    list_filter = ("urgency", "clock", "rung")
    list_select_related = ("need", "district")
    search_fields = ("district__name", "district__name_hi", "need__name", "need__name_hi")
    autocomplete_fields = ("need", "district")


class PostingWithNeedsForm(PostingForm):
    """A posting with the needs it takes as boxes to tick; none ticked means all of them."""

    needs = forms.MultipleChoiceField(
        label=_("needs"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them."),
    )

    class Meta(PostingForm.Meta):
        fields = (*PostingForm.Meta.fields, "needs")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].choices = [(need.pk, need.label) for need in Need.objects.all()]  # type: ignore[attr-defined]


admin.site.unregister(Posting)


@admin.register(Posting)
class PostingWithNeedsAdmin(PostingAdmin):
    """Postings again, now that needs are known: `districts` knows nothing of cases."""

    form = PostingWithNeedsForm


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A figure within its bounds: shares from 0 to 1, counts and times above 0."""

    class Meta:
        model = Setting
        fields = ("value",)

    def clean_value(self) -> float:
        """In words, before the database refuses it."""
        value: float = self.cleaned_data["value"]
        if not 0 <= value <= _MOST.get(self.instance.key, 1):
            most = _MOST.get(self.instance.key, 1)
            raise forms.ValidationError(_("Give a number from 0 to %(most)d.") % {"most": most})
        if value < _LEAST.get(self.instance.key, 0):
            raise forms.ValidationError(_("Give at least %(least)d.") % {"least": _LEAST[self.instance.key]})
        return value


# A week is the longest that pleas are compared; a phone of one patient is never a volunteer's.
_MOST = {
    Setting.Key.ANSWER_MINUTES: 120,
    Setting.Key.SAME_PHONE_HOURS: 168,
    Setting.Key.SAME_AUTHOR_HOURS: 168,
    Setting.Key.CROWDED_PHONE: 100,
    Setting.Key.OFFER_HOURS: 720,
    Setting.Key.SILENT_HOURS: 720,
    Setting.Key.REMIND_MINUTES: 1440,
    Setting.Key.DIGEST_FROM: 50,
    Setting.Key.TURN_STARTS: 23,
    Setting.Key.TURN_HOURS: 24,
}
_LEAST = {
    Setting.Key.ANSWER_MINUTES: 1,
    Setting.Key.CROWDED_PHONE: 2,
    Setting.Key.OFFER_HOURS: 1,
    Setting.Key.SILENT_HOURS: 1,
    Setting.Key.REMIND_MINUTES: 5,
    Setting.Key.DIGEST_FROM: 2,
    Setting.Key.TURN_HOURS: 1,
}


@admin.register(Setting)
class SettingAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """The figures of reading, asking and joining; all of them exist."""

    form = SettingForm
    list_display = ("__str__", "get_key_display", "value")
    readonly_fields = ("key",)

    def has_add_permission(self, *_: object) -> bool:
        """All of them exist."""
        return False

    def has_delete_permission(self, *_: object) -> bool:
        """The pipeline needs each."""
        return False
