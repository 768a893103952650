"""Large exports: written by a worker while the browser shows how far it is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Officer


class _Standing(models.Manager["Export"]):
    """The files that are there for their officers: without those that were let go and are only remembered."""

    def get_queryset(self) -> "models.QuerySet[Export]":
        return super().get_queryset().exclude(state=Export.State.EXPIRED, expires_at=None)


class Export(models.Model):
    """One file for one officer: which cases (`query`, parameters of CaseFilter), which form, and how far it is.

    `after` is the last case written: a worker that died is followed by one that goes on from there.
    One that its officer let go and that must not be made again by itself is kept as expired, without a time.
    """

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"

    class State(models.TextChoices):
        QUEUED = "queued", _("waits for its turn")
        RUNNING = "running", _("is being written")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("deleted after its time")

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="exports")
    form = models.CharField(_("form"), max_length=4, choices=Form)
    kind = models.CharField(_("what"), max_length=10, default="cases", help_text="cases, or report")
    query = models.TextField(_("which cases"), blank=True)
    language = models.CharField(_("language"), max_length=2)
    with_persons = models.BooleanField(_("with names and numbers"), default=False)
    address = models.GenericIPAddressField(null=True, blank=True)
    asked_at = models.DateTimeField(_("asked for"))

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(_("cases"), null=True, blank=True)
    written = models.PositiveIntegerField(_("written"), default=0)
    after = models.BigIntegerField(null=True, blank=True)
    offset = models.BigIntegerField(default=0, help_text="bytes of the file that are sure")
    path = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(_("size"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted on"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = _Standing()
    with_let_go: "models.Manager[Export]" = models.Manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["officer", "asked_at"], name="export_officer_idx"),
            models.Index(
                fields=["state", "asked_at"], condition=Q(state__in=["queued", "running"]), name="export_due_idx"
            ),
            models.Index(fields=["expires_at"], condition=Q(state="done"), name="export_expiry_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.form} {self.state}"
