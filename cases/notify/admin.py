"""Journey 5: words of notices and gateways in the admin. What a gateway's address holds goes in and never comes out."""

from typing import Any
from urllib.parse import urlsplit

import apprise
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from cases.models import Channel, Gateway, ReplyTemplate
from cases.notify import gateways
from cases.notify.forms import WordsForm


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """The words of notices; each exists once per language, and is changed, not added or deleted."""

    form = WordsForm
    list_display = ("key", "language", "text")
    readonly_fields = ("key", "language")

    def has_add_permission(self, *_: object) -> bool:
        """All of them exist."""
        return False

    def has_delete_permission(self, *_: object) -> bool:
        """A case without its reply's words could not be answered."""
        return False


class GatewayForm(forms.ModelForm):  # type: ignore[type-arg]
    """The address is a password field that starts empty: an empty one keeps what is set."""

    address = forms.CharField(
        label=_("apprise address"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=_("With {to} where the number or address stands, or {number} for ten digits without +91."),
    )

    class Meta:
        model = Gateway
        fields = ("channel", "name", "state", "district", "is_active")

    def clean_address(self) -> str:
        """Something that apprise can use, with a place for the recipient."""
        address: str = self.cleaned_data["address"].strip()
        if not address:
            if not self.instance.sealed_address:
                raise forms.ValidationError(_("Without an address it carries nothing."))
            return ""
        if gateways.TO not in address and gateways.NUMBER not in address:
            raise forms.ValidationError(_("The address must contain {to} or {number}."))
        tried = address.replace(gateways.TO, _SAMPLES.get(self.data.get("channel", ""), _NUMBER))
        if apprise.Apprise.instantiate(tried.replace(gateways.NUMBER, "9876543210")) is None:
            raise forms.ValidationError(_("apprise does not know such an address."))
        return address

    def clean(self) -> dict[str, Any]:
        """The district lies in the state."""
        answers = super().clean() or self.cleaned_data
        district, state = answers.get("district"), answers.get("state")
        if district and state and district.state_id != state.pk:
            self.add_error("district", _("This district is in another state."))
        return answers

    def save(self, commit: bool = True) -> Gateway:
        """Seal what was typed; a changed gateway is tried at once."""
        gateway: Gateway = super().save(commit=False)
        if self.cleaned_data["address"]:
            gateway.sealed_address = gateways.seal(self.cleaned_data["address"])
        gateway.failures, gateway.not_before_at = 0, None
        if commit:
            gateway.save()
        return gateway


_NUMBER = "%2B919876543210"
_SAMPLES = {Channel.EMAIL.value: "a%40b.example", Channel.TELEGRAM.value: "123456789"}


@admin.register(Gateway)
class GatewayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What carries a channel; health is shown, not edited."""

    form = GatewayForm
    list_display = ("name", "channel", "state", "district", "is_active", "kept", "failures", "not_before_at")
    list_filter = ("channel", "is_active")
    list_select_related = ("state", "district")
    readonly_fields = ("kept", "failures", "not_before_at", "last_error")
    fields = ("channel", "name", "state", "district", "is_active", "kept", "address", *readonly_fields[1:])

    @admin.display(description=_("address"))
    def kept(self, gateway: Gateway) -> str:
        """Which kind of address is set; never the address."""
        if not gateway.sealed_address:
            return str(_("not set"))
        try:
            return f"{urlsplit(gateways.opened(gateway)).scheme}://…"
        except gateways.Unsealable:
            return str(_("sealed with a key we no longer have"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Gateways cost money and speak for the office: a superuser keeps them."""
        return bool(request.user.is_superuser)
