"""Pictures of a case: what is taken, what is refused, and that nothing of the camera stays in them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases import disclosures, photos
from cases.models import Case, Disclosure, Event, Photo
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", turned: int = 0) -> bytes:
    """A picture as a camera writes it, with its maker and where it was taken."""
    image, out = Image.new(mode, size, "red"), BytesIO()
    exif = Image.Exif()
    exif[MAKE] = "Camera of Rakesh"
    exif[GPS] = {1: "N", 2: (22.0, 4.0, 44.0), 3: "E", 4: (82.0, 8.0, 55.0)}
    if turned:
        exif[ORIENTATION] = turned
    image.save(out, kind, exif=exif)
    return out.getvalue()


def sent(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def add(case: Case, cast: Cast, *contents: bytes) -> photos.Added:
    return photos.add(case_id=case.pk, actor=cast.meena, files=[sent(one) for one in contents], at=timezone.now())


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")])
def test_a_picture_is_drawn_anew_without_a_trace_of_the_camera(
    cast: Cast, make_case: CaseMaker, kind: str, mode: str
) -> None:
    case = make_case(officer=cast.meena)
    assert add(case, cast, picture(kind, mode=mode)).refused == []
    photo = Photo.objects.get(case=case)
    for name in (str(photo.file.name), photos.small_name(photo)):
        with photo.file.storage.open(name) as file:
            content = file.read()
        kept = Image.open(BytesIO(content))
        assert (kept.format, dict(kept.getexif()), "exif" in kept.info) == ("JPEG", {}, False)
        assert b"Rakesh" not in content
    assert Event.objects.get(case=case).kind == "photo"


def test_a_large_picture_is_made_smaller_and_stands_upright(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture(size=(3000, 1500), turned=6))
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (1024, 2048)
    with photo.file.storage.open(photos.small_name(photo)) as file, Image.open(file) as small:
        assert small.size == (160, 320)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a picture"),
        (picture()[:200], "not a picture"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100, "HEIC"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(cast: Cast, make_case: CaseMaker, content: bytes, why: str) -> None:
    case = make_case(officer=cast.meena)
    assert why in add(case, cast, content).refused[0]
    assert not Photo.objects.exists()
    assert not Event.objects.exists()


def test_a_small_file_that_unfolds_to_a_huge_picture_is_refused(cast: Cast, make_case: CaseMaker) -> None:
    out = BytesIO()
    Image.new("1", (10_000, 9_000)).save(out, "PNG")
    assert "million pixels" in add(make_case(officer=cast.meena), cast, out.getvalue()).refused[0]
    out = BytesIO()
    Image.new("1", (8_000, 7_000)).save(out, "PNG")
    assert "million pixels" in add(make_case(officer=cast.meena), cast, out.getvalue()).refused[0]


def test_the_same_picture_is_kept_once_and_a_good_one_beside_a_bad_one(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    first = add(case, cast, picture(), b"nothing")
    assert (len(first.photos), len(first.refused)) == (1, 1)
    again = add(case, cast, picture())
    assert (again.photos, again.known) == ([], 1)
    assert Photo.objects.count() == 1


def test_a_case_holds_twenty(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for start in (0, 8):
        add(case, cast, *(picture(size=(10 + start + count, 10)) for count in range(8)))
    added = add(case, cast, *(picture(size=(30 + count, 10)) for count in range(6)))
    assert (len(added.photos), len(added.refused)) == (4, 2)
    assert case.photos.count() == 20


def test_only_who_works_the_case_sees_its_photo_and_no_browser_keeps_it(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = Client()
    browser.force_login(cast.meena)
    page = f"/cases/{case.reference}/photos/"
    assert browser.post(page, {"photos": [sent(picture())], "note": "the cylinder"}).url == page  # type: ignore[attr-defined]
    photo = Photo.objects.get()
    browser.post(f"{page}show/")
    assert "the cylinder" in browser.get(page).content.decode()
    for address in (f"{page}{photo.pk}/", f"{page}{photo.pk}/small/"):
        answer = browser.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert answer["Content-Disposition"].startswith("inline")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer.content[:3] == b"\xff\xd8\xff"
        stranger = Client()
        assert stranger.get(address).status_code == 302
        stranger.force_login(cast.anil)
        assert stranger.get(address).status_code == 404


def test_who_only_looks_adds_no_photo(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = Client()
    browser.force_login(cast.auditor)
    answer = browser.post(f"/cases/{case.reference}/photos/", {"photos": [sent(picture())]})
    assert answer.status_code == 403
    assert not Photo.objects.exists()


# --- Each look is written down ------------------------------------------------------------------------------


def browser_of(officer: Officer) -> Client:
    """Signed in, from an address of its own."""
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(officer)
    return client


def looks(case: Case) -> "QuerySet[Disclosure]":
    return Disclosure.objects.filter(case=case, detail=Disclosure.PHOTOS)


@pytest.mark.parametrize("who", ["meena", "sunita"])
def test_photos_are_shown_on_demand_and_the_look_is_written_down_once(
    cast: Cast, make_case: CaseMaker, who: str
) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture(), picture(size=(64, 48)))
    small = reverse("case_photo_small", args=[case.reference, case.photos.first().pk])  # type: ignore[union-attr]
    page, officer = reverse("case_photos", args=[case.reference]), getattr(cast, who)
    browser = browser_of(officer)
    before = browser.get(page).content.decode()
    assert "2 photos" in before
    assert "Show photos" in before
    assert "<img" not in before
    assert browser.get(small)["Location"] == page
    assert not looks(case).exists()

    for _tap in range(2):
        assert browser.post(f"{page}show/")["Location"] == page
        assert browser.get(page).content.decode().count("<img") == 2
        assert browser.get(small)["Content-Type"] == "image/jpeg"
    look = looks(case).get()
    assert (look.officer, look.kind, look.address) == (officer, "revealed", "203.0.113.9")


def test_a_look_ends_and_the_next_is_another_line(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture())
    page = reverse("case_photos", args=[case.reference])
    small = reverse("case_photo_small", args=[case.reference, case.photos.get().pk])
    browser = browser_of(cast.meena)
    browser.post(f"{page}show/")
    looks(case).update(at=timezone.now() - disclosures.A_LOOK_LASTS)
    assert "<img" not in browser.get(page).content.decode()
    assert browser.get(small).status_code == 302
    browser.post(f"{page}show/")
    assert looks(case).count() == 2


def test_with_a_script_only_the_pictures_are_drawn_so_that_typed_words_stay(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture())
    show = reverse("show_photos", args=[case.reference])
    part = browser_of(cast.meena).post(show, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div class="stack--tight" id="photos-seen">')
    assert "<img" in part
    assert looks(case).count() == 1


def test_a_look_at_photos_shows_no_number_and_the_other_way_round(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena, phone="9826155412")
    add(case, cast, picture())
    now = timezone.now()
    assert disclosures.look_at_photos(case, cast.sunita, now, None)
    assert not disclosures.is_revealed(case, cast.sunita, now)
    assert disclosures.reveal(case, cast.ravi, now, None)
    assert not disclosures.sees_photos_now(case, cast.ravi, now)
    assert not disclosures.sees_photos_now(make_case(officer=cast.meena), cast.sunita, now)
    disclosures.look(case, cast.meena, now, None)
    disclosures.look_at_photos(case, cast.meena, now, None)
    disclosures.look(case, cast.meena, now, None)
    assert Disclosure.objects.filter(case=case, officer=cast.meena).count() == 2


def test_an_auditor_reads_how_many_there_are_and_sees_none(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture())
    browser, page = browser_of(cast.auditor), reverse("case_photos", args=[case.reference])
    shown = browser.get(page).content.decode()
    assert "1 photo" in shown
    assert "Show photos" not in shown
    assert "Only those who work the case" in shown
    assert browser.post(f"{page}show/").status_code == 403
    Disclosure.objects.create(
        officer=cast.auditor, case=case, kind="revealed", detail=Disclosure.PHOTOS, at=timezone.now()
    )
    assert "<img" not in browser.get(page).content.decode()
    for name in ("case_photo", "case_photo_small"):
        assert browser.get(reverse(name, args=[case.reference, case.photos.get().pk])).status_code == 403
    assert looks(case).count() == 1


def test_where_there_is_no_photo_no_look_is_written_down(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    shown = browser_of(cast.meena).post(reverse("show_photos", args=[case.reference]), follow=True)
    assert "No photo yet." in shown.content.decode()
    assert not looks(case).exists()


def test_the_photo_of_another_case_is_not_opened_by_a_look_at_this_one(cast: Cast, make_case: CaseMaker) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    add(case, cast, picture())
    add(other, cast, picture())
    browser = browser_of(cast.meena)
    browser.post(reverse("show_photos", args=[case.reference]))
    other_photo = other.photos.get().pk
    assert browser.get(reverse("case_photo", args=[case.reference, other_photo])).status_code == 404
    assert browser.get(reverse("case_photo", args=[other.reference, other_photo])).status_code == 302


def test_the_book_says_that_photos_were_shown(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    add(case, cast, picture())
    browser_of(cast.meena).post(reverse("show_photos", args=[case.reference]))
    book = browser_of(cast.collector).get("/disclosures/").content.decode()
    assert "<td>Photos shown</td>" in book
    assert "<td>Number and name shown</td>" not in book
    assert case.reference in book
    assert "203.0.113.9" in book


# --- So much at a time -----------------------------------------------------------------------------------


def test_too_many_at_once_are_refused_beside_the_field_and_none_is_kept(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    files = [sent(picture(size=(10 + count, 10))) for count in range(photos.MOST_AT_ONCE + 1)]
    given = {"photos": files, "note": "the cylinders"}
    answer = browser_of(cast.meena).post(reverse("case_photos", args=[case.reference]), given)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was added: choose at most 10 photos at a time." in shown
    assert 'id="photo_photos_error"' in shown
    assert 'value="the cylinders"' in shown
    assert not Photo.objects.exists()
    assert len(add(case, cast, *(picture(size=(10 + count, 10)) for count in range(10))).photos) == 10


@pytest.mark.parametrize("count", [40, 101])  # at a hundred files Django itself refuses, in no words
def test_what_is_too_many_is_not_even_received(
    cast: Cast, make_case: CaseMaker, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    case, received = make_case(officer=cast.meena), []
    keep = MemoryFileUploadHandler.file_complete
    monkeypatch.setattr(
        MemoryFileUploadHandler, "file_complete", lambda self, size: (received.append(size), keep(self, size))[1]
    )
    files = [sent(b"x" * 10) for _one in range(count)]
    answer = browser_of(cast.meena).post(reverse("case_photos", args=[case.reference]), {"photos": files})
    assert answer.status_code == 422
    assert "choose at most 10 photos at a time" in answer.content.decode()
    assert len(received) <= photos.MOST_AT_ONCE


def test_files_too_large_together_are_not_received_to_the_end(
    cast: Cast, make_case: CaseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(officer=cast.meena)
    monkeypatch.setattr(photos, "LARGEST_TOGETHER_MB", 1)
    monkeypatch.setattr(photos, "add", None)  # would be no function to call
    files = [sent(b"x" * 400_000) for _one in range(3)]
    given = {"photos": files, "note": "the cylinders"}
    answer = browser_of(cast.meena).post(reverse("case_photos", args=[case.reference]), given)
    assert answer.status_code == 422
    assert "together these photos are larger than 1 MB" in answer.content.decode()
    assert 'value="the cylinders"' in answer.content.decode()
    assert len(answer.wsgi_request.FILES.getlist("photos")) == 2  # type: ignore[attr-defined]


def test_another_site_cannot_send_photos(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.meena)
    address = reverse("case_photos", args=[case.reference])
    assert browser.post(address, {"photos": [sent(picture())]}).status_code == 403
    assert not Photo.objects.exists()
    browser.get(address)
    given = {"photos": [sent(picture())], "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post(address, given).status_code == 302
    assert Photo.objects.count() == 1


def test_too_much_at_once_is_refused_before_anything_is_drawn(
    cast: Cast, make_case: CaseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(officer=cast.meena)
    one = picture()
    monkeypatch.setattr(photos, "LARGEST_TOGETHER_MB", (2 * len(one) - 1) / 1024 / 1024)
    with pytest.raises(photos.PhotoRefused, match="together"):
        add(case, cast, one, one)
    assert not Photo.objects.exists()
    monkeypatch.setattr(photos, "LARGEST_TOGETHER_MB", 2 * len(one) / 1024 / 1024)
    assert len(add(case, cast, one, picture(size=(64, 48))).photos) == 2
