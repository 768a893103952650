"""Who may see and do what, in one table: used by pages, API, exports and reports alike."""

from enum import StrEnum
from typing import Protocol

from django.db.models import Q, QuerySet

from cases.workflow import Move
from districts.models import Officer, Posting, Role

_WORK = frozenset(
    {
        *(Move.ACKNOWLEDGE, Move.START, Move.NOTE, Move.HAND_OVER, Move.TRANSFER, Move.PLACE, Move.CORRECT),
        *(Move.RESOLVE, Move.CALL, Move.SUPPLY, Move.JOIN, Move.UNJOIN, Move.UNDO),
    }
)
_SORT_OUT = frozenset({Move.CONFIRM, Move.DISMISS})
_SUPERVISE = _WORK | _SORT_OUT | {Move.REOPEN, Move.CLOSE, Move.WITHDRAW, Move.UNREACHABLE}


class Act(StrEnum):
    """What an officer may do beside the moves of a case."""

    TAKE_CALLS = "take_calls"  # the helpline's screen, pasted posts, missed calls
    READ_REPORTS = "read_reports"
    SEE_WALL = "see_wall"  # the control room's screen: counts and references, no persons
    HOLD_REVIEW = "hold_review"  # issue a sheet, decide over it, keep stock and who gets it
    SEE_MISSES = "see_misses"  # the ledger of broken promises
    SEE_ROSTER = "see_roster"
    KEEP_ROSTER = "keep_roster"  # shifts, leave, stand-ins of the places under one's own
    EDIT_TEXTS = "edit_texts"  # reply and notice texts, canned texts
    SET_CLOCK = "set_clock"  # promised times and the ladder
    SEE_OUTBOX = "see_outbox"  # notices that could not be sent
    ADVISE = "advise"  # the doctors' desk
    ASK_DOCTOR = "ask_doctor"
    SEE_CONSULTATIONS = "see_consultations"  # counts and waiting times, no notes
    SEE_DISCLOSURES = "see_disclosures"  # who was shown whose number
    SETTLE_OFFERS = "settle_offers"
    EXPORT = "export"


_DESK_ACTS = frozenset({Act.SEE_ROSTER, Act.ASK_DOCTOR, Act.SETTLE_OFFERS})
_OVERSIGHT = frozenset(
    {Act.READ_REPORTS, Act.SEE_WALL, Act.SEE_MISSES, Act.SEE_ROSTER, Act.SEE_CONSULTATIONS, Act.EXPORT}
)
_IN_CHARGE = _DESK_ACTS | _OVERSIGHT | {Act.KEEP_ROSTER, Act.EDIT_TEXTS, Act.SET_CLOCK, Act.SEE_OUTBOX}
_IN_CHARGE |= {Act.HOLD_REVIEW}
ACTS: dict[str, frozenset[Act]] = {
    Role.NODAL_OFFICER: _DESK_ACTS,
    Role.DISTRICT_NODAL: _IN_CHARGE | {Act.TAKE_CALLS},
    Role.COLLECTOR: _IN_CHARGE | {Act.SEE_DISCLOSURES},
    Role.OPERATOR: _DESK_ACTS | {Act.TAKE_CALLS, Act.SEE_OUTBOX, Act.SEE_WALL},
    Role.DOCTOR: frozenset({Act.ADVISE, Act.SEE_ROSTER}),
    Role.STATE_ADMIN: _IN_CHARGE | {Act.TAKE_CALLS, Act.SEE_DISCLOSURES},
    Role.AUDITOR: _OVERSIGHT | {Act.SEE_DISCLOSURES},
}

MOVES: dict[str, frozenset[Move]] = {
    Role.NODAL_OFFICER: _WORK | {Move.REOPEN},
    Role.DISTRICT_NODAL: _SUPERVISE,
    Role.COLLECTOR: _SUPERVISE,
    Role.OPERATOR: _WORK | _SORT_OUT,
    Role.DOCTOR: frozenset({Move.NOTE, Move.CALL}),
    Role.STATE_ADMIN: _SUPERVISE,
    Role.AUDITOR: frozenset(),
}
TAKES_CALLS = frozenset(role for role, acts in ACTS.items() if Act.TAKE_CALLS in acts)
NOBODY = Q(pk__in=[])


def postings(officer: Officer) -> list[Posting]:
    """The postings the officer answers for today, those of replaced colleagues included; one query a request."""
    kept: list[Posting] | None = getattr(officer, "_postings_today", None)
    if kept is None:
        kept = list(Posting.objects.in_charge(officer).select_related("state", "district", "block").order_by("pk"))
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


def scope_in_parts(officer: Officer) -> list[Q]:
    """`scope`, cut into parts that share no case: each has an index in a list's order, which their OR has not.

    States and districts stand each for itself (they are many cases, and postings few), blocks together.
    """
    if officer.is_superuser:
        return [Q()]
    held = postings(officer)
    if not held:
        return [NOBODY]
    states = sorted({posting.state_id for posting in held if posting.district_id is None})
    districts = sorted({posting.district_id for posting in held if posting.district_id and posting.block_id is None})
    blocks = sorted({posting.block_id for posting in held if posting.block_id})
    found = [Q(state=state) for state in states] + [Q(state=None)] * bool(states)
    beyond = (Q(state__isnull=False) & ~Q(state__in=states)) if states else Q()
    found += [beyond & Q(district=district) for district in districts]
    beyond &= _not_in("district", districts)
    found += [beyond & Q(block__in=blocks)] * bool(blocks)
    return [*found, beyond & _not_in("block", blocks) & Q(officer=officer)]


