"""In the browser: a late case goes from desk to desk; the pages of the clock; the requester's yes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import feedback
from cases.escalation.sweep import sweep
from cases.models import Case
from cases.routing.ladder import Ladders, set_alarm
from cases.workflow import Closing, Outcome, Status
from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def plea(make_case: CaseMaker, cast: Cast) -> Case:
    """A critical case of noon, at meena's desk, on the clock."""
    case = make_case(at=NOON, officer=cast.meena, reference="BLS-7K3Q-9D")
    case.limits = Ladders.load().limits(case.urgency, case.need_id, case.district_id)
    set_alarm(case, NOON)
    case.save()
    return case


def test_a_late_case_goes_to_the_stand_in_and_then_to_the_collector(live: Live, cast: Cast, plea: Case) -> None:
    with live.at(NOON + timedelta(minutes=1)) as clock:
        desk = live.open(cast.meena, reverse("desk"))
        assert desk.locator(f"[data-case='{plea.reference}']").is_visible()
        clock.move_to(NOON + timedelta(minutes=6))
        sweep(timezone.now())
        desk = live.open(cast.ravi, reverse("desk"))
        card = desk.locator(f"[data-case='{plea.reference}']")
        assert card.is_visible()
        assert card.locator(".clock").get_attribute("data-state") == "late"
        assert "Ravi Tiwari" in card.inner_text()
        clock.move_to(NOON + timedelta(minutes=21))
        sweep(timezone.now())
        page = live.open(cast.collector, reverse("desk"), size="wide")
        assert "Asha Singh" in page.locator(f"[data-case='{plea.reference}']").inner_text()
        hers = live.open(cast.meena, reverse("case", args=[plea.reference]))
        assert "Asha Singh" in hers.locator("main").inner_text()
        timeline = hers.locator(".timeline").inner_text(timeout=5000)
        assert "collector" in timeline
        assert "not acknowledged, 1 min late" in timeline.lower()


@pytest.mark.parametrize(
    ("size", "language", "dark"), [("phone", "hi", False), ("wide", "en", True)], ids=["phone", "wide"]
)
def test_the_pages_of_the_clock_are_open_to_everybody(
    live: Live, cast: Cast, plea: Case, size: str, language: str, dark: bool
) -> None:
    with live.at(NOON + timedelta(minutes=21)):
        sweep(timezone.now())
        for name in ("clock", "misses"):
            page = live.open(cast.collector, reverse(name), size=size, language=language, dark=dark)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.locator("details.unprinted summary").first.click()
        page.locator("input[name=reason]").first.fill("नदी का पुल बंद था")
        page.locator("input[name=reason]").first.press("Enter")
        assert "नदी का पुल बंद था" in page.locator(".ledger-line__reason").inner_text()
        assert violations(page) == []


@pytest.mark.parametrize(
    ("size", "language", "dark"), [("phone", "hi", False), ("wide", "en", True)], ids=["phone", "wide"]
)
def test_the_requester_says_yes_with_two_taps(
    live: Live, cast: Cast, plea: Case, size: str, language: str, dark: bool
) -> None:
    with live.at(NOON + timedelta(minutes=30)):
        now = timezone.now()
        Case.objects.filter(pk=plea.pk).update(
            status=Status.RESOLVED, acknowledged_at=now, resolved_at=now, next_due_at=None, alarm_at=None,
            outcome=Outcome.HELPED,
        )  # fmt: skip
        number = plea.requester.phones.get().number
        page = live.open(None, reverse("status_of", args=[plea.reference]), size=size, language=language, dark=dark)
        assert violations(page) == []
        page.locator("input[name=digits]").fill("0000" if not number.endswith("0000") else "1111")
        page.locator("button[name=helped][value=yes]").click()
        assert page.locator(".field__error").is_visible()
        page.locator("input[name=digits]").fill(number[-4:])
        page.locator("button[name=helped][value=yes]").click()
        page.wait_for_url("**/answer/**")
        assert violations(page) == []
        plea.refresh_from_db()
        assert plea.closing == Closing.YES
        link = feedback.link(plea).split("/status/")[1]
        page = live.open(None, f"/status/{link}", size=size, language=language, dark=dark)
        page.locator("button[name=helped][value=no]").click()
        page.locator(".answer [role=status]").wait_for()
        assert violations(page) == []
    plea.refresh_from_db()
    assert plea.status == Status.IN_PROGRESS
