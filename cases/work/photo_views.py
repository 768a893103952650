"""Journey 4: photos of a case: added from a phone's camera, shown only to who may see the case."""

from collections.abc import Sequence
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
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from cases.actions import MoveRefused
from cases.intake.fields import PlainText
from cases.models import Case, Photo
from cases.photos import LARGEST_MB, LONGEST_NOTE, MOST_PER_CASE, Added, add, may_add, small_name
from cases.references import in_address
from cases.work.gate import OfficerRequest, officer_page


class PhotoForm(forms.Form):
    """What the pictures show; the pictures themselves are read by `cases.photos`."""

    note = PlainText(label=gettext_lazy("What do they show?"), max_length=LONGEST_NOTE, required=False)

    def __init__(self, typed: QueryDict | None = None) -> None:
        super().__init__(typed, auto_id="photo_%s")


@officer_page
@vary_on_headers("HX-Request")
def photos(request: OfficerRequest, reference: str) -> HttpResponse:
    """The pictures so far, and the form to add some."""
    found = get_object_or_404(Case.objects.visible_to(request.user).for_cards(), reference=in_address(reference))
    form = PhotoForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _shown(request, found, form, [])
    files = request.FILES.getlist("photos")
    if not files or not form.is_valid():
        return _shown(request, found, form, [] if files else [_("Choose a photo first.")])
    return _added(request, found, form, files)


def _added(request: OfficerRequest, found: Case, form: PhotoForm, files: "Sequence[File[Any]]") -> HttpResponse:
    note = form.cleaned_data["note"]
    try:
        added = add(case_id=found.pk, actor=request.user, files=files, at=timezone.now(), note=note)
    except Case.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        if refused.code == "not_permitted":
            raise PermissionDenied from refused
        return _shown(request, found, form, [refused.message])
    if added.refused:
        return _shown(request, found, form, added.refused, _said(added) if added.photos else "")
    if request.htmx:
        return _shown(request, found, PhotoForm(), [], _said(added))
    messages.success(request, _said(added))
    return redirect("case_photos", reference=found.reference)


def _said(added: Added) -> str:
    if not added.photos:
        return _("These photos are here already.")
    return ngettext("%(n)d photo added.", "%(n)d photos added.", len(added.photos)) % {"n": len(added.photos)}


def _shown(request: OfficerRequest, found: Case, form: PhotoForm, errors: list[str], said: str = "") -> HttpResponse:
    page = {
        "case": found,
        "photos": list(found.photos.select_related("officer").order_by("-at", "-pk")),
        "form": form,
        "errors": errors,
        "said": said,
        "adds": may_add(request.user, found),
        "largest": LARGEST_MB,
        "most": MOST_PER_CASE,
        "title": _("Photos"),
        "part": "work/_photos.html",
    }
    template = "work/_photos.html" if request.htmx else "work/more.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or form.errors else HTTPStatus.OK
    return render(request, template, page, status=status)


@officer_page
@require_GET
def photo(request: OfficerRequest, reference: str, photo_id: int) -> HttpResponse:
    """One picture."""
    found = _found(request, reference, photo_id)
    return _sent(found, str(found.file.name))


@officer_page
@require_GET
def small_photo(request: OfficerRequest, reference: str, photo_id: int) -> HttpResponse:
    """The same, small enough for a slow network."""
    found = _found(request, reference, photo_id)
    return _sent(found, small_name(found))


def _found(request: OfficerRequest, reference: str, photo_id: int) -> Photo:
    seen = Case.objects.visible_to(request.user).filter(reference=in_address(reference))
    return get_object_or_404(Photo.objects.filter(case__in=seen), pk=photo_id)


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
