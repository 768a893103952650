"""The case: one need of one person or household. Lists read only this table."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases import access
from cases.models.config import Need
from cases.models.person import Person
from cases.models.source import Handle
from cases.plain import without_numbers
from cases.workflow import ENDED, OPEN, UNOWNED, Closing, Outcome, Rung, Status, Urgency
from districts.models import Block, District, Officer, Place, State

_HAS_OPEN_STATUS = Q(status__in=[status.value for status in OPEN])
# The same cases, as the constraints below guarantee, in words that need no parameter: SQLite never proves that
# `status IN (?, ?, ...)` lies within a partial index, and would scan the table for every desk and report.
IS_OPEN = Q(resolved_at=None, closed_at=None)
_IS_UNOWNED = IS_OPEN & Q(status__in=[status.value for status in UNOWNED])
_HAS_ENDED = Q(status__in=[status.value for status in ENDED])


class CaseQuerySet(models.QuerySet["Case"]):
    """The read gate (law 7) and the lists pages ask for."""

    def visible_to(self, officer: Officer) -> "CaseQuerySet":
        """Only what the officer's postings let them see; every page, export and endpoint starts here."""
        return self.filter(access.scope(officer))

    def visible_in_parts(self, officer: Officer) -> "list[CaseQuerySet]":
        """The same gate in parts that share no case, for a list that must not grow with its area."""
        return [self.filter(part) for part in access.scope_in_parts(officer)]

    def open(self) -> "CaseQuerySet":
        """Still owing somebody help."""
        return self.filter(IS_OPEN)

    def late(self, at: datetime) -> "CaseQuerySet":
        """Open and past the next promised time."""
        return self.open().filter(next_due_at__lt=at)

    def by_clock(self) -> "CaseQuerySet":
        """The order of a desk: what is due first stands first."""
        return self.order_by("next_due_at", "pk")

    def for_cards(self) -> "CaseQuerySet":
        """With what a case card shows, in one query."""
        return self.select_related("need", "state", "district", "block", "place", "officer")


