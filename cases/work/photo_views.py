"""Journey 4: photos of a case: added from a phone's camera, shown to who works the case, each look written down."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from cases import access, disclosures
from cases import photos as pictures
from cases.actions import MoveRefused
from cases.intake.fields import PlainText
from cases.models import Case, Photo
from cases.references import in_address
from cases.work.gate import OfficerRequest, officer_page
from cases.work.photo_upload import Quota
from helpdesk.throttle import client_address


class PhotoForm(forms.Form):
    """What the pictures show; the pictures themselves are read by `cases.photos`."""

    note = PlainText(label=gettext_lazy("What do they show?"), max_length=pictures.LONGEST_NOTE, required=False)

    def __init__(self, typed: QueryDict | None = None) -> None:
        super().__init__(typed, auto_id="photo_%s")


@csrf_exempt  # its check reads the whole request: `_sent_photos` makes it, when the quota stands
@officer_page
@vary_on_headers("HX-Request")
def photos(request: OfficerRequest, reference: str) -> HttpResponse:
    """How many pictures there are, those of a look that goes on, and the form to add some."""
    found = _case(request, reference)
    if request.method != "POST":
        return _shown(request, found, PhotoForm(), [])
    refusal = Quota(request).take(request)
    if refusal:  # nothing is written, so nothing is to be protected
        return _shown(request, found, PhotoForm(request.POST), [refusal])
    return _sent_photos(request, found)


@csrf_protect
def _sent_photos(request: OfficerRequest, found: Case) -> HttpResponse:
    form = PhotoForm(request.POST)
    files = request.FILES.getlist("photos")
    if not files or not form.is_valid():
        return _shown(request, found, form, [] if files else [_("Choose a photo first.")])
    return _added(request, found, form, files)


@officer_page
@require_POST
def show_photos(request: OfficerRequest, reference: str) -> HttpResponse:
    """The pictures, for some minutes; that they were looked at is written down first."""
    found = _case(request, reference)
    if not disclosures.look_at_photos(found, request.user, timezone.now(), client_address(request)):
        raise PermissionDenied
    if request.htmx:
        return render(request, "work/_photos_seen.html", _seen(request, found))
    return redirect("case_photos", reference=found.reference)


def _case(request: OfficerRequest, reference: str) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user).for_cards(), reference=in_address(reference))


def _added(request: OfficerRequest, found: Case, form: PhotoForm, files: "Sequence[File[Any]]") -> HttpResponse:
    note = form.cleaned_data["note"]
    try:
        added = pictures.add(case_id=found.pk, actor=request.user, files=files, at=timezone.now(), note=note)
    except Case.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        if refused.code == "not_permitted":
            raise PermissionDenied from refused
        return _shown(request, found, form, [refused.message])
    except pictures.PhotoRefused as refused:
        return _shown(request, found, form, [refused.message])
    if added.refused:
        return _shown(request, found, form, added.refused, _said(added) if added.photos else "")
    if request.htmx:
        return _shown(request, found, PhotoForm(), [], _said(added))
    messages.success(request, _said(added))
    return redirect("case_photos", reference=found.reference)


def _said(added: pictures.Added) -> str:
    if not added.photos:
        return _("These photos are here already.")
    return ngettext("%(n)d photo added.", "%(n)d photos added.", len(added.photos)) % {"n": len(added.photos)}


def _shown(request: OfficerRequest, found: Case, form: PhotoForm, errors: list[str], said: str = "") -> HttpResponse:
    page = _seen(request, found) | {
        "form": form,
        "errors": errors,
        "said": said,
        "adds": pictures.may_add(request.user, found),
        "largest": pictures.LARGEST_MB,
        "at_once": pictures.MOST_AT_ONCE,
        "together": pictures.LARGEST_TOGETHER_MB,
        "most": pictures.MOST_PER_CASE,
        "title": _("Photos"),
        "part": "work/_photos.html",
    }
    template = "work/_photos.html" if request.htmx else "work/more.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or form.errors else HTTPStatus.OK
    return render(request, template, page, status=status)


def _seen(request: OfficerRequest, found: Case) -> dict[str, Any]:
    """Whether there are pictures is no secret among officers; what they show is, and who took them when."""
    looks = disclosures.sees_photos_now(found, request.user, timezone.now())
    shown = list(found.photos.select_related("officer").order_by("-at", "-pk")) if looks else []
    count = len(shown) if looks else found.photos.count()
    return {
        "case": found,
        "photos": shown,
        "count": count and ngettext("%(n)d photo", "%(n)d photos", count) % {"n": count},
        "may_look": access.sees_photos(request.user, found),
    }


@officer_page
@require_GET
def photo(request: OfficerRequest, reference: str, photo_id: int) -> HttpResponse:
    """One picture."""
    return _picture(request, reference, photo_id, lambda found: str(found.file.name))


@officer_page
@require_GET
def small_photo(request: OfficerRequest, reference: str, photo_id: int) -> HttpResponse:
    """The same, small enough for a slow network."""
    return _picture(request, reference, photo_id, pictures.small_name)


def _picture(request: OfficerRequest, reference: str, photo_id: int, name: Callable[[Photo], str]) -> HttpResponse:
    """The picture while the look goes on that was written down; later, the page that asks again."""
    case = get_object_or_404(Case.objects.visible_to(request.user), reference=in_address(reference))
    found = get_object_or_404(case.photos, pk=photo_id)
    if not access.sees_photos(request.user, case):
        raise PermissionDenied
    if not disclosures.sees_photos_now(case, request.user, timezone.now()):
        return redirect("case_photos", reference=case.reference)
    return _sent(found, name(found))


def _sent(found: Photo, name: str) -> HttpResponse:
    """Never kept by a browser or a proxy (`officer_page` says so), never taken for anything but a picture."""
    try:
        file = found.file.storage.open(name)
    except FileNotFoundError as lost:
        raise Http404 from lost
    with file:  # a few hundred kilobytes: drawn anew, it is never larger
        answer = HttpResponse(file.read(), content_type="image/jpeg")
    answer["Content-Disposition"] = f'inline; filename="{found.digest[:12]}.jpg"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
