"""axe-core finds no fault with any page: every address that answers with a page, as somebody who may open it.

Each in one of the four looks in turn (phone and wide, Hindi and English, light and dark); the pages of each area are
looked at in more of them by the area's own browser tests.
"""

from itertools import cycle

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from cases.reports import rollups
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations
from tests.role_world import ARGUMENTS, NO_PLACE, OWN, Sample, World
from tests.test_roles import EXPECTED, PAGES, YES, Page

pytestmark = LIVE
LOOKS = [("phone", "hi", False), ("wide", "en", True), ("phone", "en", True), ("wide", "hi", False)]
FIRST_ASKED = ("nobody", "district_nodal", "doctor", "nodal_officer", "operator", "collector", "state_admin")
PARTS = 6
# Swagger's own page.
NOT_OURS = {"api_docs", "schema", "api_schema", "docs"}


def opener(page: Page) -> str:
    """A role that the table lets in; '' for what is only sent to."""
    row = EXPECTED.get((page.name, "GET", OWN if page.arguments else NO_PLACE), {})
    return next((who for who in FIRST_ASKED if row.get(who) == YES), "")


def address(page: Page, who: str, world: World) -> str:
    """Where the page is, for something of the officer's own place."""
    sample = Sample(world, who, OWN if page.arguments else NO_PLACE, page.name)
    filled = {name: ARGUMENTS[name](sample) for name in page.arguments if name not in dict(page.fixed)}
    path = reverse(page.url_name, kwargs=filled | dict(page.fixed)) + sample.query
    sample.prepare()
    return path


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_fault(live: Live, cast: Cast, small_map: Map, make_case: CaseMaker, part: int) -> None:
    world = World(cast, small_map, make_case)
    rollups.catch_up(timezone.now())
    looks, looked_at = cycle(LOOKS), 0
    for page in [one for one in PAGES if opener(one) and one.url_name not in NOT_OURS][part::PARTS]:
        who = opener(page)
        Authenticator.objects.all().delete()  # the samples of several pages set one up
        path = address(page, who, world)
        answer = world.browsers[who].get(path)
        if answer.status_code != 200 or not answer.getvalue().lstrip().startswith(b"<!doctype html>"):
            continue  # a fragment, a file, a redirect
        size, language, dark = next(looks)
        shown = live.open(world.officers[who], path, size=size, language=language, dark=dark)
        assert violations(shown) == [], f"{page.name} {path}"
        assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.name} {path}"
        shown.context.close()
        looked_at += 1
    assert looked_at >= 5
