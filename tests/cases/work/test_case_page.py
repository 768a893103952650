"""The case page: the plea with its marks, the facts, the timeline; who sees it and what of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Event, Message
from cases.workflow import Status
from districts.models import Officer
from tests.cases.work.conftest import HTMX
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]
AddPlea = Callable[..., Message]
PLEA = "@BilaspurDist माँ को ऑक्सीजन चाहिए, तिफरा, 98261 55412, तुरंत 🙏"


def page(browser: Client, reference: str) -> str:
    response = browser.get(f"/cases/{reference}/")
    assert response.status_code == 200
    return response.content.decode()


def test_what_was_understood_is_marked_in_the_plea_and_explained(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea
) -> None:
    case = make_case(officer=cast.meena)
    add_plea(case, PLEA, ("ऑक्सीजन", "need", "names oxygen"), ("तिफरा", "place", "locality in Bilha"))
    shown = page(browser_of(cast.meena), case.reference)
    assert '<mark class="mark mark--need" tabindex="0" title="names oxygen"' in shown
    assert 'aria-description="locality in Bilha">तिफरा</mark>' in shown
    legend = shown.split('class="legend"')[1].split("</ul>")[0]
    assert "what is needed" in legend
    assert "phone" not in legend


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> ऑक्सीजन", '"><img src=x onerror=alert(1)> ऑक्सीजन', "\u202eऑक्सीजन\u202c 🙏🏽"]
)
def test_hostile_text_and_reasons_stay_text(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea, text: str
) -> None:
    case = make_case(officer=cast.meena)
    add_plea(case, text, ("ऑक्सीजन", "need", '"><script>alert(2)</script>'))
    shown = page(browser_of(cast.meena), case.reference)
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert ">ऑक्सीजन</mark>" in shown


@pytest.mark.parametrize(
    "reading",
    [None, {}, {"spans": None}, {"spans": ["x", 7]}, {"spans": [{"start": -9, "end": 9**9, "field": "need"}]}],
)
def test_a_broken_reading_never_hides_the_plea(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea, reading: object
) -> None:
    case = make_case(officer=cast.meena)
    add_plea(case, "help us please", reading=reading)
    assert "help us please" in page(browser_of(cast.meena), case.reference)


def test_every_message_that_joined_is_shown(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea
) -> None:
    case = make_case(officer=cast.meena)
    add_plea(case, "first plea")
    add_plea(case, "second plea of a neighbour", result="joined")
    shown = page(browser_of(cast.meena), case.reference)
    assert shown.index("first plea") < shown.index("second plea of a neighbour")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        *(("meena", True), ("ravi", True), ("sunita", True), ("collector", True), ("operator", True), ("doctor", True)),
        *(("state_operator", True), ("auditor", True), ("anil", False), ("other_collector", False)),
    ],
)
def test_who_sees_a_case_of_bilha(browser_of: Browser, cast: Cast, make_case: CaseMaker, who: str, sees: bool) -> None:
    case = make_case(officer=cast.meena)
    status = browser_of(getattr(cast, who)).get(f"/cases/{case.reference}/").status_code
    assert status == (200 if sees else 404)


def test_whole_numbers_are_only_for_who_may_work_the_case(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea
) -> None:
    case = make_case(officer=cast.meena, phone="9826155412")
    add_plea(case, PLEA, ("98261 55412", "phone", "a mobile number"))
    assert "tel:+919826155412" in page(browser_of(cast.meena), case.reference)  # she holds it
    for worker in (cast.operator, cast.collector, cast.doctor):  # doctors advise by telephone
        browser = browser_of(worker)
        before = page(browser, case.reference)
        assert "9826155412" not in before
        assert "98261 55412" not in before
        browser.post(f"/cases/{case.reference}/reveal/")
        assert "tel:+919826155412" in page(browser, case.reference)
    browser_of(cast.auditor).post(f"/cases/{case.reference}/reveal/")
    shown = page(browser_of(cast.auditor), case.reference)
    assert "9826155412" not in shown
    assert "98261 55412" not in shown
    assert "•••••••412" in shown
    assert "••••• ••412" in shown


@pytest.mark.parametrize(
    ("status", "first"), [("assigned", "acknowledge/"), ("acknowledged", "tel:+91"), ("in_progress", "#move-resolve")]
)
def test_the_bar_offers_the_next_move(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, status: str, first: str
) -> None:
    acknowledged = None if status == "assigned" else timezone.now()
    case = make_case(officer=cast.meena, status=status, acknowledged_at=acknowledged)
    bar = page(browser_of(cast.meena), case.reference).split('class="bar unprinted"')[1]
    assert first in bar.split("button--primary")[0].split("bar")[-1] or first in bar.split("button--primary")[1][:60]


def test_a_case_that_waits_for_its_place_offers_to_set_it(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(status=Status.NEEDS_REVIEW, officer=cast.operator, review_reason="unknown_place")
    bar = page(browser_of(cast.operator), case.reference).split('class="bar unprinted"')[1]
    assert f"/cases/{case.reference}/place/" in bar.split("button--primary")[1][:80]


def test_an_auditor_is_offered_no_move(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    shown = page(browser_of(cast.auditor), case.reference)
    assert 'method="post"' not in shown.split("<main")[1]
    assert 'class="bar' not in shown


def test_the_timeline_says_who_did_what_newest_first(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    now = timezone.now()
    Event.objects.create(case=case, at=now - timedelta(minutes=2), kind="opened", to_status="new", is_public=True)
    Event.objects.create(case=case, at=now, kind="note", actor=cast.ravi, note="<b>called</b> the hospital")
    timeline = page(browser_of(cast.meena), case.reference).split('class="timeline"')[1]
    assert timeline.index("Ravi Tiwari") < timeline.index("Opened")
    assert "&lt;b&gt;called&lt;/b&gt; the hospital" in timeline


def test_possible_places_are_one_tap_each(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    kota = {"state": 22, "district": 375, "block": 3607, "place": None, "label": "Kota, Bilaspur", "label_hi": "कोटा"}
    case = make_case(
        status=Status.NEEDS_REVIEW,
        officer=cast.operator,
        review_reason="ambiguous_place",
        candidates=[kota | {"reason": "Kota", "reason_kind": "block"}, {"label": "somewhere", "district": None}],
    )
    shown = page(browser_of(cast.operator), case.reference)
    assert "Several places fit the words" in shown
    assert shown.count('class="candidate"') == 1
    assert "Kota (block)" in shown


def test_htmx_gets_the_case_without_the_frame(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    response = browser_of(cast.meena).get(f"/cases/{case.reference}/", headers=HTMX)
    assert response.content.decode().startswith('<article class="case')
    assert "HX-Request" in response.headers["Vary"]


def test_a_reference_in_other_writing_leads_to_the_case(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case(officer=cast.meena, reference="BLS-7K3Q-9D")
    assert browser_of(cast.meena).get("/cases/bls7k3q9d/").url == "/cases/BLS-7K3Q-9D/"


def test_an_unknown_reference_is_a_plain_404(browser_of: Browser, cast: Cast) -> None:
    response = browser_of(cast.meena).get("/cases/BLS-AAAA-AA/")
    assert response.status_code == 404
    assert "This page was not found" in response.content.decode()


@pytest.mark.parametrize("address", ["/cases/%00/", "/cases/BSP-7K3Q%00-9D/acknowledge/"])
def test_a_reference_that_no_database_would_compare_is_a_plain_404(
    browser_of: Browser, cast: Cast, address: str
) -> None:
    assert browser_of(cast.meena).get(address).status_code == 404


def test_the_page_costs_the_same_for_a_long_history(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, add_plea: AddPlea, django_assert_max_num_queries
) -> None:
    case = make_case(officer=cast.meena)
    browser = browser_of(cast.meena)

    def cost() -> int:
        with django_assert_max_num_queries(16) as captured:
            page(browser, case.reference)
        return len(captured)

    add_plea(case, "one")
    Event.objects.create(case=case, at=timezone.now(), kind="note", actor=cast.ravi, note="one")
    page(browser, case.reference)  # the first look of the day is written down
    short = cost()
    for count in range(30):
        add_plea(case, f"plea {count}")
        Event.objects.create(case=case, at=timezone.now(), kind="note", actor=cast.anil, to_officer=cast.ravi)
    assert cost() == short
