"""The doctors' desk in a case's history: words of ours in an event's note, said to the reader; never a doctor's."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Why(models.TextChoices):
    """Why a doctor gives a patient back."""

    LANGUAGE = "language", gettext_lazy("I do not speak the language")
    SPECIALIST = "specialist", gettext_lazy("needs another specialist")
    BUSY = "busy", gettext_lazy("I am called away")
    LINE = "line", gettext_lazy("the line is too bad")


def consulted_words(note: str) -> str:
    """'given_back busy', 'raised BSP-7K3Q-9D' as people say it; as it is where it was written otherwise."""
    word, _space, rest = note.partition(" ")
    said = {
        "asked": _("A doctor was asked to call."),
        "not_needed": _("No call is needed any more."),
        "returned": _("The doctor was called away: back in the queue."),
        "given_back": _("Given to another doctor: %(why)s."),
        "went_over": _("The call for a doctor went with it to case %(reference)s."),
        "unreached": _("The doctors could not reach the patient, again and again."),
        "talked": _("A doctor has talked with the patient."),
        "red_flag": _("The doctor heard what cannot wait."),
        "raised": _("Because of that: case %(reference)s."),
        "raised_by": _("Opened or made critical by a doctor, from case %(reference)s."),
    }
    why = Why(rest).label if rest in Why.values else rest
    return said[word] % {"why": why, "reference": rest} if word in said else note
