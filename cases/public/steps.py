"""Journey 7: a public case in plain words, five steps and one sentence on what happens next."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.public.whitelist import SOLVED, End, Holder, PublicCase

LABELS = (
    pgettext_lazy("step", "Received"),
    pgettext_lazy("step", "Read"),
    pgettext_lazy("step", "With the officer"),
    pgettext_lazy("step", "Being helped"),
    pgettext_lazy("step", "Solved"),
)
DONE, NOW, AHEAD = "done", "now", "todo"
_ENDINGS = {
    End.SOLVED: gettext_lazy(
        "Help is marked as given. If it has not reached you, call us now and say your case number."
    ),
    End.CLOSED: gettext_lazy("This case is closed. If you still need help, call us or ask again."),
    End.JOINED: gettext_lazy("This case was joined to another one about the same need. Follow that one."),
    End.WITHDRAWN: gettext_lazy("This case was taken back. If you still need help, call us or ask again."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the stepper; `state` is done, now or todo; the note stands at the step reached last."""

    label: str
    state: str
    at: datetime | None
    note: str = ""


def steps(case: PublicCase) -> list[Step]:
    """The five steps, the last one reached being `now` until the case has ended."""
    note = what_next(case)
    return [
        Step(str(label), state := _state(case, number), case.times[number - 1], note if state == NOW else "")
        for number, label in enumerate(LABELS, 1)
    ]


def _state(case: PublicCase, number: int) -> str:
    if number == case.stage and not case.ended:
        return NOW
    return DONE if number <= case.stage else AHEAD


def headline(case: PublicCase) -> str:
    """Where the case stands, in two or three words."""
    if case.ended:
        return str(End(case.ended).label)
    return str(LABELS[case.stage - 1])


def what_next(case: PublicCase) -> str:
    """One sentence on what happens next."""
    if case.ended:
        return str(_ENDINGS[End(case.ended)])
    if case.stage == SOLVED - 1:
        return _("The officer is arranging help now. Keep your phone near you.")
    if case.stage == SOLVED - 2:
        return _("The officer has taken your case and will call you. Keep your phone near you.")
    if case.awaits_answer:
        return _("We have asked you where help is needed. Please answer under your post, or call us now.")
    if case.holder == Holder.CONTROL_ROOM:
        return _("A person in the control room is finding the right officer for you.")
    return _("Your case has gone to the officer on duty, who must answer soon.")
