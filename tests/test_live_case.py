"""The case page in a browser: acknowledged to resolved with one thumb, a photo, an undo, two officers at once."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from cases.models import Case, Disclosure, Message, Photo
from cases.workflow import Status
from tests.browsing import hindi
from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
PLEA = "माँ को ऑक्सीजन चाहिए, तिफरा, 98261 55412, तुरंत"
GPS = 0x8825


def plead(case: Case) -> None:
    now = timezone.now()
    Message.objects.create(
        channel="x", external_id=str(case.pk), author_username="rakesh_y", author_name="Rakesh Yadav", text=PLEA,
        posted_at=now, received_at=now, state="read", read_at=now, result="opened", case=case, reading={"spans": []},
    )  # fmt: skip


def photo_with_place() -> bytes:
    out, exif = BytesIO(), Image.Exif()
    exif[GPS] = {1: "N", 2: (22.0, 4.0, 44.0)}
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def is_on_first_screen(page: Page, selector: str) -> bool:
    box: Any = page.locator(f"{selector} >> visible=true").first.bounding_box()
    assert box is not None, selector
    size: Any = page.viewport_size
    return bool(
        box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] + box["width"] <= size["width"]
    )


def test_a_case_is_acknowledged_worked_and_resolved_on_a_phone_in_hindi(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena, phone="9826155412")
    plead(case)
    page = live.open(cast.meena, f"/cases/{case.reference}/", language="hi")
    page.set_viewport_size({"width": 360, "height": 740})
    for first in (".case__title", ".case__head .clock", ".case__where", ".case__who", ".next a[href^='tel:']",
                  ".next a[href^='https://wa.me/919826155412?text=']", ".next a[href^='https://www.google.com/maps/']",
                  ".bar .button--primary"):  # fmt: skip
        assert is_on_first_screen(page, first), first
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []

    page.locator(".bar form[action$='/acknowledge/'] button").click()
    expect(page.locator("#case")).to_contain_text(hindi("Acknowledged", "status"))
    page.locator("#move-resolve summary").click()
    resolve = page.locator("#move-resolve form")
    resolve.locator("input[name=outcome]").first.check()
    resolve.locator("input[name=canned]").first.click()
    expect(resolve.locator("textarea")).to_have_value("सिलेंडर घर पहुँचाया।")
    resolve.locator("button[type=submit]").click()
    expect(page.locator("#case")).to_have_attribute("data-status", "resolved")
    case.refresh_from_db()
    assert (case.status, case.resolution) == (Status.RESOLVED, "सिलेंडर घर पहुँचाया।")
    assert violations(page) == []


def test_a_photo_loses_its_place_and_a_move_is_taken_back_on_a_wide_screen(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    plead(case)
    page = live.open(cast.meena, f"/cases/{case.reference}/", size="wide", dark=True)
    page.locator("#more-photos > summary").click()
    page.locator("#photos input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo_with_place()}
    )
    page.locator("#photos button[type=submit]").click()
    expect(page.locator("#photos img")).to_have_count(0)
    page.locator("#photos-seen button").click()
    expect(page.locator("#photos img")).to_have_count(1)
    assert Disclosure.objects.filter(officer=cast.meena, case=case, detail=Disclosure.PHOTOS).count() == 1
    photo = Photo.objects.get()
    with photo.file.open() as file, Image.open(file) as kept:
        assert GPS not in kept.getexif()

    page.locator(".next form[action$='/acknowledge/'] button").click()
    undo = page.locator(".undo")
    expect(undo).to_contain_text("Acknowledged")
    assert violations(page) == []
    undo.locator("button").click()
    expect(page.locator("#case")).to_have_attribute("data-status", "assigned")
    for name in ("place", "supply", "join", "hand_over"):  # fetched when they are opened
        page.locator(f"#move-{name} > summary").click()
        expect(page.locator(f"#move-{name} form")).to_be_visible()
    assert violations(page) == []


def test_the_second_officer_is_told_who_was_first_and_a_number_is_shown_on_demand(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena, phone="9826155412")
    plead(case)
    first = live.open(cast.meena, f"/cases/{case.reference}/")
    second = live.open(cast.ravi, f"/cases/{case.reference}/")
    expect(second.locator("#case")).not_to_contain_text(re.compile("98261 ?55412"))
    second.locator(".next form[action$='/reveal/'] button").click()
    expect(second.locator(".next a[href='tel:+919826155412']")).to_be_visible()
    assert Disclosure.objects.filter(officer=cast.ravi, case=case).count() == 1

    first.locator(".bar form[action$='/acknowledge/'] button").click()
    expect(first.locator("#case")).to_have_attribute("data-status", "acknowledged")
    second.locator(".bar form[action$='/acknowledge/'] button").click()
    expect(second.locator("#refusal")).to_contain_text("Meena Sahu")
    case.refresh_from_db()
    assert case.officer == cast.meena


@pytest.mark.parametrize("part", ["place", "more/near", "more/people", "photos", "supply"])
def test_without_a_script_everything_is_a_page(live: Live, cast: Cast, make_case: CaseMaker, part: str) -> None:
    case = make_case(officer=cast.meena)
    plead(case)
    make_case(officer=cast.meena)
    page = live.open(cast.meena, f"/cases/{case.reference}/{part}/", language="hi")
    assert violations(page) == []
