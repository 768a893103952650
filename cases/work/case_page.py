"""Journey 4: what the case page shows, gathered in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases import access, aliases, offers
from cases.actions import allowed_moves
from cases.models import Case, CaseQuerySet, Event, Message, Need, Offer
from cases.splitting import may_split
from cases.work.forms import FORMS, MoveForm
from cases.work.marking import Segment, hide_numbers, segments
from cases.workflow import Move, Status
from districts.models import Officer

REVIEW_REASONS = {
    "kind": _("It is not certain that this asks for help."),
    "ambiguous_place": _("Several places fit the words. Choose the right one."),
    "unknown_place": _("The plea names no place we know. Call, then set the place."),
    "doubtful_place": _("The place is only likely. Check it, then confirm."),
    "silent": _("The citizen was asked and has not answered. Call, then set the place."),
}
PLACE_REASONS = frozenset(REVIEW_REASONS) - {"kind"}
ASKED = {"place": _("the place"), "phone": _("a phone number")}
# What the tags of `cases.understanding` mean, for those who point at a mark; a tag without a line is shown as it is.
REASONS = {
    "ask": _("asked for"),
    "lack": _("could not get it"),
    "bare": _("named, though not asked for"),
    "group": _("blood group"),
    "here": _("the address"),
    "in": _("help is wanted here"),
    "home": _("where the patient is from"),
    "away": _("where the patient is to go"),
    "hospital": _("where the hospital is"),
    "listed": _("a hospital we know"),
    "named": _("named as a hospital"),
    "plain": _("the name of a place"),
    "state": _("state"),
    "number": _("phone"),
    "age": _("age"),
    "saturation": _("oxygen level"),
    "critical": _("life in danger"),
    "falling": _("oxygen level is falling"),
    "finishing": _("oxygen is running out"),
    "trapped": _("cannot get out"),
    "fragile": _("at special risk"),
    "hurry": _("said to be urgent"),
    "tagged": _("in a hashtag"),
    "told": _("follows from what is told"),
    "lies": _("where the patient is now"),
    "accident": _("an accident or bleeding"),
    "breath": _("cannot breathe well"),
    "trouble": _("cannot breathe well"),
    "flood": _("water all around"),
    "intensive": _("in intensive care"),
    "leisure": _("there is time, it says"),
    "spare": _("only as a precaution"),
    "mute": _("does not answer any more"),
    "part": _("signs on the body"),
    "pale": _("signs on the body"),
    "runs": _("oxygen is running out"),
    "soon": _("oxygen is running out"),
    "wavers": _("oxygen level goes up and down"),
}
# What may bear the name that makes a place a candidate.
PLACE_KINDS = {
    "district": pgettext_lazy("place", "district"),
    "block": pgettext_lazy("place", "block"),
    "subdistrict": pgettext_lazy("place", "tehsil"),
    "town": pgettext_lazy("place", "town"),
    "hospital": pgettext_lazy("place", "hospital"),
    "locality": pgettext_lazy("place", "locality"),
    "populated place": pgettext_lazy("place", "village"),
    "post office locality": pgettext_lazy("place", "village"),
}
LEGEND = {
    "need": _("what is needed"),
    "place": _("where"),
    "phone": _("phone"),
    "urgency": _("how urgent"),
}
# The order in which moves stand under "more": daily ones first, those that end a case last.
_ORDER = list(FORMS)


def asked_words(names: Iterable[str]) -> str:
    """What a citizen was asked for, for people."""
    return ", ".join(str(ASKED[name]) for name in names if name in ASKED)


@dataclass(frozen=True, slots=True)
class Plea:
    """One message of the case, cut where something was understood."""

    message: Message
    segments: list[Segment]
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible place, ready for one tap: what to show, and what to send as the move's form."""

    label: str
    reason: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, ready to show; numbers hidden from who may not call."""

    offer: Offer
    needs: list[Need]
    text: str
    phones: list[str]


def offered(offer: Offer, needs: Iterable[Need], officer: Officer) -> Offered:
    """What a page shows of an offer; `needs` are those the page knows already."""
    calls = access.may_settle_offers(officer)
    text = offer.message.text if calls else hide_numbers(offer.message.text)
    phones = [phone.number for phone in offer.giver.phones.all()] if calls else []
    return Offered(offer, [need for need in needs if need.pk in offer.needs], text, phones)


@dataclass(slots=True)
class CasePage:
    """Everything work/_case.html draws."""

    case: Case
    pleas: list[Plea]
    events: list[Event]
    forms: dict[str, MoveForm]
    phones: list[str]
    works: bool  # may work the case, and so may see whole telephone numbers
    candidates: list[Candidate] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    teaching: aliases.Teaching = field(default_factory=aliases.Teaching)
    offers: list["Offered"] = field(default_factory=list)
    refusal: str = ""
    typed: str = ""

    @property
    def opened(self) -> str:
        """The move whose form has errors and so stands open."""
        return next((move for move, form in self.forms.items() if form.errors), "")

    @property
    def next_move(self) -> str:
        """What the officer should do next: place, acknowledge, call, resolve; '' when nothing is left to do."""
        if Move.PLACE in self.forms and self.case.review_reason in PLACE_REASONS:
            return Move.PLACE.value
        if Move.ACKNOWLEDGE in self.forms:
            return Move.ACKNOWLEDGE.value
        if self.case.status == Status.ACKNOWLEDGED and self.phones and self.works and not self.proposes_end:
            return "call"
        return Move.RESOLVE.value if Move.RESOLVE in self.forms else ""

    @property
    def more(self) -> list[MoveForm]:
        """The forms that stand under 'more': all that need more than one tap."""
        return [form for form in self.forms.values() if not form.is_one_tap]

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
        seen = {segment.field for plea in self.pleas for segment in plea.segments}
        return {name: str(word) for name, word in LEGEND.items() if name in seen}


def for_page(cases: CaseQuerySet) -> CaseQuerySet:
    """With everything the facts show."""
    shown = ("place", "handle", "requester", "patient", "joined_to")
    return cases.for_cards().select_related(*shown)


def page_of(case: Case, officer: Officer, wrong: MoveForm | None = None) -> CasePage:
    """The page of a visible case for an officer; `wrong` is a form to show again with its errors."""
    works = access.sees_phones(officer, case)
    moves = sorted(allowed_moves(case, officer), key=_ORDER.index)
    forms = {move.value: FORMS[move](case=case) for move in moves}
    if wrong is not None and wrong.move in forms:
        forms[wrong.move.value] = wrong
    events = list(case.events.select_related("actor", "to_officer").order_by("-at", "-pk"))
    for event in events:
        if event.kind == Event.Kind.ASKED:
            event.note = asked_words(event.note.split(", "))
    by_hand = any(event.kind == Event.Kind.PLACED and event.actor_id for event in events)
    needs = list(Need.objects.filter(pk__in=case.other_needs)) if case.other_needs else []
    return CasePage(
        case=case,
        pleas=_pleas(
            case.messages.select_related("handle").order_by("posted_at", "pk"), works, may_split(officer, case)
        ),
        events=events,
        forms=forms,
        phones=list(case.requester.phones.order_by("pk").values_list("number", flat=True)),
        works=works,
        candidates=_candidates(case) if Move.PLACE in forms else [],
        needs=needs,
        offers=[offered(one, [case.need, *needs], officer) for one in offers.beside(case, officer, timezone.now())],
        teaching=aliases.teaching(case, officer, by_hand=by_hand),
    )


def _pleas(messages: Iterable[Message], works: bool, splits: bool) -> list[Plea]:
    """In the order of the citizens' clock; whatever joined the first may be taken out again."""
    shown: list[Plea] = []
    rests_on = False  # the first that is no repost is what the case rests on
    for message in messages:
        joined = rests_on and message.result != Message.Result.ECHO
        rests_on = rests_on or message.result != Message.Result.ECHO
        shown.append(Plea(message, segments(_text(message, works), _spans(message)), splits and joined))
    return shown


def _text(message: Message, works: bool) -> str:
    return message.text if works else hide_numbers(message.text)


def _spans(message: Message) -> list[dict[str, object]]:
    spans = (message.reading or {}).get("spans") or []
    return [span | {"reason": _reason(span.get("reason", ""))} for span in spans if isinstance(span, dict)]


def _reason(tag: object) -> str:
    return str(REASONS.get(str(tag), tag))


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
