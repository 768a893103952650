"""What a case's own page shows of the doctors: that they were asked and called, never what was said."""

from typing import Any

from django import template

from cases import access
from cases.models import Case

register = template.Library()


@register.inclusion_tag("consult/_of_case.html", takes_context=True)
def consultations_of(context: template.RequestContext, case: Case) -> dict[str, Any]:
    """`{% consultations_of case %}`: the case's calls with their doctors, where there are any; one query."""
    officer = context["request"].user
    rows = list(case.consultations.select_related("doctor", "follows").order_by("-asked_at", "-pk"))
    for one in rows:
        one.case = case
    return {
        "rows": [(one, access.reads_consultation(officer, one)) for one in rows],
        "may_cancel": bool(rows) and access.may_ask_doctor(officer, case),
        "csrf_token": context.get("csrf_token", ""),
    }
