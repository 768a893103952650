"""One phone talk with a doctor, tied to a case: asked for, claimed, talked, perhaps to be followed up."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.workflow import Urgency
from districts.models import District, Officer, State


class Consultation(models.Model):
    """`due_at` orders the queue within an urgency: when it was asked for, or when a call falls due (again).

    While a doctor has it, `due_at` is when the claim goes back to the queue unless something is done before; once it
    has ended, when the patient was to be called, so that `claimed_at` tells how long they waited.
    """

    class Standing(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLAIMED = "claimed", _("with a doctor")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Flag(models.TextChoices):
        """What a doctor hears that cannot wait; each opens or raises a case at once."""

        LOW_SPO2 = "low_spo2", _("oxygen level below 90")
        BREATHLESS = "breathless", _("cannot finish a sentence")
        BLUE = "blue", _("blue lips or face")
        CONFUSED = "confused", _("confused or cannot be woken")
        CHEST_PAIN = "chest_pain", _("chest pain that lasts")
        LOW_PRESSURE = "low_pressure", _("faints or has low blood pressure")

    case = models.ForeignKey(Case, models.PROTECT, related_name="consultations")
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.HIGH)
    standing = models.CharField(_("standing"), max_length=9, choices=Standing, default=Standing.WAITING)
    question = models.TextField(_("question"), blank=True)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(_("due"))
    doctor = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="consultations", verbose_name=_("doctor")
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    symptoms = models.TextField(_("symptoms"), blank=True)
    spo2 = models.PositiveSmallIntegerField("SpO2", null=True, blank=True)
    temperature = models.DecimalField(
        _("temperature"), max_digits=4, decimal_places=1, null=True, blank=True, help_text="°C"
    )
    advice = models.TextField(_("advice"), blank=True)
    flags = models.JSONField(_("red flags"), default=list, blank=True)
    raised_case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+", help_text="opened or raised by a red flag"
    )
    follow_up_at = models.DateTimeField(_("call again at"), null=True, blank=True)
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    told_due_at = models.DateTimeField(null=True, blank=True, help_text="when doctors were told that it is due")

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        indexes = [
            # The queue: "critical" < "high" < "normal" in any collation.
            models.Index(
                fields=["district", "urgency", "due_at"], condition=Q(standing="waiting"), name="consult_queue_idx"
            ),
            models.Index(
                fields=["state", "urgency", "due_at"], condition=Q(standing="waiting"), name="consult_state_queue_idx"
            ),
            models.Index(fields=["doctor", "claimed_at"], name="consult_doctor_idx"),
            models.Index(fields=["case", "asked_at"], name="consult_case_idx"),
            models.Index(fields=["district", "asked_at"], name="consult_asked_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(standing="claimed") | Q(doctor__isnull=False, claimed_at__isnull=False),
                name="consult_claimed_has_doctor",
            ),
            models.CheckConstraint(
                condition=~Q(standing="done") | Q(doctor__isnull=False, ended_at__isnull=False),
                name="consult_done_has_its_end",
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="consult_urgency_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(standing__in=["waiting", "claimed"]), name="consult_once_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.standing}"
