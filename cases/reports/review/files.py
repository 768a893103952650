"""The collector's office: makes a sheet's files from its content, once; a sheet without them stands as issued."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from cases.models import Review
from cases.reports.review import fonts, paper, workbook
from cases.reports.review.content import Content

logger = logging.getLogger(__name__)
LOOKED_AT = timedelta(days=7)  # a font that is missing for longer is missed by nobody
NEW_FOR = timedelta(minutes=10)  # what fails at every look till then fails for a reason: mails wait no longer
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PDFS = {"pdf_en": "en", "pdf_hi": "hi"}


def make(review_id: int) -> list[str]:
    """Make what is not there yet; the columns that were filled. What is there stays as it is, byte for byte."""
    review = Review.objects.filter(pk=review_id).first()
    if review is None:
        return []
    made = [name for name in ("xlsx", *PDFS) if getattr(review, name) is None and _make(review, name)]
    if made:
        logger.info("Review sheet %d: %s made.", review_id, ", ".join(made))
    return made


def waiting(at: datetime) -> list[int]:
    """Sheets whose files are to be tried again in this minute: new ones always, as is what waited for a font that has
    come now; what fails for another reason in one minute of each hour."""
    has_font = not fonts.problem()
    lacking = Q() if has_font else Q(xlsx=None)
    unfinished = Q(xlsx=None) | Q(pdf_en=None) | Q(pdf_hi=None)  # as the index of them says it
    lately = Review.objects.filter(unfinished, lacking, issued_at__gte=at - LOOKED_AT).order_by("pk")
    return [
        pk
        for pk, issued_at, typesetter in lately.values_list("pk", "issued_at", "made_with")
        if is_new(issued_at, at) or (has_font and not typesetter) or (at - issued_at) % HOUR < MINUTE
    ]


def is_new(issued_at: datetime, at: datetime) -> bool:
    """Whether its files may still be on their way."""
    return at - issued_at < NEW_FOR


def _make(review: Review, name: str) -> bool:
    """One file failing keeps no other from being made."""
    try:
        if name in PDFS and not review.made_with:
            _begin(review)
        body, more = _bytes(review.content, name)
    except fonts.NoFont as error:
        logger.error("Review sheet %d: %s", review.pk, error)
        return False
    except Exception:
        logger.exception("Review sheet %d: %s could not be made.", review.pk, name)
        return False
    return bool(Review.objects.filter(pk=review.pk, **{name: None}).update(**{name: body}, **more))


def _begin(review: Review) -> None:
    """Before the first PDF, also if it fails or takes its worker along: this sheet waits for no font. Raises NoFont."""
    review.made_with = fonts.made_with(fonts.folder())
    Review.objects.filter(pk=review.pk, made_with="").update(made_with=review.made_with)


def _bytes(content: Content, name: str) -> tuple[bytes, dict[str, str]]:
    if name == "xlsx":
        return workbook.made(content), {}
    return paper.made(content, PDFS[name]), {"made_with": fonts.made_with(fonts.folder())}
