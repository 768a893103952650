"""Journey 5: the bell of the desk's header: how many notices the officer has not seen."""

from typing import Any

from django import template

from cases.notify.inbox import MOST_COUNTED, unseen_count
from districts.models import Officer

register = template.Library()


@register.inclusion_tag("notify/_bell.html", takes_context=True)
def notice_bell(context: template.RequestContext) -> dict[str, Any]:
    """A link to the officer's notices with the count of the unseen; nothing for who is not signed in. One query."""
    officer = context["request"].user
    count = unseen_count(officer) if isinstance(officer, Officer) else 0
    shown = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
    return {"officer": officer if isinstance(officer, Officer) else None, "count": count, "shown": shown}
