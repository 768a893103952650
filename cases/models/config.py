"""What officers may change without a deploy: needs, promised times, reply texts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.workflow import Clock, Rung, Urgency
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


class Ladder(models.Model):
    """One limit: a case that waits so long for its acknowledgement (or its solution) climbs to this rung.

    The rows of the most exact kind apply together: need and district > district > need > neither, as for promises.
    """

    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency)
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, verbose_name=_("need"))
    district = models.ForeignKey(District, models.CASCADE, null=True, blank=True, verbose_name=_("district"))
    clock = models.CharField(_("if"), max_length=8, choices=Clock)
    after_minutes = models.PositiveIntegerField(_("after minutes"))
    rung = models.PositiveSmallIntegerField(_("goes to"), choices=[choice for choice in Rung.choices if choice[0]])

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("limit of the ladder")
        verbose_name_plural = _("ladder")
        ordering = ["urgency", "after_minutes", "rung"]
        constraints = [
            models.UniqueConstraint(
                "urgency",
                Coalesce("need", models.Value("")),
                Coalesce("district", models.Value(0)),
                "clock",
                "rung",
                name="ladder_once",
            ),
            models.CheckConstraint(condition=Q(after_minutes__gte=1), name="ladder_takes_time"),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="ladder_urgency_known"),
            models.CheckConstraint(condition=Q(clock__in=Clock.values), name="ladder_clock_known"),
            models.CheckConstraint(condition=Q(rung__gte=1, rung__lte=4), name="ladder_rung_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_urgency_display()}: {self.get_clock_display()} {self.after_minutes} min"


class ReplyTemplate(models.Model):
    """The words of a notice. A public one can only fill in {reference}, {url}, {helpline}: nothing personal."""

    class Key(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("text", "received")
        JOINED = "joined", _("joined to an open case")
        RESOLVED = "resolved", _("solved")
        ASK_PLACE = "ask_place", _("received, asks for the place")
        ASK_PHONE = "ask_phone", _("received, asks for a phone number")
        ASK_BOTH = "ask_both", _("received, asks for place and phone number")
        COMPLETED = "completed", _("thanks for the details")
        HAS_OFFICER = "has_officer", _("an officer has it")
        DM_HAS_OFFICER = "dm_has_officer", _("message on X: an officer has it")
        DM_RESOLVED = "dm_resolved", _("message on X: solved, with the link to say yes or no")
        SMS_RECEIVED = "sms_received", _("SMS: received")
        SMS_HAS_OFFICER = "sms_has_officer", _("SMS: an officer has it")
        SMS_ASKED = "sms_asked", _("SMS: asks for details")
        SMS_RESOLVED = "sms_resolved", _("SMS: solved, with the link to say yes or no")
        TO_ASSIGNED = "to_assigned", _("to the officer: a case for you")
        TO_WARNED = "to_warned", _("to the officer: time is running out")
        TO_ESCALATED = "to_escalated", _("to the officer: a late case for you")
        TO_LOST = "to_lost", _("to the officer: a late case has gone to somebody else")
        TO_FEEDBACK = "to_feedback", _("to the officer: help has not come, says the requester")
        TO_DIGEST = "to_digest", _("to the officer: several at once")
        TO_GAP = "to_gap", _("to the district: a gap in the roster")
        TO_FOLLOW_UP = "to_follow_up", _("to the doctor: a call is due")
        TO_UNREACHED = "to_unreached", _("to the officer: the doctor cannot reach the patient")
        TO_RED_FLAG = "to_red_flag", _("to the officer: a doctor finds the patient in danger")
        TO_DECISION = "to_decision", _("to the officer: a decision of a review to carry out")

    key = models.CharField(_("key"), max_length=20, choices=Key)
    language = models.CharField(_("language"), max_length=2, choices=[("hi", "हिन्दी"), ("en", "English")])
    text = models.CharField(_("text"), max_length=500)

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
        WARN_SHARE = "warn_share", _("share of a limit that is left when the officer is warned (0 to 1)")
        SILENT_HOURS = "silent_hours", _("hours after which a solved case is closed without an answer")
        REMIND_MINUTES = "remind_minutes", _("minutes after which the top of the ladder is reminded again")
        DIGEST_FROM = "digest_from", _("notices waiting for one officer from which on they become one")
        TURN_STARTS = "turn_starts", _("hour at which the day's first turn begins (0 to 23)")
        TURN_HOURS = "turn_hours", _("hours of a turn of the roster (1 to 24)")

    key = models.CharField(_("setting"), max_length=20, choices=Key, primary_key=True)
    value = models.FloatField(_("value"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__in=["sure_of_kind", "sure_of_place", "copied_share", "warn_share"], value__lte=1)
                | ~Q(key__in=["sure_of_kind", "sure_of_place", "copied_share", "warn_share"]),
                name="setting_share_at_most_one",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="setting_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value:g}"