class Case(models.Model):
    """`opened_at` is the citizen's own time; `next_due_at` the promise that runs now (None once ended)."""

    reference = models.CharField(_("reference"), max_length=14, unique=True)
    status = models.CharField(_("status"), max_length=13, choices=Status, default=Status.NEW)
    need = models.ForeignKey(Need, models.PROTECT, verbose_name=_("need"))
    other_needs = models.JSONField(_("also needed"), default=list, blank=True)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.HIGH)
    language = models.CharField(_("language"), max_length=8, blank=True)

    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"))
    place_text = models.CharField(_("place as told"), max_length=200, blank=True)
    candidates = models.JSONField(_("possible places"), default=list, blank=True)
    review_reason = models.CharField(_("why it waits for review"), max_length=40, blank=True)

    requester = models.ForeignKey(Person, models.PROTECT, related_name="cases", verbose_name=_("requester"))
    patient = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="cases_as_patient", verbose_name=_("patient")
    )
    patient_age = models.PositiveSmallIntegerField(_("age"), null=True, blank=True)
    spo2 = models.PositiveSmallIntegerField("SpO2", null=True, blank=True)
    blood_group = models.CharField(_("blood group"), max_length=3, blank=True)

    handle = models.ForeignKey(Handle, models.PROTECT, null=True, blank=True, verbose_name=_("handle"))
    channel = models.CharField(_("channel"), max_length=6)
    excerpt = models.CharField(_("plea"), max_length=280, blank=True)
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("officer")
    )
    level = models.PositiveSmallIntegerField(
        _("level"), default=0, help_text="0 block, 1 district, 2 collector, 3 state"
    )

    opened_at = models.DateTimeField(_("opened"))
    received_at = models.DateTimeField(_("received"))
    respond_by = models.DateTimeField(_("answer promised by"))
    resolve_by = models.DateTimeField(_("help promised by"))
    next_due_at = models.DateTimeField(_("due"), null=True, blank=True)
    limits = models.JSONField(
        _("ladder"), default=list, blank=True, help_text="[clock, minutes, rung], as it stood when the case opened"
    )
    rung = models.PositiveSmallIntegerField(_("rung"), choices=Rung, default=Rung.NONE)
    resolve_rung = models.PositiveSmallIntegerField(
        default=Rung.NONE, help_text="the highest rung that 'not resolved' has reached; no hand-over lowers it"
    )
    turn = models.PositiveSmallIntegerField(default=0, help_text="how often a person gave the case to somebody else")
    waits_from = models.DateTimeField(
        _("acknowledgement awaited since"), help_text="opened_at, or when a person gave it to somebody else"
    )
    alarm_at = models.DateTimeField(
        _("next alarm"), null=True, blank=True, help_text="when the clock next warns or moves the case; None: never"
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    minutes_received = models.FloatField(null=True, blank=True, help_text="from the citizen's time to its receipt")
    minutes_assigned = models.FloatField(null=True, blank=True, help_text="from receipt to the first assignment")
    minutes_acknowledged = models.FloatField(null=True, blank=True, help_text="from assignment to acknowledgement")
    minutes_resolved = models.FloatField(null=True, blank=True, help_text="from acknowledgement to the solution")
    minutes_confirmed = models.FloatField(null=True, blank=True, help_text="from the solution to its closing")

    asked_for = models.JSONField(_("asked back for"), default=list, blank=True, help_text="place, phone: each once")
    answer_by = models.DateTimeField(
        _("answer awaited until"), null=True, blank=True, help_text="then an operator calls; the clock runs on"
    )
    consent_at = models.DateTimeField(
        _("requester's yes"), null=True, blank=True, help_text="the requester wrote that help has come"
    )

    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    resolution = models.TextField(_("what was done"), blank=True)
    closing = models.CharField(_("closed how"), max_length=8, choices=Closing, blank=True)
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="joined_cases")
    message_count = models.PositiveIntegerField(_("messages"), default=1)
    reopened_count = models.PositiveSmallIntegerField(_("times reopened"), default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["officer", "next_due_at"], condition=IS_OPEN, name="case_officer_due_idx"),
            models.Index(fields=["block", "next_due_at"], condition=IS_OPEN, name="case_block_due_idx"),
            models.Index(fields=["district", "next_due_at"], condition=IS_OPEN, name="case_district_due_idx"),
            models.Index(fields=["state", "next_due_at"], condition=IS_OPEN, name="case_state_due_idx"),
            models.Index(fields=["next_due_at"], condition=IS_OPEN, name="case_due_idx"),
            # Who waits longest: open cases stand at the new end of millions.
            models.Index(fields=["block", "opened_at"], condition=IS_OPEN, name="case_block_waits_idx"),
            models.Index(fields=["district", "opened_at"], condition=IS_OPEN, name="case_district_waits_idx"),
            models.Index(fields=["state", "opened_at"], condition=IS_OPEN, name="case_state_waits_idx"),
            models.Index(fields=["opened_at"], condition=IS_OPEN, name="case_waits_idx"),
            # To sort out: few among many open ones, so that a filter over the indexes above would read them all.
            models.Index(fields=["district", "next_due_at"], condition=_IS_UNOWNED, name="case_district_unowned_idx"),
            models.Index(fields=["state", "next_due_at"], condition=_IS_UNOWNED, name="case_state_unowned_idx"),
            # The clock's sweep: the gravest first ("critical" < "high" < "normal" in any collation), then the oldest.
            models.Index(
                fields=["urgency", "alarm_at"],
                condition=IS_OPEN & Q(alarm_at__isnull=False),
                name="case_alarm_idx",
            ),
            models.Index(
                fields=["resolved_at", "id"],
                condition=Q(closed_at=None, resolved_at__isnull=False),
                name="case_awaits_yes_idx",
            ),
            models.Index(fields=["answer_by"], condition=Q(answer_by__isnull=False), name="case_answer_idx"),
            models.Index(fields=["requester"], condition=IS_OPEN, name="case_open_requester_idx"),
            models.Index(fields=["district", "opened_at"], name="case_district_opened_idx"),
            models.Index(fields=["block", "opened_at"], name="case_block_opened_idx"),
            models.Index(fields=["state", "opened_at"], name="case_state_opened_idx"),
            # One day of a report, whoever looks at it; the day bounds both.
            models.Index(fields=["opened_at"], name="case_opened_idx"),
            models.Index(fields=["resolved_at"], condition=Q(resolved_at__isnull=False), name="case_resolved_idx"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="case_closed_idx"),
            models.Index(fields=["officer", "updated_at"], name="case_officer_changed_idx"),
            models.Index(fields=["updated_at"], name="case_changed_idx"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="case_urgency_known"),
            models.CheckConstraint(condition=Q(block=None) | Q(district__isnull=False), name="case_block_in_district"),
            models.CheckConstraint(condition=Q(district=None) | Q(state__isnull=False), name="case_district_in_state"),
            models.CheckConstraint(
                condition=~_HAS_OPEN_STATUS | Q(next_due_at__isnull=False, closed_at=None, resolved_at=None),
                name="case_open_is_on_the_clock",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["acknowledged", "in_progress", "resolved"]) | Q(acknowledged_at__isnull=False),
                name="case_worked_was_acknowledged",
            ),
            models.CheckConstraint(
                condition=~Q(status="assigned") | Q(officer__isnull=False, assigned_at__isnull=False),
                name="case_assigned_has_officer",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved") | (Q(resolved_at__isnull=False) & ~Q(outcome="")),
                name="case_resolved_has_outcome",
            ),
            models.CheckConstraint(
                condition=~_HAS_ENDED | Q(closed_at__isnull=False, next_due_at=None), name="case_ended_has_its_time"
            ),
            models.CheckConstraint(
                condition=Q(status="duplicate", joined_to__isnull=False) | ~Q(status="duplicate") & Q(joined_to=None),
                name="case_duplicate_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(status="awaiting_info", answer_by__isnull=False)
                | ~Q(status="awaiting_info") & Q(answer_by=None),
                name="case_awaiting_has_its_time",
            ),
            models.CheckConstraint(condition=Q(respond_by__lte=F("resolve_by")), name="case_promises_in_order"),
            models.CheckConstraint(condition=Q(level__lte=3), name="case_level_known"),
            models.CheckConstraint(condition=Q(rung__lte=4, resolve_rung__lte=4), name="case_rung_known"),
            models.CheckConstraint(
                condition=Q(status="closed", closing__in=Closing.values) | ~Q(status="closed") & Q(closing=""),
                name="case_closed_says_how",
            ),
            models.CheckConstraint(condition=_HAS_OPEN_STATUS | Q(alarm_at=None), name="case_alarm_only_while_open"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def place_label(self) -> str:
        """A known place in the reader's script, any other as told; '' where it only repeats the block or district."""
        above = {name for area in (self.block, self.district) if area for name in (area.name, area.name_hi)}
        if self.place and self.place_text in ("", self.place.name, self.place.name_hi):
            return "" if self.place.name in above else self.place.label
        return "" if self.place_text in above else without_numbers(self.place_text)

    @property
    def is_open(self) -> bool:
        """Still owing somebody help."""
        return self.status in OPEN
