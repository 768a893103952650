"""The desk's frame: who is signed in, where posted, and the doors open to them."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import access
from cases.workflow import Status
from districts.models import Officer, Posting

register = template.Library()


def _doors(officer: Officer) -> list[tuple[str, str]]:
    """(URL name, word) of each page the officer may open, in the order of the day's work."""
    doors = [("desk", _("Desk")), ("case_list", _("Cases")), ("offers", _("Offers"))]
    if access.may_take_calls(officer):
        doors += [("telephone", _("Telephone")), ("handles", _("Handles"))]
    if access.may_read_reports(officer):
        doors += [("report_today", _("Reports"))]
    return doors


def _where(posting: Posting) -> str:
    area = posting.block or posting.district or posting.state
    return f"{posting.get_role_display()}, {area.label}"


def _link(name: str, word: str, path: str) -> dict[str, Any]:
    href = reverse(name)
    return {"href": href, "word": word, "is_here": path == href or (name == "case_list" and path.startswith(href))}


@register.inclusion_tag("components/desk_header.html", takes_context=True)
def desk_header(context: template.RequestContext) -> dict[str, Any]:
    """The header of an officer's page; nothing but the brand for who is not signed in."""
    request = context["request"]
    officer = request.user
    frame = {"request": request, "csrf_token": context.get("csrf_token", ""), "officer": officer, "links": []}
    frame |= {name: context.get(name, "") for name in ("office_name", "office_name_hi", "emblem_url", "helpline")}
    if officer.is_authenticated:
        frame |= {"links": [_link(name, word, request.path) for name, word in _doors(officer)]}
        frame |= {"postings": [_where(posting) for posting in access.postings(officer)]}
    return frame


@register.filter
def status_word(status: str) -> str:
    """A status for the reader; as it is when no such status exists any more."""
    return str(Status(status).label) if status in Status.values else status
