"""The collector's office, pages of the reviews: the list, one sheet as it was issued, its files, a sheet in between."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Act
from cases.escalation.doors import for_who_may
from cases.filters import MomentField
from cases.models import Review, ReviewMail, ReviewRecipient
from cases.reports.review import decisions, files, fonts, issuing, mailing
from cases.reports.review.forms import DecisionForm, DoneForm
from cases.reports.review.laying import file_name, laid_out
from cases.reports.review.marks import older_than, written
from cases.reports.review.places import choices, here, may_hold, may_read, place_from, place_of, read_by
from cases.reports.scopes import Scope
from districts.models import Officer
from helpdesk.enqueue import after_commit

PAGE = 20
ISSUE = "cases.reports.tasks.issue_review"
WAITED_FOR = timedelta(minutes=2)
FILES = {
    "pdf_hi": ("hi.pdf", "application/pdf"),
    "pdf_en": ("en.pdf", "application/pdf"),
    "xlsx": ("xlsx", mailing.XLSX),
}


def reader_of(request: HttpRequest) -> Officer:
    """Who is signed in."""
    return cast(Officer, request.user)


def asked_place(request: HttpRequest) -> Scope:
    """The place the address or the form names, else the reader's widest; Http404 for one that is not the reader's."""
    reader, text = reader_of(request), request.POST.get("place") or request.GET.get("place") or ""
    place = place_from(text) if text else next(iter(choices(reader)), None)
    if place is None or not may_read(reader, place):
        raise Http404
    return place


def held_place(request: HttpRequest) -> Scope:
    """The same, for who is in charge of it."""
    place = asked_place(request)
    if not may_hold(reader_of(request), place):
        raise PermissionDenied(_("Your posting does not allow this."))
    return place


@require_safe
@for_who_may(Act.READ_REPORTS)
def review_list(request: HttpRequest) -> HttpResponse:
    """The sheets of a place, the newest first, and what is still to be done there."""
    place, now = asked_place(request), timezone.now()
    waited = _waited_for(request.GET.get("wait", ""), place, now)
    if isinstance(waited, Review):
        return redirect("review", waited.pk)
    rows = list(_lines(place, request.GET.get("before", ""))[: PAGE + 1])
    shown = {
        "place": place,
        "places": choices(reader_of(request)),
        "rows": rows[:PAGE],
        "open_decisions": decisions.open_of(place, now),
        "now": now,
        "may_hold": may_hold(reader_of(request), place),
        "waited": waited,
        "next_url": f"?place={place.text}&before={written(rows[PAGE - 1])}" if len(rows) > PAGE else "",
        "newer_url": f"?place={place.text}" if request.GET.get("before") else "",
        "done_form": DoneForm(auto_id=False),
    }
    return render(request, "reports/review/list.html", shown)


def _lines(place: Scope, mark: str) -> "QuerySet[Any, Any]":
    """Without the sheets themselves: a list reads what it shows."""
    found: QuerySet[Any, Any] = Review.objects.filter(here(place), older_than(mark)).order_by("-held_at", "-pk")
    figures = {"time": F("content__time"), "figures": F("content__figures"), "misses": F("content__misses__count")}
    has = {f"has_{name}": Q(**{f"{name}__isnull": False}) for name in FILES}
    lines: QuerySet[Any, Any] = found.annotate(**figures, **has).values("pk", "held_at", "issued_at", *figures, *has)
    return lines


def _waited_for(text: str, place: Scope, now: datetime) -> Review | str:
    """The sheet asked for a moment ago, or 'soon' as long as it may still come, 'late' when it does not; else ''."""
    try:
        moment = MomentField(required=False).clean(text)
    except ValidationError:
        moment = None
    if moment is None:
        return ""
    found = Review.objects.filter(here(place), held_at=moment).only("pk").first()
    return found or ("soon" if now - moment < WAITED_FOR else "late")


@require_POST
@for_who_may(Act.HOLD_REVIEW)
def issue(request: HttpRequest) -> HttpResponse:
    """Have a sheet of this moment drawn up; the list waits for it."""
    place, held_at = held_place(request), issuing.asked_for_at(timezone.now())
    after_commit(ISSUE, place.text, held_at.isoformat(), None)
    wait = timezone.localtime(held_at).strftime("%Y-%m-%dT%H:%M:%S%z").replace("+", "%2B")
    return redirect(f"{reverse('reviews')}?place={place.text}&wait={wait}")


def seen_review(request: HttpRequest, review_id: int) -> Review:
    """The sheet, of a place of the reader's; without its files."""
    rows = Review.objects.filter(read_by(reader_of(request))).select_related("state", "district__state")
    has = {f"has_{name}": Q(**{f"{name}__isnull": False}) for name in FILES}
    return get_object_or_404(rows.defer(*FILES).annotate(**has), pk=review_id)


