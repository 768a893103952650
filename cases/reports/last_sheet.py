"""What was open and late at the last review: known from its sheet, because the figures tell only what is so now."""

from datetime import datetime, timedelta

from cases.models import Review
from cases.reports.scopes import Scope

NAMES = ("open_now", "late_now")
_SO_OLD = timedelta(days=1)  # an older sheet is no longer "the last review"


def figures(scope: Scope, at: datetime) -> dict[str, float]:
    """Both figures of a state, a district, or a block (it stands on its district's sheet); {} without a sheet."""
    if not scope.level:
        return {}
    of_block = scope.level == "b"
    place = scope.above[-1] if of_block else scope
    own = {"district": place.area} if place.level == "d" else {"state": place.area, "district": None}
    part = "content__below" if of_block else "content__figures"
    sheets = Review.objects.filter(**own, held_at__lte=at, held_at__gt=at - _SO_OLD).order_by("-held_at")
    found = sheets.values_list(part, flat=True).first()
    if found is None:
        return {}
    if of_block:  # a block without a figure has no line
        found = next((line["figures"] for line in found if line["key"] == scope.area), {name: [0] for name in NAMES})
    return {name: found[name][0] for name in NAMES if found.get(name) and found[name][0] is not None}
