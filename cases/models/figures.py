"""The rollups that figures are read from, and what of each case has been counted in them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class Counted(models.Model):
    """A case's columns as they stand in the rollups: a change is counted as what they say now less what stands here.

    Keys are plain numbers, so that counting five million cases anew is one INSERT ... SELECT.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+")
    state_id = models.IntegerField(null=True)
    district_id = models.IntegerField(null=True)
    block_id = models.IntegerField(null=True)
    need_id = models.CharField(max_length=20)
    urgency = models.CharField(max_length=8)
    channel = models.CharField(max_length=6)
    officer_id = models.IntegerField(null=True)
    status = models.CharField(max_length=13)
    outcome = models.CharField(max_length=16, blank=True)
    closing = models.CharField(max_length=8, blank=True)
    reopened_count = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    resolve_by = models.DateTimeField()
    minutes_received = models.FloatField(null=True)
    minutes_assigned = models.FloatField(null=True)
    minutes_acknowledged = models.FloatField(null=True)
    minutes_resolved = models.FloatField(null=True)
    minutes_confirmed = models.FloatField(null=True)
    answered_at = models.DateTimeField(null=True, help_text="the requester's last yes or no")
    answer = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("counted case")
        verbose_name_plural = _("counted cases")

    def __str__(self) -> str:
        return str(self.case_id)


class Figure(models.Model):
    """One cell of the rollups: what happened in an hour, a day ... or a year (Asia/Kolkata) in an area, by one cut.

    `area` is the LGD code of the state, district or block (0: not known), `parent` that of what it lies in
    (a state's is 0). `cut` says what `key` is: a need's code, an urgency, a channel, an officer's number; with no cut
    the cell is the area's whole. What a column counts: `cases/reports/figures.py`.
    """

    class Grain(models.TextChoices):
        """How long a time a cell is of, the shortest first; from the third of a month on they are sums of days."""

        HOUR = "h", _("hour")
        DAY = "d", _("day")
        THIRD = "t", _("third of a month")
        MONTH = "m", _("month")
        QUARTER = "q", _("quarter of a year")
        YEAR = "y", _("financial year")

    class Level(models.TextChoices):
        STATE = "s", _("state")
        DISTRICT = "d", _("district")
        BLOCK = "b", _("block")

    class Cut(models.TextChoices):
        WHOLE = "", _("whole")
        NEED = "need", _("need")
        URGENCY = "urgency", _("urgency")
        CHANNEL = "channel", _("channel")
        OFFICER = "officer", _("officer")

    id = models.BigIntegerField(
        primary_key=True, help_text="hash of all that names the cell: a batch of cells is found in one look-up"
    )
    grain = models.CharField(max_length=1, choices=Grain)
    level = models.CharField(max_length=1, choices=Level)
    cut = models.CharField(max_length=7, choices=Cut, blank=True)
    area = models.IntegerField()
    parent = models.IntegerField()
    start = models.DateTimeField()
    key = models.CharField(max_length=20, blank=True)

    received = models.IntegerField(default=0)
    acknowledged = models.IntegerField(default=0)
    settled = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    resolved = models.IntegerField(default=0)
    helped = models.IntegerField(default=0)
    confirmed = models.IntegerField(default=0)
    silent = models.IntegerField(default=0)
    forced = models.IntegerField(default=0)
    joined = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    unreachable = models.IntegerField(default=0)
    said_yes = models.IntegerField(default=0)
    said_no = models.IntegerField(default=0)
    missed_stand_in = models.IntegerField(default=0)
    missed_district = models.IntegerField(default=0)
    missed_collector = models.IntegerField(default=0)
    missed_state = models.IntegerField(default=0)
    spreads = models.JSONField(
        default=dict, help_text="{stage: {step of minutes: how many}}, of the stages told of every place and need"
    )
    details = models.JSONField(
        default=dict, help_text="as spreads: all other stages; of a whole by the hour of day too"
    )

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        indexes = [
            models.Index(fields=["grain", "level", "cut", "area", "start"], name="figure_area_idx"),
            models.Index(fields=["grain", "level", "cut", "parent", "start"], name="figure_parent_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(grain__in=["h", "d", "t", "m", "q", "y"], level__in=["s", "d", "b"]), name="figure_of"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grain}{self.start:%Y-%m-%dT%H} {self.level}{self.area} {self.cut}{self.key}"


class FigureState(models.Model):
    """How far the rollups have come: one row, locked by whoever counts."""

    version = models.PositiveSmallIntegerField(help_text="of the way of counting; another one means to count anew")
    counted_until = models.DateTimeField(help_text="every change up to then is in the figures")
    rebuilt_at = models.DateTimeField()

    class Meta:
        verbose_name = _("state of the figures")
        verbose_name_plural = _("state of the figures")

    def __str__(self) -> str:
        return f"{self.version} {self.counted_until:%Y-%m-%d %H:%M}"