@require_safe
@for_who_may(Act.READ_REPORTS)
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """The sheet as issued; below it what is decided over it, and who got it."""
    found = seen_review(request, review_id)
    return review_page(request, found, _empty_form(found))


def _empty_form(found: Review) -> DecisionForm:
    due = issuing.next_due(timezone.now())
    return DecisionForm(place=place_of(found), initial={"due_by": due})


def review_page(request: HttpRequest, found: Review, form: DecisionForm) -> HttpResponse:
    """The page with this form of a decision, filled in wrongly when it is bound."""
    place, now = place_of(found), timezone.now()
    made = list(decisions.made_over(found))
    shown = {
        "review": found,
        "place": place,
        "sheet": laid_out(found.content),
        "made": made,
        "before": [row for row in decisions.open_of(place, now) if row.review_id != found.pk],
        "now": now,
        "may_hold": may_hold(reader_of(request), place),
        "form": form,
        "done_form": DoneForm(auto_id=False),
        "mails": _mails(found, place),
        **_files(found),
    }
    code = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "reports/review/review.html", shown, status=code)


def _mails(found: Review, place: Scope) -> list[dict[str, Any]]:
    """Each address of the list with what became of its mail; addresses that have left the list keep theirs."""
    sent = {mail.address: mail for mail in ReviewMail.objects.filter(review=found).order_by("address")}
    listed = ReviewRecipient.objects.filter(here(place), is_active=True).order_by("address")
    on_list = {one.address: one for one in listed}
    addresses = sorted({*sent, *on_list})
    return [{"address": one, "mail": sent.get(one), "recipient": on_list.get(one)} for one in addresses]


def _files(found: Review) -> dict[str, Any]:
    ready = {name: bool(getattr(found, f"has_{name}")) for name in FILES}
    has_all, is_late = all(ready.values()), not files.is_new(found.issued_at, timezone.now())
    return {"ready": ready, "has_all": has_all, "is_late": is_late, "font_problem": "" if has_all else fonts.problem()}


@require_safe
@for_who_may(Act.READ_REPORTS)
def review_files(request: HttpRequest, review_id: int) -> HttpResponse:
    """The links to the files: asked again by the page as long as they are being made."""
    found = seen_review(request, review_id)
    return render(request, "reports/review/_files.html", {"review": found, **_files(found)})


@require_safe
@for_who_may(Act.READ_REPORTS)
def review_file(request: HttpRequest, review_id: int, column: str) -> HttpResponse:
    """One of the files, byte for byte as it was made."""
    ending, kind = FILES[column]
    rows = Review.objects.filter(read_by(reader_of(request)), **{f"{column}__isnull": False})
    found = get_object_or_404(rows.only(column, "content"), pk=review_id)
    answer = HttpResponse(bytes(getattr(found, column)), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found.content, ending)}"'
    return answer


@require_POST
@for_who_may(Act.HOLD_REVIEW)
def decide(request: HttpRequest, review_id: int) -> HttpResponse:
    """A decision or a remark over this sheet."""
    found = held_review(request, review_id)
    form = DecisionForm(request.POST, place=place_of(found))
    if not form.is_valid():
        return review_page(request, found, form)
    answers, by = form.cleaned_data, reader_of(request)
    made = decisions.decide(found, answers["text"], answers["officer"], answers["due_by"], by=by, at=timezone.now())
    told = (
        _("Kept. %(officer)s is told.") % {"officer": made.officer.label} if made.officer else _("The remark is kept.")
    )
    messages.success(request, told)
    return redirect(f"{reverse('review', args=[found.pk])}#decisions")


@require_POST
@for_who_may(Act.HOLD_REVIEW)
def send(request: HttpRequest, review_id: int) -> HttpResponse:
    """Send it again: to one address of the list, or to all of them."""
    found = held_review(request, review_id)
    listed = ReviewRecipient.objects.filter(here(place_of(found)), is_active=True)
    wanted = [request.POST["to"]] if request.POST.get("to") else list(listed.values_list("address", flat=True))
    if mailing.send_again(found, wanted, timezone.now()):
        messages.success(request, _("The sheet is being sent."))
    else:
        messages.info(request, _("Nobody is on the list."))
    return redirect(f"{reverse('review', args=[found.pk])}#mails")


def held_review(request: HttpRequest, review_id: int) -> Review:
    """The sheet, for who is in charge of its place."""
    found = seen_review(request, review_id)
    if not may_hold(reader_of(request), place_of(found)):
        raise PermissionDenied(_("Your posting does not allow this."))
    return found
