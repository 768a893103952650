"""What people offer: to be verified by telephone, then shown beside open cases of that need in reach."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases import access
from cases.models.message import Message
from cases.models.person import Person
from cases.plain import without_numbers
from districts.models import Block, District, Officer, State


class OfferQuerySet(models.QuerySet["Offer"]):
    """Offers by who may see them and what they are good for."""

    def visible_to(self, officer: Officer) -> "OfferQuerySet":
        """Those of the districts of posting; without a known district, of the state."""
        return self.filter(access.reach(officer))

    def standing_now(self, at: datetime) -> "OfferQuerySet":
        """Neither used up nor untrue, and still shown."""
        return self.filter(settled_at=None, expires_at__gt=at)


class Offer(models.Model):
    """One offer of one message. An unverified one may be shown to officers, never to the public."""

    class Standing(models.TextChoices):
        TO_VERIFY = "to_verify", _("to verify")
        VERIFIED = "verified", _("verified")
        GONE = "gone", _("used up")
        FALSE = "false", _("not true")

    message = models.OneToOneField(Message, models.PROTECT, related_name="offer")
    needs = models.JSONField(_("what is offered"), default=list)
    giver = models.ForeignKey(Person, models.PROTECT, related_name="offers", verbose_name=_("who offers"))
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    place_text = models.CharField(_("place as told"), max_length=200, blank=True)
    standing = models.CharField(_("standing"), max_length=9, choices=Standing, default=Standing.TO_VERIFY)
    offered_at = models.DateTimeField(_("offered"))
    expires_at = models.DateTimeField(_("shown until"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, help_text="used up or found untrue")
    verified_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = OfferQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = [
            models.Index(fields=["district", "expires_at"], condition=Q(settled_at=None), name="offer_district_idx"),
            models.Index(fields=["state", "expires_at"], condition=Q(settled_at=None), name="offer_state_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=["gone", "false"], settled_at__isnull=False)
                | Q(standing__in=["to_verify", "verified"], settled_at=None),
                name="offer_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(standing="verified") | Q(verified_at__isnull=False), name="offer_verified_has_its_time"
            ),
            models.CheckConstraint(condition=Q(district=None) | Q(state__isnull=False), name="offer_district_in_state"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.standing}"

    @property
    def place_label(self) -> str:
        """The place as told; '' where it only repeats the block or district."""
        above = [area.name for area in (self.block, self.district) if area]
        return "" if self.place_text in above else without_numbers(self.place_text)
