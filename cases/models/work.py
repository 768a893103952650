"""What the desk adds to a case: calls, photos, supplies, answers; and what officers keep beside cases."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.config import Need
from cases.models.message import Message
from cases.workflow import Status
from districts.models import Block, District, Officer, State
from districts.models.geography import Named


class Call(models.Model):
    """One telephone call about a case, reached or not. Append-only."""

    class Result(models.TextChoices):
        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("no answer")
        BUSY = "busy", _("busy")
        OFF = "off", _("switched off or no network")
        WRONG = "wrong", _("wrong number")

    case = models.ForeignKey(Case, models.PROTECT, related_name="calls")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    number = models.CharField(_("phone"), max_length=10, blank=True)
    result = models.CharField(_("how it went"), max_length=9, choices=Result)
    note = models.TextField(_("note"), blank=True)
    consultation = models.ForeignKey("cases.Consultation", models.PROTECT, null=True, blank=True, related_name="calls")

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="call_case_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(number="") | Q(number__regex=r"^[0-9]{10}$"), name="call_number")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"


class Photo(models.Model):
    """A picture of a case, newly encoded so that nothing of the camera's (place, owner) is left in it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    file = models.FileField(_("photo"), upload_to="photos/%Y/%m/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the picture as it was sent")
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="photo_once_per_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest[:8]}"


class SupplyKind(Named):
    """What can be counted out for a need: cylinders by type, units of blood, vials."""

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    need = models.ForeignKey(Need, models.PROTECT, related_name="supply_kinds", verbose_name=_("need"))
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kind of supply")
        verbose_name_plural = _("kinds of supplies")
        ordering = ["position", "code"]


class Supply(models.Model):
    """How much of one kind a case asked for and was given."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="supplies")
    kind = models.ForeignKey(SupplyKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    asked = models.PositiveSmallIntegerField(_("asked"), default=0)
    given = models.PositiveSmallIntegerField(_("given"), default=0)

    class Meta:
        verbose_name = _("supply")
        verbose_name_plural = _("supplies")
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="supply_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind_id}: {self.given}/{self.asked}"


class CannedText(models.Model):
    """Words an officer need not type: for the note of a move, or to the requester by WhatsApp or SMS."""

    class Use(models.TextChoices):
        NOTE = "note", _("note")
        RESOLVE = "resolve", _("what was done")
        MESSAGE = "message", _("to the requester")

    use = models.CharField(_("for"), max_length=8, choices=Use)
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, verbose_name=_("need"))
    status = models.CharField(_("status"), max_length=13, choices=Status, blank=True)
    text = models.CharField(_("text"), max_length=300)
    text_hi = models.CharField(_("text in Hindi"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("canned text")
        verbose_name_plural = _("canned texts")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.text_hi if get_language() == "hi" else self.text


class SavedFilter(models.Model):
    """A named choice of cases: the query string of the list page. Shared ones are seen by who shares the area."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=500)
    shared_state = models.ForeignKey(State, models.CASCADE, null=True, blank=True, related_name="+")
    shared_district = models.ForeignKey(District, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["officer", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name


class MissedCall(models.Model):
    """A number that rang the helpline and was not answered; several rings before we call back are one row."""

    number = models.CharField(_("phone"), max_length=10)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    rings = models.PositiveSmallIntegerField(_("times"), default=1)
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    tries = models.PositiveSmallIntegerField(_("tried"), default=0)
    taken_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("missed call")
        verbose_name_plural = _("missed calls")
        indexes = [
            models.Index(fields=["first_at"], condition=Q(done_at=None), name="missed_call_waiting_idx"),
            models.Index(fields=["number", "done_at"], name="missed_call_number_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(done_at=None), name="missed_call_once_waiting"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="missed_call_number"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="missed_call_in_order"),
        ]

    def __str__(self) -> str:
        return f"•••••••{self.number[-3:]}"


class HandOverNote(models.Model):
    """What one shift tells the next at a place, with its open cases as they stood."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("at"))
    text = models.TextField(_("note"))
    cases = models.JSONField(default=list, help_text="[reference, what to know]; frozen as written")
    read_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["block", "at"], name="hand_over_block_idx"),
            models.Index(fields=["district", "at"], name="hand_over_district_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.at:%d-%m-%Y %H:%M}"


class Feedback(models.Model):
    """The requester's answer to 'solved': helped or not, and in which words. Append-only."""

    class Way(models.TextChoices):
        LINK = "link", _("by the link")
        PAGE = "page", _("on the status page")
        CALL = "call", _("on the telephone")
        THREAD = "thread", _("in the thread")

    case = models.ForeignKey(Case, models.PROTECT, related_name="feedback")
    at = models.DateTimeField(_("at"))
    way = models.CharField(max_length=6, choices=Way)
    helped = models.BooleanField(_("helped"))
    note = models.TextField(_("note"), blank=True)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("answer of the requester")
        verbose_name_plural = _("answers of requesters")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["case", "at"], name="feedback_case_idx"),
            models.Index(fields=["at"], name="feedback_at_idx"),  # a period's answers, of figures
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.helped}"


class Disclosure(models.Model):
    """Who was shown or given personal facts, when, of which case. Append-only."""

    class Kind(models.TextChoices):
        REVEALED = "revealed", _("number and name shown")
        EXPORTED = "exported", _("exported")
        CONSULTATION = "consultation", _("doctor's note read")

    PHOTOS = "photos"  # the detail of a look at a case's photos: it shows no number

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="disclosures")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="disclosures")
    count = models.PositiveIntegerField(_("cases"), default=1)
    detail = models.CharField(_("which"), max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["officer", "at"], name="disclosure_officer_idx"),
            models.Index(fields=["case", "officer"], name="disclosure_case_idx"),
            models.Index(fields=["at"], name="disclosure_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.kind} {self.case_id or self.count}"

    @property
    def what(self) -> str:
        """What was shown, in words; a look at photos stands in the book under its own name."""
        return gettext("photos shown") if self.is_of_photos else self.get_kind_display()

    @property
    def is_of_photos(self) -> bool:
        """Whether a case's photos were looked at."""
        return self.kind == self.Kind.REVEALED and self.detail == self.PHOTOS
