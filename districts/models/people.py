"""Who: officers, where they are posted, and their hours of duty."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from districts.models.geography import Block, District, State

EVERY_DAY = 0b1111111


class Role(models.TextChoices):
    """What an officer is, at the place of the posting."""

    NODAL_OFFICER = "nodal_officer", _("nodal officer")
    DISTRICT_NODAL = "district_nodal", _("district nodal officer")
    COLLECTOR = "collector", _("collector")
    OPERATOR = "operator", _("control-room operator")
    DOCTOR = "doctor", _("doctor")
    STATE_ADMIN = "state_admin", _("state administrator")
    AUDITOR = "auditor", _("auditor")


class Officer(AbstractUser):
    """A login that is posted somewhere."""

    name_hi = models.CharField(_("name in Hindi"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=[("hi", "हिन्दी"), ("en", "English")], default="hi")

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def label(self) -> str:
        """The Hindi name for a Hindi reader where there is one, else the name."""
        return self.name_hi if self.name_hi and get_language() == "hi" else str(self)


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings by time."""

    def current(self, on: Any = None) -> "PostingQuerySet":
        """Those in force on a date (default today in Asia/Kolkata), of officers who may sign in."""
        day = on or timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, officer__is_active=True)

    def in_charge(self, officer: Officer, on: Any = None) -> "PostingQuerySet":
        """Those the officer answers for on a date: their own, and those of officers on leave whom they replace."""
        day = on or timezone.localdate()
        replaced = Leave.objects.on(day).filter(replacement=officer).values("officer")
        return self.current(day).filter(Q(officer=officer) | Q(officer__in=replaced))


class Posting(models.Model):
    """Standing charge of a place: the whole state, one district, or one block.

    A posting without shifts is on duty round the clock; with shifts, only in them.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="postings", verbose_name=_("officer"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    state = models.ForeignKey(State, models.PROTECT, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    needs = models.JSONField(
        _("needs"), default=list, blank=True, help_text=_("Codes of the needs taken; empty means all of them.")
    )
    is_stand_in = models.BooleanField(_("stand-in"), default=False)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PostingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        indexes = [
            models.Index(fields=["state", "district", "block"], name="posting_area_idx"),
            models.Index(fields=["officer"], name="posting_officer_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(block=None) | Q(district__isnull=False), name="posting_block_needs_district"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="posting_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="posting_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.COLLECTOR) | Q(district__isnull=False, block=None),
                name="collector_holds_a_district",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.get_role_display()}, {self.block or self.district or self.state}"


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Leave by day."""

    def on(self, day: Any) -> "LeaveQuerySet":
        """Leave that covers the day."""
        return self.filter(from_date__lte=day, until_date__gte=day)

    def between(self, first: Any, last: Any) -> "LeaveQuerySet":
        """Leave that touches these days."""
        return self.filter(from_date__lte=last, until_date__gte=first)

    def able_to_replace(self, day: Any) -> "LeaveQuerySet":
        """Leave with a replacement who may sign in and is not on leave that day."""
        also_away = Leave.objects.on(day).filter(officer=models.OuterRef("replacement"))
        return self.filter(~models.Exists(also_away), replacement__is_active=True)


class Leave(models.Model):
    """Days on which an officer is not there, the first and the last included; a replacement takes the postings."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="leaves", verbose_name=_("officer"))
    from_date = models.DateField(_("from"))
    until_date = models.DateField(_("until"))
    replacement = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replacement")
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    objects = LeaveQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["from_date", "pk"]
        indexes = [models.Index(fields=["officer", "until_date"], name="leave_officer_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gte=F("from_date")), name="leave_in_order"),
            models.CheckConstraint(
                condition=Q(replacement=None) | ~Q(replacement=F("officer")), name="leave_replaced_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.from_date:%d-%m-%Y} - {self.until_date:%d-%m-%Y}"


class Shift(models.Model):
    """Hours of duty of one posting, every week: `ends` at or before `starts` runs past midnight."""

    posting = models.ForeignKey(Posting, models.CASCADE, related_name="shifts", verbose_name=_("posting"))
    weekdays = models.PositiveSmallIntegerField(
        _("weekdays"),
        default=EVERY_DAY,
        help_text=_("Sum of 1 for Monday, 2 Tuesday, 4 Wednesday ... 64 Sunday; 127 is every day."),
    )
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))
    is_stand_in = models.BooleanField(_("stand-in"), default=False)
    from_date = models.DateField(_("from"), default=timezone.localdate)
    until_date = models.DateField(_("until"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        indexes = [models.Index(fields=["posting", "starts"], name="shift_posting_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=EVERY_DAY), name="shift_weekdays_valid"),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")), name="shift_until_after_from"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"
