"""The collector's reviews: sheets frozen as issued, what was decided over them, who gets them, and what is in store."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.work import SupplyKind
from districts.models import District, Officer, State
from districts.models.geography import Named


def _by_place(table: str, moment: str) -> list[models.Index]:
    """For the lists of a district and of a state, by time."""
    return [models.Index(fields=[of, moment], name=f"{table}_{of}_idx") for of in ("district", "state")]


class ReviewTime(Named):
    """When a review is held every day (Asia/Kolkata), in every district and for the state."""

    at = models.TimeField(_("time"), unique=True)
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("time of a review")
        verbose_name_plural = _("times of reviews")
        ordering = ["at"]


class Review(models.Model):
    """One sheet as issued: `content` is all that page, PDF and XLSX say; the files are kept as they were made.

    A sheet of a whole state has no district.
    """

    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(_("review of"), help_text="the moment the figures are of")
    since = models.DateTimeField(_("since"), help_text="the review before; what changed is counted from there")
    issued_at = models.DateTimeField(_("issued"))
    content = models.JSONField()
    pdf_en = models.BinaryField(null=True)
    pdf_hi = models.BinaryField(null=True)
    xlsx = models.BinaryField(null=True)
    made_with = models.CharField(max_length=100, blank=True, help_text="the typesetter's and the fonts' versions")

    class Meta:
        verbose_name = _("review sheet")
        verbose_name_plural = _("review sheets")
        ordering = ["-held_at", "-pk"]
        indexes = [
            *_by_place("review", "held_at"),
            models.Index(
                fields=["issued_at"],
                condition=Q(pdf_en=None) | Q(pdf_hi=None) | Q(xlsx=None),
                name="review_without_files_idx",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "held_at"], condition=Q(district__isnull=False), name="review_once_in_district"
            ),
            models.UniqueConstraint(
                fields=["state", "held_at"], condition=Q(district=None), name="review_once_in_state"
            ),
            models.CheckConstraint(condition=Q(since__lt=F("held_at")), name="review_has_a_span"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id or self.state_id} {self.held_at:%d-%m-%Y %H:%M}"


class Decision(models.Model):
    """What was decided (or only remarked) in a review; one with an officer is open until it is done, and stands on
    every sheet till then."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="decisions")
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("decision or remark"))
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("who does it")
    )
    due_by = models.DateTimeField(_("due by"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    done_note = models.CharField(_("what was done"), max_length=500, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["made_at", "pk"]
        indexes = [
            *_by_place("decision", "made_at"),
            models.Index(
                fields=["officer", "due_by"], condition=Q(done_at=None, officer__isnull=False), name="decision_open_idx"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_by=None) | Q(officer__isnull=False), name="decision_due_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="decision_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ReviewRecipient(models.Model):
    """An address that gets the sheets of a district, or of the state (no district), by e-mail."""

    state = models.ForeignKey(State, models.PROTECT, related_name="+", verbose_name=_("state"))
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    address = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=[("hi", "हिन्दी"), ("en", "English")], default="hi")
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("recipient of review sheets")
        verbose_name_plural = _("recipients of review sheets")
        ordering = ["state", "district", "address"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "address"], condition=Q(district__isnull=False), name="recipient_once_in_district"
            ),
            models.UniqueConstraint(
                fields=["state", "address"], condition=Q(district=None), name="recipient_once_in_state"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class ReviewMail(models.Model):
    """One sheet to one address: sent once in effect, tried again after an error that passes."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="mails")
    address = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sheet by e-mail")
        verbose_name_plural = _("sheets by e-mail")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="review_mail_due_idx")
        ]
        constraints = [models.UniqueConstraint(fields=["review", "address"], name="review_mail_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.address}"


class Stock(models.Model):
    """What somebody counted in store: the last line of a kind is what is known. Append-only."""

    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    kind = models.ForeignKey(SupplyKind, models.PROTECT, related_name="+", verbose_name=_("what"))
    quantity = models.PositiveIntegerField(_("how many"))
    at = models.DateTimeField(_("counted"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["district", "kind", "at"], name="stock_district_idx")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.kind_id} {self.quantity}"
