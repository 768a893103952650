"""What the office may change without a deploy: needs, promised times, reply texts, and which needs a posting takes.

Cases, messages and notices are not here: they hold personal facts, and are written by `cases.actions` only.
"""

from string import Formatter
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from cases.models import Need, Promise, ReplyTemplate, Setting
from districts.admin import PostingAdmin
from districts.forms import PostingForm
from districts.models import Posting

_FILLED_IN = frozenset({"reference", "url", "helpline"})


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


class ReplyTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A reply text names the case, and fills in nothing but the reference and the link."""

    class Meta:
        model = ReplyTemplate
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def clean_text(self) -> str:
        """Only {reference}, {url} and {helpline}, without conversions."""
        text: str = self.cleaned_data["text"]
        try:
            parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
        except ValueError:
            raise forms.ValidationError(_("A bracket { or } is not closed.")) from None
        if any(name not in _FILLED_IN or spec or conversion for name, spec, conversion in parts):
            raise forms.ValidationError(_("Only {reference}, {url} and {helpline} can be filled in."))
        if "reference" not in {part[0] for part in parts}:
            raise forms.ValidationError(_("The text must contain {reference}."))
        return text


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """The words of public replies; each exists once per language, and is changed, not added or deleted."""

    form = ReplyTemplateForm
    list_display = ("key", "language", "text")
    readonly_fields = ("key", "language")

    def has_add_permission(self, *_: object) -> bool:
        """All of them exist."""
        return False

    def has_delete_permission(self, *_: object) -> bool:
        """A case without its reply's words could not be answered."""
        return False


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
}
_LEAST = {Setting.Key.ANSWER_MINUTES: 1, Setting.Key.CROWDED_PHONE: 2, Setting.Key.OFFER_HOURS: 1}


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
