"""How officers and citizens are reached: gateways of the office, each officer's own channels, quiet hours, browsers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from districts.models import District, Officer, State


class Channel(models.TextChoices):
    """The ways out. Only an X reply is public."""

    X_REPLY = "x_reply", _("reply on X")
    X_DM = "x_dm", _("message on X")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", "WhatsApp"
    TELEGRAM = "telegram", "Telegram"
    EMAIL = "email", _("e-mail")
    PUSH = "push", _("on this phone or computer")
    DESK = "desk", _("on the desk")


# Channels that a gateway of the office serves, and an officer may choose.
BY_GATEWAY = (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM, Channel.EMAIL)


class Gateway(models.Model):
    """What carries a channel: an apprise address with {to} where the recipient stands, sealed as it holds keys."""

    channel = models.CharField(_("channel"), max_length=8, choices=[(c.value, c.label) for c in BY_GATEWAY])
    name = models.CharField(_("name"), max_length=60)
    sealed_address = models.TextField(_("address"), blank=True)
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    is_active = models.BooleanField(_("active"), default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        ordering = ["channel", "name"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.name}"

    def covers(self, state_id: int | None, district_id: int | None) -> bool:
        """Whether it serves this place: its own district or state, or everywhere."""
        if self.district_id:
            return self.district_id == district_id
        return self.state_id in {None, state_id}

    @property
    def breadth(self) -> int:
        """0 a district's own, 1 a state's, 2 for all: the nearest is used first."""
        return 0 if self.district_id else 1 if self.state_id else 2


class OfficerChannel(models.Model):
    """One way to reach an officer, with the number or address for it."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="channels")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    address = models.CharField(_("number or address"), max_length=200, blank=True)
    is_on = models.BooleanField(_("on"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("officer's channel")
        verbose_name_plural = _("officers' channels")
        constraints = [models.UniqueConstraint(fields=["officer", "channel"], name="officer_channel_once")]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.channel}"


class QuietHours(models.Model):
    """When an officer is disturbed for critical cases only; `until` at or before `from` runs past midnight."""

    officer = models.OneToOneField(Officer, models.CASCADE, related_name="quiet_hours")
    quiet_from = models.TimeField(_("quiet from"))
    quiet_until = models.TimeField(_("quiet until"))

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return f"{self.quiet_from:%H:%M}-{self.quiet_until:%H:%M}"


class PushSubscription(models.Model):
    """A browser in which an officer has allowed messages (Push API, RFC 8030)."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    language = models.CharField(max_length=2, default="hi")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("browser for messages")
        verbose_name_plural = _("browsers for messages")

    def __str__(self) -> str:
        return f"{self.officer_id} {self.endpoint[:40]}"
