"""Journey 5: the forms of the outbox's pages: a text's words, an officer's channels and quiet hours."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import BY_GATEWAY, Channel, OfficerChannel, QuietHours, ReplyTemplate
from cases.notify import wording
from cases.notify.private import international
from districts.models import Officer

_MOBILE = re.compile(r"\+91[6-9]\d{9}")
_TELEGRAM = re.compile(r"-?\d{5,15}|@[A-Za-z]\w{4,31}")
_PHONES = frozenset({Channel.SMS, Channel.WHATSAPP})


class WordsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words of one text in one language."""

    class Meta:
        model = ReplyTemplate
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["lang"] = self.instance.language

    def clean_text(self) -> str:
        """What wording.check lets pass."""
        text: str = self.cleaned_data["text"].strip()
        wording.check(self.instance.key, self.instance.language, text)
        return text


class ChannelsForm(forms.Form):
    """One switch and one address for each channel that a gateway of the office serves; and quiet hours."""

    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput)
    quiet_until = forms.TimeField(label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput)

    def __init__(self, *args: Any, officer: Officer, served: list[str], **kwargs: Any) -> None:
        self.officer, self.served = officer, [str(c) for c in BY_GATEWAY if c in served]
        self.rows = {row.channel: row for row in OfficerChannel.objects.filter(officer=officer)}
        self.quiet = QuietHours.objects.filter(officer=officer).first()
        super().__init__(*args, **kwargs)
        for name in ("quiet_from", "quiet_until"):
            self.fields[name].widget.input_type = "time"
            self.fields[name].widget.format = "%H:%M"
            self.fields[name].initial = getattr(self.quiet, name, None)
        for channel in self.served:
            self._add(channel)
        push = self.rows.get(Channel.PUSH)
        self.fields["push_on"] = forms.BooleanField(
            label=Channel.PUSH.label, required=False, initial=push.is_on if push else True
        )

    def _add(self, channel: str) -> None:
        row, label = self.rows.get(channel), Channel(channel).label
        own = {Channel.SMS: self.officer.phone, Channel.WHATSAPP: self.officer.phone, Channel.EMAIL: self.officer.email}
        self.fields[f"{channel}_on"] = forms.BooleanField(label=label, required=False, initial=bool(row and row.is_on))
        typed = "tel" if channel in _PHONES else "email" if channel == Channel.EMAIL else "text"
        self.fields[f"{channel}_address"] = forms.CharField(
            label=_("Number for %(channel)s") % {"channel": label}
            if channel in _PHONES
            else _("Address for %(channel)s") % {"channel": label},
            required=False,
            max_length=200,
            initial=(row.address if row else "") or own.get(Channel(channel), ""),
            help_text=_("The number of the chat, or @name; write to the office's bot first.")
            if channel == Channel.TELEGRAM
            else "",
            widget=forms.TextInput(attrs={"autocomplete": "off", "type": typed}),
        )

    def channels(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each channel with its switch and its address, for the page."""
        return [(channel, self[f"{channel}_on"], self[f"{channel}_address"]) for channel in self.served]

    def clean(self) -> dict[str, Any]:
        """An address that is on must be one; quiet hours need both ends."""
        given = super().clean() or self.cleaned_data
        for channel in self.served:
            try:
                given[f"{channel}_address"] = self._address(channel, given)
            except ValidationError as error:
                self.add_error(f"{channel}_address", error)
        if bool(given.get("quiet_from")) != bool(given.get("quiet_until")) and not self.errors:
            self.add_error("quiet_until", _("Give both times, or neither."))
        if given.get("quiet_from") and given.get("quiet_from") == given.get("quiet_until"):
            self.add_error("quiet_until", _("The two times are the same."))
        return given

    def _address(self, channel: str, given: dict[str, Any]) -> str:
        typed = str(given.get(f"{channel}_address") or "").strip()
        if not typed:
            if given.get(f"{channel}_on"):
                raise ValidationError(_("Without it nothing can reach you this way."))
            return ""
        if channel in _PHONES:
            number = international(typed)
            if not _MOBILE.fullmatch(number):
                raise ValidationError(_("Give a mobile number of ten digits."))
            return number
        if channel == Channel.EMAIL:
            validate_email(typed)
        elif not _TELEGRAM.fullmatch(typed):
            raise ValidationError(_("Give the number of the chat, or @name."))
        return typed

    def save(self) -> None:
        """Keep the rows; what was never on and has no address needs none."""
        given = self.cleaned_data
        for channel in (*self.served, Channel.PUSH.value):
            is_on, address = bool(given.get(f"{channel}_on")), given.get(f"{channel}_address") or ""
            row = self.rows.get(channel)
            if row is None and not is_on and not address and channel != Channel.PUSH:
                continue
            row = row or OfficerChannel(officer=self.officer, channel=channel)
            if row.pk is None or (row.is_on, row.address) != (is_on, address):
                row.is_on, row.address = is_on, address
                row.save()
        self._save_quiet(given)

    def _save_quiet(self, given: dict[str, Any]) -> None:
        if not given.get("quiet_from"):
            QuietHours.objects.filter(officer=self.officer).delete()
            return
        times = {"quiet_from": given["quiet_from"], "quiet_until": given["quiet_until"]}
        QuietHours.objects.update_or_create(officer=self.officer, defaults=times)
