"""What officers may change without a deploy: needs, promised times, reply texts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.workflow import Urgency
from districts.models import District
from districts.models.geography import Named


class Need(Named):
    """What can be asked for; its code is the one understanding reads out of a text."""

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    icon = models.CharField(_("icon"), max_length=8, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["position", "code"]


class Promise(models.Model):
    """Promised minutes to acknowledge and to resolve, for an urgency; a row that names the need or the
    district outranks one that does not (need and district > district > need > neither)."""

    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency)
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, verbose_name=_("need"))
    district = models.ForeignKey(District, models.CASCADE, null=True, blank=True, verbose_name=_("district"))
    respond_minutes = models.PositiveIntegerField(_("minutes to acknowledge"))
    resolve_minutes = models.PositiveIntegerField(_("minutes to resolve"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("promised time")
        verbose_name_plural = _("promised times")
        constraints = [
            models.UniqueConstraint(fields=["urgency", "need", "district"], name="promise_once"),
            models.UniqueConstraint(
                fields=["urgency", "need"],
                condition=Q(district=None, need__isnull=False),
                name="promise_once_without_district",
            ),
            models.UniqueConstraint(
                fields=["urgency", "district"],
                condition=Q(need=None, district__isnull=False),
                name="promise_once_without_need",
            ),
            models.UniqueConstraint(
                fields=["urgency"], condition=Q(need=None, district=None), name="promise_once_default"
            ),
            models.CheckConstraint(
                condition=Q(resolve_minutes__gte=models.F("respond_minutes"), respond_minutes__gte=1),
                name="promise_minutes_in_order",
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="promise_urgency_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_urgency_display()}: {self.respond_minutes}/{self.resolve_minutes} min"


class ReplyTemplate(models.Model):
    """A public reply's words. Only {reference}, {url}, {helpline} can be filled in: nothing personal."""

    class Key(models.TextChoices):
        RECEIVED = "received", _("received")
        JOINED = "joined", _("joined to an open case")
        RESOLVED = "resolved", _("solved")
        ASK_PLACE = "ask_place", _("received, asks for the place")
        ASK_PHONE = "ask_phone", _("received, asks for a phone number")
        ASK_BOTH = "ask_both", _("received, asks for place and phone number")
        COMPLETED = "completed", _("thanks for the details")

    key = models.CharField(_("key"), max_length=12, choices=Key)
    language = models.CharField(_("language"), max_length=2, choices=[("hi", "हिन्दी"), ("en", "English")])
    text = models.CharField(_("text"), max_length=280)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reply text")
        verbose_name_plural = _("reply texts")
        constraints = [models.UniqueConstraint(fields=["key", "language"], name="reply_text_once_per_language")]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"


class Setting(models.Model):
    """One figure the reading, asking and joining of messages go by; an office may change each within its bounds."""

    class Key(models.TextChoices):
        SURE_OF_KIND = "sure_of_kind", _("sure enough that it asks for help (0 to 1)")
        SURE_OF_PLACE = "sure_of_place", _("sure enough of the district to send an officer (0 to 1)")
        ANSWER_MINUTES = "answer_minutes", _("minutes to wait for the citizen's answer")
        SAME_PHONE_HOURS = (
            "same_phone_hours",
            _("hours in which the same phone or copied text may mean the same patient"),
        )
        SAME_AUTHOR_HOURS = (
            "same_author_hours",
            _("hours in which the same author's same need may mean the same patient"),
        )
        COPIED_SHARE = "copied_share", _("share of words in a row that makes a text a copy (0 to 1)")
        CROWDED_PHONE = "crowded_phone", _("patients from which on a phone is taken for a volunteer's")
        OFFER_HOURS = "offer_hours", _("hours an offer is shown")

    key = models.CharField(_("setting"), max_length=20, choices=Key, primary_key=True)
    value = models.FloatField(_("value"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__in=["sure_of_kind", "sure_of_place", "copied_share"], value__lte=1)
                | ~Q(key__in=["sure_of_kind", "sure_of_place", "copied_share"]),
                name="setting_share_at_most_one",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="setting_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value:g}"
