"""Requesters and patients, apart from the case so that they can be anonymised."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """Who asks, or who needs."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    x_username = models.CharField(_("name on X"), max_length=50, blank=True)
    x_user_id = models.CharField(max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        # Whole, not partial: SQLite cannot prove that `x_user_id IN (?, ...)` leaves the empty ones out.
        indexes = [models.Index(fields=["x_user_id"], name="person_x_user_idx")]

    def __str__(self) -> str:
        return self.name or self.x_username or str(_("unknown"))


class Phone(models.Model):
    """A 10-digit number at which a person can be reached; joining finds open cases through it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="phones")
    number = models.CharField(_("phone"), max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="phone_once_per_person"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="phone_is_ten_digits"),
        ]
        indexes = [models.Index(fields=["number"], name="phone_number_idx")]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The number as lists show it: only its last three digits."""
        return "•••••••" + self.number[-3:]
