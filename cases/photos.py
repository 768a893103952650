"""Pictures of a case: checked by what is in them, drawn anew so that nothing of the camera is left, stored once."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from cases import access
from cases.models import Case, Event, Photo
from cases.plain import plain
from cases.step import MoveRefused, Step
from cases.workflow import Move
from districts.models import Officer

LARGEST_MB = 10
MOST_PIXELS = 50_000_000  # what a small file can unfold to before the memory of the server is at risk
MOST_PER_CASE = 20
# Of one request: each picture is unfolded and drawn anew while the officer, and one of few web processes, waits.
MOST_AT_ONCE = 10
LARGEST_TOGETHER_MB = 40
LARGE, SMALL = 2048, 320
LONGEST_NOTE = 200
_FORMATS = ("JPEG", "PNG", "WEBP")
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError)


class PhotoRefused(Exception):
    """The file is no picture that can be kept; `message` says why in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, large and small, as JPEG; `digest` is of the file as it was sent."""

    large: bytes
    small: bytes
    width: int
    height: int
    digest: str


@dataclass(slots=True)
class Added:
    """What became of the files: photos kept, those that were there already, and why others were refused."""

    photos: list[Photo] = field(default_factory=list)
    known: int = 0
    refused: list[str] = field(default_factory=list)


def add(*, case_id: int, actor: Officer, files: "Sequence[File[Any]]", at: datetime, note: str = "") -> Added:
    """Keep what can be kept. Raises Case.DoesNotExist, MoveRefused when the posting does not allow it, or PhotoRefused
    when too much was sent at once: then nothing is kept."""
    check_amount(files)
    added = Added()
    pictures = list(_pictures(files, added))  # before the case is locked: drawing takes a while
    with transaction.atomic():
        case = Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case_id)
        if not may_add(actor, case):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        there = set(case.photos.values_list("digest", flat=True))
        for picture in pictures:
            _keep(case, actor, picture, there, added, at, plain(note)[:LONGEST_NOTE])
        if added.photos:
            step = Step(case, actor, at, "\n".join([str(len(added.photos)), plain(note)[:LONGEST_NOTE]]).strip())
            step.record(Event.Kind.PHOTO, case.status, case.officer_id)
    return added


def check_amount(files: "Sequence[File[Any]]") -> None:
    """Whether so many and so large files are taken in one request. Raises PhotoRefused."""
    if len(files) > MOST_AT_ONCE:
        raise PhotoRefused(too_many_at_once())
    if sum(file.size or 0 for file in files) > LARGEST_TOGETHER_MB * 1024 * 1024:
        raise PhotoRefused(too_large_together())


def too_many_at_once() -> str:
    """Why nothing was kept."""
    return _("Nothing was added: choose at most %(most)d photos at a time.") % {"most": MOST_AT_ONCE}


def too_large_together() -> str:
    """Why nothing was kept."""
    return _("Nothing was added: together these photos are larger than %(most)d MB. Send fewer at a time.") % {
        "most": LARGEST_TOGETHER_MB
    }


def may_add(actor: Officer, case: Case) -> bool:
    """Who may write a note may add a picture."""
    return access.may(actor, Move.NOTE, case)


def small_name(photo: Photo) -> str:
    """Where the small version lies."""
    return f"{str(photo.file.name).removesuffix('.jpg')}.small.jpg"


def _pictures(files: "Iterable[File[Any]]", added: Added) -> Iterable[Picture]:
    for file in files:
        try:
            yield read(file)
        except PhotoRefused as refused:
            added.refused.append(f"{plain(file.name or '')[:60]}: {refused.message}")


def _keep(case: Case, actor: Officer, picture: Picture, there: set[str], added: Added, at: datetime, note: str) -> None:
    if picture.digest in there:
        added.known += 1
        return
    if len(there) >= MOST_PER_CASE:
        added.refused.append(_("A case holds %(most)d photos at most.") % {"most": MOST_PER_CASE})
        return
    there.add(picture.digest)
    photo = Photo(
        case=case, officer=actor, at=at, width=picture.width, height=picture.height, digest=picture.digest, note=note
    )
    photo.file.save(f"{uuid.uuid4().hex}.jpg", ContentFile(picture.large), save=False)
    photo.file.storage.save(small_name(photo), ContentFile(picture.small))
    photo.save()
    added.photos.append(photo)


def read(file: "File[Any]") -> Picture:
    """The picture in a file, whatever its name says. Raises PhotoRefused."""
    if (file.size or 0) > LARGEST_MB * 1024 * 1024:
        raise PhotoRefused(_("larger than %(most)d MB") % {"most": LARGEST_MB})
    sent = file.read()
    try:
        with Image.open(BytesIO(sent), formats=_FORMATS) as image:
            return _drawn(image, hashlib.sha256(sent).hexdigest())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PhotoRefused(_too_many_pixels()) from bomb
    except _UNREADABLE as error:
        raise PhotoRefused(_no_picture(sent)) from error


def _too_many_pixels() -> str:
    return _("more than %(most)d million pixels") % {"most": MOST_PIXELS // 1_000_000}


def _no_picture(sent: bytes) -> str:
    """Phones of one maker save pictures in a format that browsers elsewhere cannot show."""
    if sent[4:8] == b"ftyp":
        return _("HEIC pictures cannot be shown everywhere: set the camera to “Most compatible” (JPEG), or send a JPEG")
    return _("not a picture that can be read: JPEG, PNG or WebP")


def _drawn(image: Image.Image, digest: str) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise PhotoRefused(_too_many_pixels())
    image.draft("RGB", (LARGE, LARGE))  # a JPEG is then unfolded only as far as needed
    upright = _on_white(ImageOps.exif_transpose(image))
    large, small = _at_most(upright, LARGE), _at_most(upright, SMALL)
    return Picture(_as_jpeg(large), _as_jpeg(small), large.width, large.height, digest)


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency, which JPEG does not know."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    return image.convert("RGB")


def _at_most(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side))
    return copy


def _as_jpeg(image: Image.Image) -> bytes:
    """Only the picture itself: no EXIF, no profile, no comment is handed over."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = BytesIO()
    bare.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return out.getvalue()
