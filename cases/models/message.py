"""Anything inbound, stored raw and once before anything judges it (law 1)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.source import Handle
from districts.models import District, Officer


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by what is left to do."""

    def unread(self, before: datetime) -> "MessageQuerySet":
        """Stored before a moment and not yet processed, oldest first; from the partial index."""
        unread = self.filter(read_at=None, state=Message.State.STORED, received_at__lt=before)
        return unread.order_by("received_at", "pk")


class Message(models.Model):
    """A post, form, call or paste. (channel, external_id) names it for ever."""

    class Channel(models.TextChoices):
        X = "x", "X"
        WEB = "web", _("web form")
        PHONE = "phone", _("telephone")
        PASTE = "paste", _("pasted")
        API = "api", _("another helpline")

    class State(models.TextChoices):
        STORED = "stored", _("stored")
        READ = "read", _("read")
        FAILED = "failed", _("failed")

    class Result(models.TextChoices):
        """What the pipeline made of it."""

        OPENED = "opened", _("opened a case")
        JOINED = "joined", _("joined a case")
        REVIEW = "review", _("opened a case that waits for review")
        NOT_REQUEST = "not_request", _("not a request")
        ECHO = "echo", _("a repost or an edit of one we have")
        OFFER = "offer", _("an offer")

    channel = models.CharField(_("channel"), max_length=6, choices=Channel)
    external_id = models.CharField(_("outside id"), max_length=80)
    handle = models.ForeignKey(Handle, models.PROTECT, null=True, blank=True, verbose_name=_("handle"))
    author_id = models.CharField(max_length=20, blank=True)
    author_username = models.CharField(_("author"), max_length=50, blank=True)
    author_name = models.CharField(_("author's name"), max_length=160, blank=True)
    text = models.TextField(_("text"))
    raw = models.JSONField(_("as received"), default=dict, blank=True)
    conversation_id = models.CharField(max_length=20, blank=True)
    echo_of = models.CharField(_("echo of"), max_length=80, blank=True)
    scope_state = models.ForeignKey("districts.State", models.PROTECT, null=True, blank=True, related_name="+")
    scope_district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    taken_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    posted_at = models.DateTimeField(_("posted"))
    received_at = models.DateTimeField(_("received"))

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.STORED)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(_("error"), blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    reading = models.JSONField(_("reading"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result, blank=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="messages")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="message_once"),
            models.CheckConstraint(
                condition=~Q(state="read") | Q(read_at__isnull=False), name="message_read_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(result__in=["opened", "joined", "review"]) | Q(case__isnull=False),
                name="message_of_a_case_has_it",
            ),
        ]
        indexes = [
            # `read_at IS NULL` needs no parameter, so that SQLite too sees that the index serves.
            models.Index(fields=["received_at"], condition=Q(read_at=None), name="message_unread_idx"),
            models.Index(fields=["received_at"], condition=Q(state="failed"), name="message_failed_idx"),
            # Whole, not partial: SQLite cannot prove that `conversation_id IN (?, ...)` leaves the empty ones out.
            models.Index(fields=["conversation_id"], name="message_thread_idx"),
            models.Index(fields=["echo_of"], name="message_echo_idx"),
            models.Index(fields=["handle", "posted_at"], name="message_handle_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.external_id}"
