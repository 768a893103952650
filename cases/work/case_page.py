"""Journey 4: what the case page shows, gathered in a fixed number of queries whatever the history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language

from cases import access, aliases, disclosures, offers
from cases.actions import allowed_moves
from cases.models import CannedText, Case, CaseQuerySet, Event, Need
from cases.reviewing import version
from cases.splitting import may_split
from cases.undoing import Undoable, undoable
from cases.work import pleas, timeline
from cases.work.case_words import LEGEND, PLACE_KINDS, PLACE_REASONS, REVIEW_REASONS, asked_words
from cases.work.forms import FORMS
from cases.work.move_form import MoveForm, canned_for
from cases.work.offered import Offered, offered
from cases.work.reaching import Dial, dials, numbers_of, way_to
from cases.work.standing import Standing, standing_of
from cases.workflow import Move, Status
from districts.models import Officer

# The order in which moves stand under "more": daily ones first, those that end a case last.
_ORDER = list(FORMS)
# Their forms cost queries or hundreds of options: each is fetched when somebody opens it.
FETCHED = frozenset({Move.PLACE, Move.CORRECT, Move.HAND_OVER, Move.TRANSFER, Move.JOIN, Move.SUPPLY, Move.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible place, ready for one tap: what to show, and what to send as the move's form."""

    label: str
    reason: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class MoreMove:
    """A move under 'more'; without a form it is fetched when opened."""

    move: Move
    form: MoveForm | None


@dataclass(slots=True)
class CasePage:
    """Everything work/_case.html draws. `works`: may work the case; `revealed`: sees whole numbers and names now."""

    case: Case
    pleas: list[pleas.Plea]
    events: list[timeline.Line]
    moves: list[Move]
    forms: dict[str, MoveForm]
    phones: list[str]
    works: bool
    revealed: bool
    dials: list[Dial]
    standing: Standing
    way: str = ""
    doctor: str = ""
    undo: Undoable | None = None
    has_more_pleas: bool = False
    has_more_events: bool = False
    joined: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    teaching: aliases.Teaching = field(default_factory=aliases.Teaching)
    offers: list[Offered] = field(default_factory=list)
    photo_count: int = 0
    refusal: str = ""
    typed: str = ""
    opened: str = ""  # the move whose form stands open

    @property
    def may(self) -> dict[str, bool]:
        """The moves that are open to the reader now."""
        return {move.value: True for move in self.moves}

    @property
    def place_seen(self) -> str:
        """The place as it is shown: a tap on a candidate must not overwrite another one's choice."""
        return version(self.case, Move.PLACE)

    @property
    def next_move(self) -> str:
        """What the officer should do next: place, acknowledge, call, resolve; '' when nothing is left to do."""
        if Move.PLACE in self.moves and self.case.review_reason in PLACE_REASONS:
            return Move.PLACE.value
        if Move.ACKNOWLEDGE in self.moves:
            return Move.ACKNOWLEDGE.value
        if self.case.status == Status.ACKNOWLEDGED and self.phones and self.works and not self.proposes_end:
            return "call"
        return Move.RESOLVE.value if Move.RESOLVE in self.moves else ""

    @property
    def more(self) -> list[MoreMove]:
        """The moves that stand under 'more': all that need more than one tap, photos between the daily ones."""
        return [
            MoreMove(move, self.forms.get(move.value))
            for move in self.moves
            if not FORMS[move].is_one_tap or move.value == self.opened
        ]

    @property
    def requester(self) -> str:
        """By name, or by initials until it may be seen."""
        return str(self.case.requester) if self.revealed else pleas.masked_name(str(self.case.requester))

    @property
    def patient(self) -> str:
        """The same; '' where the patient is not known by name."""
        if self.case.patient is None:
            return ""
        return str(self.case.patient) if self.revealed else pleas.masked_name(str(self.case.patient))

    @property
    def may_reveal(self) -> bool:
        """Whether a tap would show number and name."""
        return self.works and not self.revealed

    @property
    def has_errors(self) -> bool:
        """Whether the open form came back because something in it is missing."""
        form = self.forms.get(self.opened)
        return bool(form and form.is_bound and form.errors)

    @property
    def review_reason(self) -> str:
        """Why the case waits for review, in a sentence; '' when it does not."""
        return str(REVIEW_REASONS.get(self.case.review_reason, "")) if self.case.review_reason else ""

    @property
    def asked(self) -> str:
        """What the citizen was asked for, in words; '' when nothing was missing."""
        return asked_words(self.case.asked_for)

    @property
    def proposes_end(self) -> bool:
        """The requester writes that help has come, and somebody may still resolve the case."""
        return self.case.consent_at is not None and self.case.is_open

    @property
    def legend(self) -> dict[str, str]:
        """The kinds of marks that the pleas really have."""
        seen = pleas.fields_marked(self.pleas)
        return {name: str(word) for name, word in LEGEND.items() if name in seen}


