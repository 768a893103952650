"""Journey 1: a handle's settings in the admin. Keys go in and never come back out."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from cases.intake import credentials
from cases.intake.poller import LONGEST_QUERY
from cases.models import Handle

# X's usernames; hashtags of letters (Devanagari with its vowel signs), digits and '_', not of digits alone.
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}")
_HASHTAG = re.compile(r"(?!\d+$)[\w\u0900-\u0963\u0966-\u097f]{1,100}")


class HashtagsField(forms.CharField):
    """Hashtags with or without '#', separated by spaces or commas, as a list."""

    def prepare_value(self, value: Any) -> Any:
        """A list as a line."""
        return " ".join(f"#{tag}" for tag in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Each once, without '#'."""
        words = re.split(r"[\s,]+", str(super().to_python(value) or ""))
        return list(dict.fromkeys(word.lstrip("#") for word in words if word.strip("#")))

    def validate(self, value: Any) -> None:
        """Only what X's search takes as a hashtag, and not more than one query holds."""
        for tag in value:
            if not _HASHTAG.fullmatch(tag):
                raise forms.ValidationError(_("“%(tag)s” is not a hashtag."), params={"tag": tag})
        if len(" OR ".join(f"#{tag}" for tag in value)) > LONGEST_QUERY:
            raise forms.ValidationError(_("These are too many hashtags for one search."))


def _key(label: Any) -> forms.CharField:
    """A field that is written and never read back."""
    typed = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, max_length=500, widget=typed)


class HandleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Keys are password fields that start empty: an empty one keeps what is set."""

    hashtags = HashtagsField(
        label=_("hashtags"), required=False, help_text=_("Searched for; each new post found costs US$ 0.005.")
    )
    bearer_token = _key(_("Bearer token (reading)"))
    api_key = _key(_("API key (replying)"))
    api_secret = _key(_("API secret (replying)"))
    access_token = _key(_("Access token (replying)"))
    access_secret = _key(_("Access secret (replying)"))
    forget_keys = forms.BooleanField(label=_("Forget all keys"), required=False)

    class Meta:
        model = Handle
        fields = (
            "username", "user_id", "state", "district", "hashtags", "is_active", "link_in_replies",
            "direct_messages", "daily_budget_usd",
        )  # fmt: skip

    def clean_username(self) -> str:
        """As X spells it, without '@'."""
        username: str = self.cleaned_data["username"].strip().removeprefix("@")
        if not _USERNAME.fullmatch(username):
            raise forms.ValidationError(_("A handle has 1 to 15 letters, digits or underscores."))
        return username

    def clean_user_id(self) -> str:
        """Digits, or empty: then it is looked up at the first poll."""
        user_id: str = self.cleaned_data["user_id"].strip()
        if user_id and not (user_id.isascii() and user_id.isdecimal() and len(user_id) <= 19):
            raise forms.ValidationError(_("The X user id is a number; leave it empty to have it looked up."))
        return user_id

    def clean(self) -> dict[str, Any]:
        """The district lies in the state."""
        answers = super().clean() or self.cleaned_data
        district, state = answers.get("district"), answers.get("state")
        if district and state and district.state_id != state.pk:
            self.add_error("district", _("This district is in another state."))
        return answers

    def save(self, commit: bool = True) -> Handle:
        """Seal what was typed over what was set; new keys are tried at the next poll."""
        handle: Handle = super().save(commit=False)
        typed = {name: self.cleaned_data[name].strip() for name in credentials.FIELDS if self.cleaned_data.get(name)}
        if typed or self.cleaned_data.get("forget_keys"):
            kept = {} if self.cleaned_data.get("forget_keys") else _opened(handle)
            handle.sealed_credentials = credentials.seal(kept | typed) if kept | typed else ""
        handle.not_before_at = None
        if commit:
            handle.save()
        return handle


def _opened(handle: Handle) -> dict[str, str]:
    """What is sealed; {} when no key opens it any more, so that it can be typed anew."""
    try:
        return credentials.unseal(handle.sealed_credentials)
    except ValueError:
        return {}


@admin.register(Handle)
class HandleAdmin(SimpleHistoryAdmin):
    """Handles; health is shown, not edited."""

    form = HandleForm
    list_display = ("username", "state", "district", "is_active", "health", "last_answer_at", "keys")
    list_filter = ("is_active", "health", "state")
    list_select_related = ("state", "district")
    search_fields = ("username", "district__name", "district__name_hi", "state__name")
    readonly_fields = ("keys", "health", "last_answer_at", "last_error", "last_error_at", "failures", "not_before_at")
    fieldsets = (
        (None, {"fields": ("username", "user_id", "state", "district", "hashtags", "is_active")}),
        (_("replies and budget"), {"fields": ("link_in_replies", "direct_messages", "daily_budget_usd")}),
        (_("keys"), {"fields": ("keys", *credentials.FIELDS, "forget_keys")}),
        (
            _("standing"),
            {"fields": ("health", "last_answer_at", "last_error", "last_error_at", "failures", "not_before_at")},
        ),
    )

    @admin.display(description=_("keys"))
    def keys(self, handle: Handle) -> str:
        """Which keys are set; never their values."""
        try:
            held = credentials.for_handle(handle)
        except credentials.MissingCredentials:
            return str(_("sealed with a key we no longer have"))
        set_words, not_set = str(_("set")), str(_("not set"))
        reading, replying = (set_words if able else not_set for able in (held.can_read, held.can_reply))
        return _("reading: %(reading)s, replying: %(replying)s") % {"reading": reading, "replying": replying}

    def has_delete_permission(self, *_: object) -> bool:
        """A handle is switched off, never deleted: its ledger and its messages are history."""
        return False
