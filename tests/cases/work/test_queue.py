"""The queue's parts: together they are what an officer may see, and no case stands in two of them."""

from itertools import chain

import pytest
from django.db.models import Q

from cases.models import Case
from cases.work.queue import Tab, cases_of
from cases.workflow import Status
from districts.models import Officer, Posting, Role
from tests.conftest import CaseMaker, Cast


@pytest.fixture
def everywhere(cast: Cast, make_case: CaseMaker) -> None:
    """A case for every way in which one can lie in a scope, or beyond it."""
    ours, other = make_case.map, {"district": make_case.map.raipur, "block": make_case.map.dharsiwa}
    for officer in (None, cast.meena, cast.sunita, cast.state_admin):
        for place in (
            {}, {"block": ours.kota}, {"block": None}, other, {"district": None, "block": None},
            {"state": None, "district": None, "block": None},
            {"state": ours.rj, "district": ours.jaipur, "block": None},
        ):  # fmt: skip
            make_case(officer=officer, status=Status.ASSIGNED if officer else Status.NEW, **place)


def check(officer: Officer) -> None:
    """Every tab, against the one gate."""
    seen = Case.objects.visible_to(officer).open()
    wanted = {
        Tab.MINE: seen.filter(officer=officer),
        Tab.AREA: seen,
        Tab.REVIEW: seen.filter(Q(status="new") | Q(status="needs_review") | Q(status="awaiting_info")),
    }
    for tab, cases in wanted.items():
        found = [case.pk for case in chain.from_iterable(cases_of(tab, officer))]
        assert len(found) == len(set(found))
        assert set(found) == {case.pk for case in cases}


@pytest.mark.usefixtures("everywhere")
def test_the_parts_are_what_each_may_see(cast: Cast) -> None:
    for officer in vars(cast).values():
        check(officer)


@pytest.mark.usefixtures("everywhere")
def test_the_parts_of_several_postings_share_no_case(cast: Cast, make_case: CaseMaker) -> None:
    ours = make_case.map
    Posting.objects.create(officer=cast.meena, role=Role.OPERATOR, state=ours.cg, district=ours.raipur)
    Posting.objects.create(officer=cast.meena, role=Role.DOCTOR, state=ours.cg, district=ours.bilaspur, block=ours.kota)
    Posting.objects.create(officer=cast.sunita, role=Role.OPERATOR, state=ours.rj)
    Posting.objects.create(officer=cast.state_admin, role=Role.STATE_ADMIN, state=ours.rj)
    for officer in (cast.meena, cast.sunita, cast.state_admin):
        check(officer)


@pytest.mark.usefixtures("everywhere")
def test_who_is_posted_nowhere_sees_nothing_and_a_superuser_everything(cast: Cast) -> None:
    nobody = Officer.objects.create_user("nobody")
    check(nobody)
    assert not any(part.exists() for part in cases_of(Tab.AREA, nobody))
    check(Officer.objects.create_superuser("root"))