def for_page(cases: CaseQuerySet) -> CaseQuerySet:
    """With everything the facts show."""
    shown = ("place", "handle", "requester", "patient", "joined_to")
    return cases.for_cards().select_related(*shown)


def page_of(
    case: Case, officer: Officer, wrong: MoveForm | None = None, *, opened: str = "", address: str | None = None
) -> CasePage:
    """The page of a visible case for an officer; `wrong` is a form to show again, `opened` a move to open.

    Whole numbers are written down as shown before they are.
    """
    now = timezone.now()
    works, revealed = access.sees_phones(officer, case), disclosures.look(case, officer, now, address)
    events, numbers, canned = timeline.events_of(case), numbers_of(case), canned_for(case)
    shown = pleas.pleas_for(case, revealed=revealed, splits=may_split(officer, case))
    moves = sorted(allowed_moves(case, officer), key=_ORDER.index)
    opened = wrong.move.value if wrong is not None else opened
    page = CasePage(
        case=case,
        pleas=shown[: pleas.FIRST_SHOWN],
        has_more_pleas=len(shown) > pleas.FIRST_SHOWN,
        events=timeline.lines(events[: timeline.FIRST_SHOWN], revealed=revealed),
        has_more_events=len(events) > timeline.FIRST_SHOWN,
        moves=moves,
        forms=_forms(case, moves, canned, opened, wrong),
        phones=numbers,
        works=works,
        revealed=revealed,
        dials=dials(case, numbers, canned) if revealed else [],
        standing=standing_of(case, events, now),
        way=way_to(case),
        doctor=_doctor(case, officer),
        undo=undoable(case, officer, now, events),
        joined=list(case.joined_cases.order_by("pk").values_list("reference", flat=True)),
        candidates=_candidates(case) if Move.PLACE in moves else [],
        photo_count=case.photos.count(),
        opened=opened if opened in {move.value for move in moves} else "",
    )
    _add_neighbours(page, officer, now)
    return page


def _forms(
    case: Case, moves: Sequence[Move], canned: Sequence[CannedText], opened: str, wrong: MoveForm | None
) -> dict[str, MoveForm]:
    """The light ones at once, of the others only the one that is open."""
    here = [move for move in moves if move not in FETCHED or move.value == opened]
    forms = {move.value: FORMS[move](case=case, canned=canned) for move in here if not FORMS[move].is_one_tap}
    if wrong is not None and wrong.move in moves:
        forms[wrong.move.value] = wrong
    return forms


def _add_neighbours(page: CasePage, officer: Officer, now: datetime) -> None:
    """What is on offer, what else is needed, and which words of the plea name the place."""
    case = page.case
    page.needs = list(Need.objects.filter(pk__in=case.other_needs)) if case.other_needs else []
    known = [case.need, *page.needs]
    page.offers = offered(offers.beside(case, officer, now), known, officer, now)
    by_hand = case.events.filter(kind=Event.Kind.PLACED, actor__isnull=False).exists()
    page.teaching = aliases.teaching(case, officer, by_hand=by_hand)


def _doctor(case: Case, officer: Officer) -> str:
    """Where a doctor is asked about this case; '' for who may not, and when nothing is left to ask."""
    if not case.is_open or not access.does(officer, access.Act.ASK_DOCTOR):
        return ""
    try:
        return reverse("consult_ask", args=[case.reference])
    except NoReverseMatch:  # an office without the doctors' desk
        return ""


def _candidates(case: Case) -> list[Candidate]:
    """Those that name a district; without one there is nothing to route by."""
    hindi = get_language() == "hi"
    return [_candidate(found, hindi) for found in case.candidates if found.get("district")]


def _candidate(found: dict[str, object], hindi: bool) -> Candidate:
    place = f"place:{found['place']}" if found.get("place") else ""
    label = str((hindi and found.get("label_hi")) or found.get("label") or "")
    fields = {"district": found["district"], "block": found.get("block") or "", "place_choice": place}
    reason = (hindi and found.get("reason_hi")) or found.get("reason")
    kind = PLACE_KINDS.get(str(found.get("reason_kind")), "")
    reason = f"{reason} ({kind})" if reason and kind else reason
    return Candidate(label, str(reason or ""), {name: str(value) for name, value in fields.items()})
