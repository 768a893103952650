"""What people taught the reading: corrections, which are labelled examples, and names offered as aliases."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.message import Message
from districts.models import District, Officer


class Correction(models.Model):
    """An officer's word against (or for) one answer of a Reading.

    `read` and `right` hold the same keys, those of the label guide's gold format (is_request, kind, needs, urgency,
    state, district, block_or_town, with LGD codes beside the names of areas): what was read, and what is right.
    """

    class Field(models.TextChoices):
        KIND = "kind", _("kind of message")
        PLACE = "place", _("place")
        NEED = "need", _("need")
        URGENCY = "urgency", _("urgency")

    message = models.ForeignKey(Message, models.PROTECT, related_name="corrections")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="corrections")
    field = models.CharField(_("field"), max_length=8, choices=Field)
    read = models.JSONField(_("as read"), default=dict)
    right = models.JSONField(_("as it should be"), default=dict)
    actor = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["message", "field", "at"], name="correction_message_idx")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.field}"


class AliasOffer(models.Model):
    """A spelling that a plea used for a place, offered as a name of that place; accepted, it becomes a PlaceName."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    spelling = models.CharField(_("spelling"), max_length=80)
    language = models.CharField(_("language"), max_length=8, blank=True)
    level = models.CharField(_("level"), max_length=12)
    key = models.CharField(_("key"), max_length=120)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="alias_offers")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OFFERED)
    offered_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField(_("offered at"))
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("offered name")
        verbose_name_plural = _("offered names")
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["spelling", "level", "key"], name="alias_offered_once"),
            models.CheckConstraint(
                condition=Q(state="offered", decided_at=None)
                | Q(state__in=["accepted", "declined"], decided_at__isnull=False),
                name="alias_decided_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "offered_at"], condition=Q(decided_at=None), name="alias_undecided_idx"),
            models.Index(fields=["case"], name="alias_case_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.spelling} → {self.level} {self.key}"
