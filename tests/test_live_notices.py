"""In a browser: the words of a notice with their preview and refusal, and an officer's own notices and channels."""

from typing import Any

from django.utils import timezone

from cases.models import Gateway, OfficerChannel, ReplyTemplate
from cases.notify import gateways
from cases.telling import Key, ToOfficer, tell_officers
from tests.live import LIVE, Live, live, violations

pytestmark = LIVE
__all__ = ["live"]


def looked_at(live: Live, officer: Any, path: str) -> list[str]:
    """What axe finds on a phone in Hindi, and wide, dark, in English."""
    phone = live.open(officer, path, size="phone", language="hi")
    wide = live.open(officer, path, size="wide", language="en", dark=True)
    found = violations(phone) + violations(wide)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return found


def test_words_are_previewed_while_they_are_typed_and_refused_with_a_number(live: Live, cast: Any) -> None:
    page = live.open(cast.sunita, "/texts/received/en/")
    field = page.get_by_label("Text")
    field.fill("We have it: {reference}")
    page.locator("#preview").get_by_text("We have it: BSP-7K3Q-9D").wait_for()
    field.fill("Call 98123 45678: {reference}")
    page.locator("#preview").get_by_text("no telephone number").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("no telephone number").first.wait_for()
    assert field.input_value() == "Call 98123 45678: {reference}"
    field.fill("We have it: {reference}")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The next notice uses these words.").wait_for()
    assert ReplyTemplate.objects.get(key="received", language="en").text == "We have it: {reference}"
    assert looked_at(live, cast.sunita, "/texts/received/en/") == []
    assert looked_at(live, cast.sunita, "/texts/") == []


def test_an_officer_reads_the_notices_and_chooses_the_channels(live: Live, cast: Any, make_case: Any) -> None:
    Gateway.objects.create(channel="sms", name="NIC", sealed_address=gateways.seal("json://127.0.0.1:9/?:to={to}"))
    case = make_case(officer=cast.meena)
    tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, "1")], timezone.now())
    page = live.open(cast.meena, "/me/notices/")
    page.get_by_label("SMS", exact=True).check()
    page.get_by_label("Number for SMS").fill("12")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet until").fill("06:00")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Give a mobile number of ten digits.").wait_for()
    assert page.get_by_label("Quiet from").input_value() == "22:00"
    page.get_by_label("Number for SMS").fill("98123 45678")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert OfficerChannel.objects.get(channel="sms").address == "+919812345678"
    assert looked_at(live, cast.meena, "/me/notices/") == []
    page.get_by_role("link", name="Oxygen, Bilha, Bilaspur").first.click()
    page.wait_for_url(f"**/cases/{case.reference}/")


def test_what_was_not_sent_is_settled(live: Live, cast: Any, make_case: Any) -> None:
    Gateway.objects.create(
        channel="sms", name="NIC", sealed_address=gateways.seal("x"), failures=3, last_error="error=503"
    )
    case = make_case(officer=cast.meena)
    tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, "1")], timezone.now())
    notice = cast.meena.notices.get()
    notice.channel, notice.state, notice.error = "sms", "failed", "error=400"
    notice.save()
    assert looked_at(live, cast.state_admin, "/outbox/") == []
    page = live.open(cast.operator, "/outbox/")
    page.get_by_role("button", name="Done by telephone").click()
    page.get_by_text("Noted: told by telephone.").wait_for()
    page.get_by_text("Everything went out.").wait_for()
