"""Journey 1, what people are told of the handles: who answers, who is silent, who is near the end of the budget."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.intake.budget import ALARM_SHARE, budget_micros, spent_today
from cases.intake.credentials import Credentials, MissingCredentials, for_handle
from cases.models import Handle

NEEDS_A_PERSON = frozenset({Handle.Health.UNAUTHORISED, Handle.Health.OUT_OF_BUDGET, Handle.Health.FAILING})


@dataclass(frozen=True, slots=True)
class HandleHealth:
    """One handle as a page shows it; holds nothing secret. Money in US dollars, the day is X's (UTC).

    `words` is its state in the reader's language, `reasons` why it alarms ([] when it does not).
    """

    handle: Handle
    words: str
    last_answer_at: datetime | None
    silent: bool
    can_read: bool
    can_reply: bool
    spent_usd: float
    budget_usd: float
    spent_share: float
    reasons: tuple[str, ...]

    @property
    def alarm(self) -> bool:
        """Whether somebody must look."""
        return bool(self.reasons)


def handles_health(at: datetime, among: QuerySet[Handle] | None = None) -> list[HandleHealth]:
    """The handles (default all), alarming ones first, then by name; two queries."""
    chosen = Handle.objects.all() if among is None else among
    handles = list(chosen.select_related("state", "district").order_by("username"))
    spent = spent_today(at, [handle.pk for handle in handles])
    told = [_health(handle, spent.get(handle.pk, 0), at) for handle in handles]
    return sorted(told, key=lambda one: (not one.handle.is_active, not one.alarm))


def _health(handle: Handle, spent: int, at: datetime) -> HandleHealth:
    keys, budget = _keys(handle), budget_micros(handle)
    silent = handle.is_active and (
        handle.last_answer_at is None or at - handle.last_answer_at > timedelta(seconds=settings.X_SILENT_AFTER_SECONDS)
    )
    share = spent / budget if budget else 1.0
    return HandleHealth(
        handle=handle,
        words=str(handle.get_health_display()) if handle.is_active else _("switched off"),
        last_answer_at=handle.last_answer_at,
        silent=silent,
        can_read=keys.can_read,
        can_reply=keys.can_reply,
        spent_usd=spent / 1_000_000,
        budget_usd=float(handle.daily_budget_usd),
        spent_share=share,
        reasons=_reasons(handle, silent, keys, share) if handle.is_active else (),
    )


def _keys(handle: Handle) -> Credentials:
    try:
        return for_handle(handle)
    except MissingCredentials:
        return Credentials(handle.username)


def _reasons(handle: Handle, silent: bool, keys: Credentials, share: float) -> tuple[str, ...]:
    reasons = []
    if not keys.can_read:
        reasons.append(_("It cannot read: the bearer token is missing."))
    if not keys.can_reply:
        reasons.append(_("It cannot reply: keys for replying are missing."))
    if silent:
        reasons.append(_("It has been silent too long.") if handle.last_answer_at else _("It has never answered."))
    if handle.health in NEEDS_A_PERSON:
        reasons.append(str(handle.get_health_display()))
    if share >= ALARM_SHARE and handle.health != Handle.Health.OUT_OF_BUDGET:
        reasons.append(_("%(share)d %% of today's budget is used.") % {"share": round(share * 100)})
    return tuple(reasons)
