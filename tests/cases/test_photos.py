"""Pictures of a case: what is taken, what is refused, and that nothing of the camera stays in them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases import photos
from cases.models import Case, Event, Photo
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
    added = add(case, cast, *(picture(size=(10 + count, 10)) for count in range(22)))
    assert (len(added.photos), len(added.refused)) == (20, 2)


def test_only_who_sees_the_case_sees_its_photo_and_no_browser_keeps_it(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = Client()
    browser.force_login(cast.meena)
    page = f"/cases/{case.reference}/photos/"
    assert browser.post(page, {"photos": [sent(picture())], "note": "the cylinder"}).url == page  # type: ignore[attr-defined]
    photo = Photo.objects.get()
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
