"""The collector's office: makes a sheet's files from its content, once; a sheet without them stands as issued."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from cases.models import Review
from cases.reports.review import fonts, paper, workbook
from cases.reports.review.content import Content

logger = logging.getLogger(__name__)
LOOKED_AT = timedelta(days=7)  # a font that is missing for longer is missed by nobody
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
    """Sheets whose files could not be made when they were issued and can be now."""
    lacking = Q(xlsx=None) if fonts.problem() else Q()
    unfinished = Q(xlsx=None) | Q(pdf_en=None) | Q(pdf_hi=None)  # as the index of them says it
    lately = Review.objects.filter(unfinished, lacking, issued_at__gte=at - LOOKED_AT)
    return list(lately.order_by("pk").values_list("pk", flat=True))


def _make(review: Review, name: str) -> bool:
    """One file failing keeps no other from being made."""
    try:
        body, more = _bytes(review.content, name)
    except fonts.NoFont as error:
        logger.error("Review sheet %d: %s", review.pk, error)
        return False
    except Exception:
        logger.exception("Review sheet %d: %s could not be made.", review.pk, name)
        return False
    return bool(Review.objects.filter(pk=review.pk, **{name: None}).update(**{name: body}, **more))


def _bytes(content: Content, name: str) -> tuple[bytes, dict[str, str]]:
    if name == "xlsx":
        return workbook.made(content), {}
    return paper.made(content, PDFS[name]), {"made_with": fonts.made_with(fonts.folder())}
