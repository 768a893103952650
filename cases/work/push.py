"""Journey 4: messages to the officer's own phone or computer: allow them in this browser, take them back."""

from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from cases.models import PushSubscription
from cases.push_services import is_push_service
from cases.work.gate import OfficerRequest, officer_page

MOST = 10  # of one officer; the oldest goes
_SCRIPT = "js/sw.js"


class SubscriptionForm(forms.Form):
    """What the browser gives out (RFC 8030, RFC 8291): where to call, and the keys to seal with."""

    endpoint = forms.CharField(max_length=500)
    p256dh = forms.RegexField(r"^[A-Za-z0-9_=-]{40,120}$")
    auth = forms.RegexField(r"^[A-Za-z0-9_=-]{8,60}$")

    def clean_endpoint(self) -> str:
        """Only a push service's address."""
        endpoint = str(self.cleaned_data["endpoint"])
        if not is_push_service(endpoint):
            raise forms.ValidationError(_("This browser's push service is not one that this office allows."))
        return endpoint


@officer_page
@require_POST
def subscribe(request: OfficerRequest) -> HttpResponse:
    """This browser takes messages for this officer; a browser handed on takes them for its new one only."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=422)
    officer, answers = request.user, form.cleaned_data
    keys = {"p256dh": answers["p256dh"], "auth": answers["auth"]}
    PushSubscription.objects.update_or_create(
        endpoint=answers["endpoint"],
        defaults={"officer": officer, "language": get_language() or officer.language, **keys},
    )
    kept = officer.push_subscriptions.order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST]
    officer.push_subscriptions.exclude(pk__in=list(kept)).delete()
    return HttpResponse(status=204)


@officer_page
@require_POST
def unsubscribe(request: OfficerRequest) -> HttpResponse:
    """This browser takes no messages any more."""
    request.user.push_subscriptions.filter(endpoint=request.POST.get("endpoint", "")[:500]).delete()
    return HttpResponse(status=204)


@require_GET
@cache_control(no_cache=True)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """The script that shows messages while no page is open. It must stand at the root to serve the whole site."""
    found = finders.find(_SCRIPT)
    script = Path(str(found)).read_text(encoding="utf-8")
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": "/"})
