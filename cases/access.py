"""Who may see and do what, in one table: used by pages, API, exports and reports alike."""

from typing import Protocol

from django.db.models import Q

from cases.workflow import Move
from districts.models import Officer, Posting, Role

_WORK = frozenset(
    {Move.ACKNOWLEDGE, Move.START, Move.NOTE, Move.HAND_OVER, Move.TRANSFER, Move.PLACE, Move.CORRECT, Move.RESOLVE}
)
_SORT_OUT = frozenset({Move.CONFIRM, Move.DISMISS})
_SUPERVISE = _WORK | _SORT_OUT | {Move.REOPEN, Move.CLOSE, Move.WITHDRAW}

MOVES: dict[str, frozenset[Move]] = {
    Role.NODAL_OFFICER: _WORK | {Move.REOPEN},
    Role.DISTRICT_NODAL: _SUPERVISE,
    Role.COLLECTOR: _SUPERVISE,
    Role.OPERATOR: _WORK | _SORT_OUT,
    Role.DOCTOR: frozenset({Move.NOTE}),
    Role.STATE_ADMIN: _SUPERVISE,
    Role.AUDITOR: frozenset(),
}
TAKES_CALLS = frozenset({Role.OPERATOR, Role.DISTRICT_NODAL, Role.STATE_ADMIN})
READS_REPORTS = frozenset({Role.DISTRICT_NODAL, Role.COLLECTOR, Role.STATE_ADMIN, Role.AUDITOR})
NOBODY = Q(pk__in=[])


def postings(officer: Officer) -> list[Posting]:
    """The officer's postings in force today; one query, kept on the officer for the request."""
    kept: list[Posting] | None = getattr(officer, "_postings_today", None)
    if kept is None:
        kept = list(officer.postings.current().select_related("state", "district", "block"))
        officer._postings_today = kept  # type: ignore[attr-defined]
    return kept


class Located(Protocol):
    """What of a case decides who is in charge of it."""

    officer_id: int | None
    state_id: int | None
    district_id: int | None
    block_id: int | None


def roles(officer: Officer, case: Located | None = None) -> frozenset[str]:
    """The roles the officer holds today; with a case, those of postings that cover its place.

    Who holds a case in person keeps every role for it, wherever it lies.
    """
    holds = case is None or case.officer_id == officer.pk
    return frozenset(posting.role for posting in postings(officer) if holds or (case and _covers(posting, case)))


def _covers(posting: Posting, case: Located) -> bool:
    if posting.block_id:
        return posting.block_id == case.block_id
    if posting.district_id:
        return posting.district_id == case.district_id
    return case.state_id in {None, posting.state_id}


def scope(officer: Officer) -> Q:
    """The cases an officer may see: those of every place of posting, and those held in person.

    A case whose state is not known is seen by every state posting: somebody must find it.
    """
    if officer.is_superuser:
        return Q()
    held = postings(officer)
    if not held:
        return NOBODY
    states = {posting.state_id for posting in held if posting.district_id is None}
    districts = {posting.district_id for posting in held if posting.district_id and posting.block_id is None}
    blocks = {posting.block_id for posting in held if posting.block_id}
    seen = Q(officer=officer)
    if states:
        seen |= Q(state__in=states) | Q(state=None)
    if districts:
        seen |= Q(district__in=districts)
    if blocks:
        seen |= Q(block__in=blocks)
    return seen


def reach(officer: Officer) -> Q:
    """What lies in the districts of posting, or in the state without a known district: offers help a whole district."""
    if officer.is_superuser:
        return Q()
    held = postings(officer)
    if not held:
        return NOBODY
    districts = {posting.district_id for posting in held if posting.district_id}
    whole_states = {posting.state_id for posting in held if posting.district_id is None}
    seen = Q(district__in=districts) | Q(state__in=whole_states)
    seen |= Q(district=None, state__in={posting.state_id for posting in held})
    return seen | Q(state=None) if whole_states else seen


def may_settle_offers(officer: Officer) -> bool:
    """Whether the officer verifies offers by telephone: whoever works cases."""
    return may_somewhere(officer, Move.ACKNOWLEDGE)


def may(officer: Officer, move: Move, case: Located) -> bool:
    """Whether a role that the officer holds for this case has the move; visibility is asked separately."""
    if officer.is_superuser:
        return True
    return any(move in MOVES[role] for role in roles(officer, case))


def may_somewhere(officer: Officer, move: Move) -> bool:
    """Whether the officer has the move at any of the places of posting: what a list offers before a case is chosen."""
    return officer.is_superuser or any(move in MOVES[role] for role in roles(officer))


def sees_phones(officer: Officer, case: Located) -> bool:
    """Whether the officer is shown whole telephone numbers: who works the case, or advises by telephone (doctors)."""
    return may(officer, Move.NOTE, case)


def may_take_calls(officer: Officer) -> bool:
    """Whether the officer enters telephone calls and pasted posts."""
    return officer.is_superuser or bool(TAKES_CALLS & roles(officer))


def may_read_reports(officer: Officer) -> bool:
    """Whether the officer reads the collector's figures."""
    return officer.is_superuser or bool(READS_REPORTS & roles(officer))
