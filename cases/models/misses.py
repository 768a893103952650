"""The ledger of broken promises: one row for each rung that a late case climbed. Append-only but for the reason."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.workflow import Clock, Rung
from districts.models import Block, District, Officer, State


class Miss(models.Model):
    """Who had the case when the limit passed, how late it was seen, and who got it then."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="misses")
    turn = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField(_("rung"), choices=Rung)
    clock = models.CharField(_("what was missed"), max_length=8, choices=Clock)
    limit_at = models.DateTimeField(_("limit"), help_text="when it should have been done")
    at = models.DateTimeField(_("seen"), help_text="when the sweep saw it")
    from_officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="misses")
    to_officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    urgency = models.CharField(max_length=8)
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, related_name="+")
    counted = models.BooleanField(default=False, editable=False, help_text="in the figures")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    reason_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("broken promise")
        verbose_name_plural = _("broken promises")
        indexes = [
            models.Index(fields=["district", "at"], name="miss_district_idx"),
            models.Index(fields=["state", "at"], name="miss_state_idx"),
            models.Index(fields=["block", "at"], name="miss_block_idx"),
            models.Index(fields=["from_officer", "at"], name="miss_officer_idx"),
            models.Index(fields=["id"], condition=Q(counted=False), name="miss_uncounted_idx"),
            models.Index(fields=["at"], name="miss_at_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "turn", "rung"], name="miss_once_per_rung"),
            models.CheckConstraint(condition=Q(at__gte=models.F("limit_at")), name="miss_after_its_limit"),
            models.CheckConstraint(condition=Q(rung__gte=1, rung__lte=4), name="miss_rung_known"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_rung_display()}"