def _not_in(area: str, keys: list[int]) -> Q:
    return Q(**{area: None}) | ~Q(**{f"{area}__in": keys}) if keys else Q()


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


def does(officer: Officer, act: Act) -> bool:
    """Whether the officer may do this at any of the places of posting."""
    return officer.is_superuser or any(act in ACTS[role] for role in roles(officer))


def places_of(officer: Officer, act: Act) -> list[Posting]:
    """The postings that allow it: what an officer keeps lies within their places."""
    return [posting for posting in postings(officer) if act in ACTS[posting.role]]


_RANK: dict[str, int] = {Role.STATE_ADMIN: 3, Role.COLLECTOR: 2, Role.AUDITOR: 2, Role.DISTRICT_NODAL: 1}


def outranks(posting: Posting, role: str) -> bool:
    """Whether the posting stands above a role: what one keeps lies below."""
    return _RANK.get(posting.role, 0) > _RANK.get(role, 0)


def within(posting: Posting, path: str = "") -> Q:
    """What lies in the place of a posting; `path` leads to the row's state, district and block ("case__")."""
    if posting.block_id:
        return Q(**{f"{path}block": posting.block_id})
    if posting.district_id:
        return Q(**{f"{path}district": posting.district_id})
    return Q(**{f"{path}state": posting.state_id})


def officers_below(officer: Officer) -> QuerySet[Officer]:
    """The officers whose every posting of today is of a lower rank and lies where one keeps the roster.

    Whoever may open the admin is below superusers only.
    """
    others = Officer.objects.exclude(pk=officer.pk)
    if officer.is_superuser:
        return others
    lower = NOBODY
    for posting in places_of(officer, Act.KEEP_ROSTER):
        ranked = [role for role in Role.values if outranks(posting, role)]
        lower |= within(posting) & Q(role__in=ranked)
    today = Posting.objects.current()
    below = today.filter(lower)
    return (
        others.filter(pk__in=below.values("officer"), is_superuser=False, is_staff=False)
        .exclude(pk__in=today.exclude(pk__in=below.values("pk")).values("officer"))
        .order_by("first_name", "last_name", "pk")
    )


class OnOffer(Protocol):
    """What of an offer decides who calls its giver: it helps a whole district."""

    state_id: int | None
    district_id: int | None


def may_settle_offers(officer: Officer) -> bool:
    """Whether the officer verifies offers by telephone: whoever works cases."""
    return does(officer, Act.SETTLE_OFFERS)


def may_settle(officer: Officer, offer: OnOffer) -> bool:
    """Whether a posting that allows it reaches this offer (as in `reach`): who only looks there calls nobody."""
    return officer.is_superuser or any(_reaches(held, offer) for held in places_of(officer, Act.SETTLE_OFFERS))


def _reaches(posting: Posting, offer: OnOffer) -> bool:
    if posting.district_id and offer.district_id:
        return posting.district_id == offer.district_id
    return offer.state_id == posting.state_id or (posting.district_id is None and offer.state_id is None)


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


def sees_photos(officer: Officer, case: Located) -> bool:
    """Whether the officer may look at the photos of a case: faces and papers with names are for who works the case.

    Auditors read that there are photos, and how many.
    """
    return may(officer, Move.NOTE, case)


def may_take_calls(officer: Officer) -> bool:
    """Whether the officer enters telephone calls and pasted posts."""
    return does(officer, Act.TAKE_CALLS)


def may_read_reports(officer: Officer) -> bool:
    """Whether the officer reads the collector's figures."""
    return does(officer, Act.READ_REPORTS)


class Consulted(Protocol):
    """What of a consultation decides who may read it; `case.officer` is the owner of the patient's case."""

    doctor_id: int | None
    state_id: int | None
    district_id: int | None

    @property
    def case(self) -> Located:
        """The patient's case."""
        ...


def consults_in(officer: Officer) -> Q:
    """The consultations on the officer's desk: a district's doctors have their district, a state's have the state and
    what is not placed yet."""
    if officer.is_superuser:
        return Q()
    desks = places_of(officer, Act.ADVISE)
    states = {posting.state_id for posting in desks if posting.district_id is None}
    here = Q(district__in={posting.district_id for posting in desks if posting.district_id})
    return here | Q(state__in=states) | Q(state=None) if states else here


def reads_consultation(officer: Officer, consultation: Consulted) -> bool:
    """Whether the officer may read the doctor's note: doctors of the place, and who holds the patient's case.

    Nobody else may, no administrator either: they see only that there was a consultation.
    """
    held = postings(officer)
    if held and officer.pk in {consultation.doctor_id, consultation.case.officer_id}:
        return True
    return any(
        posting.role == Role.DOCTOR
        and (
            posting.district_id == consultation.district_id
            if posting.district_id
            else consultation.state_id in {None, posting.state_id}
        )
        for posting in held
    )


def may_ask_doctor(officer: Officer, case: Located) -> bool:
    """Whether the officer may ask for a doctor's advice on this case; visibility is asked separately."""
    return officer.is_superuser or any(Act.ASK_DOCTOR in ACTS[role] for role in roles(officer, case))
