"""Where messages come from on X: our handles, how far each was read, and what every call cost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from districts.models import District, State


class Handle(models.Model):
    """Our account on X with its scope: a district's handle means that district unless the text says otherwise."""

    class Health(models.TextChoices):
        NEVER = "never", _("has not answered yet")
        OK = "ok", _("answers")
        FAILING = "failing", _("does not answer")
        LIMITED = "limited", _("rate limit used up")
        UNAUTHORISED = "unauthorised", _("not authorised")
        OUT_OF_BUDGET = "out_of_budget", _("budget used up")

    username = models.CharField(_("handle"), max_length=50, unique=True)
    user_id = models.CharField(_("X user id"), max_length=20, blank=True)
    state = models.ForeignKey(State, models.PROTECT, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    hashtags = models.JSONField(_("hashtags"), default=list, blank=True, help_text=_("Searched for, without #."))
    is_active = models.BooleanField(_("active"), default=True)
    link_in_replies = models.BooleanField(
        _("link in replies"), default=False, help_text=_("A post with a link costs 13 times as much.")
    )
    direct_messages = models.BooleanField(
        _("direct messages"),
        default=False,
        help_text=_(
            "What only the requester may read is sent as a message on X; the app needs X's permission for messages."
        ),
    )
    helpline = models.CharField(
        _("helpline"),
        max_length=20,
        blank=True,
        help_text=_("Where citizens tell their number; empty: the portal's own."),
    )
    daily_budget_usd = models.DecimalField(_("daily budget, US$"), max_digits=8, decimal_places=2, default=50)
    sealed_credentials = models.TextField(_("credentials, sealed"), blank=True, editable=False)

    health = models.CharField(_("health"), max_length=14, choices=Health, default=Health.NEVER)
    last_answer_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    not_before_at = models.DateTimeField(_("not before"), null=True, blank=True)
    poll_claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=[
            "sealed_credentials", "health", "last_answer_at", "last_error", "last_error_at", "failures",
            "not_before_at", "poll_claimed_until",
        ]
    )  # fmt: skip

    class Meta:
        verbose_name = _("handle")
        verbose_name_plural = _("handles")

    def __str__(self) -> str:
        return f"@{self.username}"


class Cursor(models.Model):
    """How far one source of one handle was read; written in the transaction that stores the posts.

    A `hole` is there only while one has to be filled: more mentions came than X shows, so recent search reads those
    between `since_id` and `newest_id`.

    `since_id` is the newest post id that is surely stored. While a walk back through pages is under way,
    `next_token` is where it goes on and `newest_id` what `since_id` becomes when it is done.
    """

    class Source(models.TextChoices):
        MENTIONS = "mentions", _("mentions")
        SEARCH = "search", _("search")
        HOLE = "hole", _("hole in the mentions")

    handle = models.ForeignKey(Handle, models.CASCADE, related_name="cursors")
    source = models.CharField(max_length=8, choices=Source)
    since_id = models.BigIntegerField(null=True, blank=True)
    newest_id = models.BigIntegerField(null=True, blank=True)
    next_token = models.CharField(max_length=200, blank=True)
    walked = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handle", "source"], name="cursor_once_per_source")]

    def __str__(self) -> str:
        return f"{self.handle_id} {self.source} since {self.since_id}"


class ApiCall(models.Model):
    """The ledger: one call to X, its answer, its limits and its cost in millionths of a US dollar."""

    handle = models.ForeignKey(Handle, models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=4)
    endpoint = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField(help_text="HTTP status; 0 when no answer came")
    resources = models.PositiveIntegerField(default=0)
    cost_micros = models.PositiveIntegerField(default=0)
    limit_remaining = models.IntegerField(null=True, blank=True)
    limit_resets_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["handle", "at"], name="apicall_handle_at_idx"),
            models.Index(
                fields=["handle", "at"],
                condition=Q(cost_micros__gt=0),
                include=["cost_micros"],
                name="apicall_cost_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}: {self.status}"


class HandleDay(models.Model):
    """A handle's account on X as it stood on a day: X tells only today's numbers, so that each day's are kept."""

    handle = models.ForeignKey(Handle, models.PROTECT, related_name="days")
    on = models.DateField(_("day"))
    taken_at = models.DateTimeField()
    followers = models.PositiveIntegerField(_("followers"))
    posts = models.PositiveIntegerField(_("posts"))
    received = models.PositiveIntegerField(_("messages received"), null=True, blank=True, help_text="of the whole day")
    delays = models.JSONField(
        default=dict, blank=True, help_text="{step of minutes: how many}: from a message to our first reply"
    )

    class Meta:
        verbose_name = _("handle's day")
        verbose_name_plural = _("handles' days")
        constraints = [models.UniqueConstraint(fields=["handle", "on"], name="handle_day_once")]

    def __str__(self) -> str:
        return f"{self.handle_id} {self.on}"
