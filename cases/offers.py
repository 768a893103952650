"""Offers of help: taken out of messages by the pipeline, verified by telephone, shown beside cases they may help."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import access
from cases.drafts import Draft
from cases.models import Case, Offer, OfferQuerySet, Person, Phone
from cases.plain import plain
from cases.step import MoveRefused
from cases.tuning import Tuning
from cases.understanding.reading import NEEDS
from districts.models import Officer

Standing = Offer.Standing
LONGEST_NOTE = 500
# Beside a case: more would push the next move out of sight.
BESIDE = 3
# A district's newest offers that are looked through for a need; the list of a need is far shorter.
_LOOKED_THROUGH = 200


@dataclass(slots=True)
class Offers:
    """The offers of one batch: collected while it is decided, written with it."""

    tuning: Tuning
    at: datetime
    standing: dict[str, list[Offer]]  # by phone
    taken: list[tuple[Draft, Offer]] = field(default_factory=list)
    again: dict[int, Offer] = field(default_factory=dict)

    @classmethod
    def load(cls, drafts: Sequence[Draft], tuning: Tuning, at: datetime) -> "Offers":
        """What those who offer anew in this batch have on offer already: two queries, none without an offer."""
        phones = {phone for draft in drafts if is_offer(draft) for phone in draft.phones}
        known: dict[str, list[Offer]] = {}
        if phones:
            rows = Phone.objects.filter(number__in=phones).values_list("person_id", "number")
            numbers: dict[int, list[str]] = {}
            for person, number in rows:
                numbers.setdefault(person, []).append(number)
            for offer in Offer.objects.standing_now(at).filter(giver__in=numbers):
                for number in numbers[offer.giver_id]:
                    known.setdefault(number, []).append(offer)
        return cls(tuning, at, known)

    def take(self, draft: Draft) -> bool:
        """Whether the message is an offer somebody can verify; the same one made again is only shown for longer."""
        if not is_offer(draft):
            return False
        until = draft.opened_at + self.tuning.offer_shown
        same = self._same(draft)
        if same is not None:
            same.expires_at = max(same.expires_at, until)
            if same.pk:
                self.again[same.pk] = same
            return True
        message = draft.message
        giver = Person(
            name=message.author_name[:160],
            x_username=message.author_username,
            x_user_id=message.author_id,
            language=draft.reading.language or "",
        )
        offer = Offer(
            message=message,
            needs=[need for need in draft.reading.offered if need in NEEDS],
            giver=giver,
            state_id=draft.state,
            district_id=draft.district,
            block_id=draft.block,
            place_text=draft.place_text,
            offered_at=draft.opened_at,
            expires_at=until,
        )
        self.taken.append((draft, offer))
        for phone in draft.phones:
            self.standing.setdefault(phone, []).append(offer)
        return True

    def _same(self, draft: Draft) -> Offer | None:
        offered = set(draft.reading.offered)
        for phone in draft.phones:
            for offer in self.standing.get(phone, ()):
                if offered & set(offer.needs) and offer.district_id in {None, draft.district}:
                    return offer
        return None

    def write(self) -> None:
        """One statement per table; the caller holds the transaction."""
        Person.objects.bulk_create([offer.giver for _, offer in self.taken])
        Phone.objects.bulk_create(
            Phone(person=offer.giver, number=phone) for draft, offer in self.taken for phone in draft.phones
        )
        for _draft, offer in self.taken:
            offer.giver_id = offer.giver.pk
        Offer.objects.bulk_create([offer for _, offer in self.taken])
        Offer.objects.bulk_update(self.again.values(), ["expires_at"])


def is_offer(draft: Draft) -> bool:
    """Something we know the need of, and a number or an author to ask; a repost adds nothing."""
    reading, message = draft.reading, draft.message
    reachable = bool(draft.phones or message.author_id)
    return (
        reading.kind == "offer" and not draft.is_request and bool(reading.offered) and reachable and not message.echo_of
    )


def beside(case: Case, officer: Officer, at: datetime) -> list[Offer]:
    """Offers of what the case needs, in its district, verified ones first; two queries."""
    if not case.is_open or case.district_id is None:
        return []
    wanted = {case.need_id, *case.other_needs}
    near = Offer.objects.visible_to(officer).standing_now(at).filter(district=case.district_id)
    found = [offer for offer in _listed(near) if wanted & set(offer.needs)]
    return sorted(found, key=lambda offer: (offer.standing != Standing.VERIFIED, offer.block_id != case.block_id))[
        :BESIDE
    ]


def standing(officer: Officer, at: datetime, need: str = "") -> list[Offer]:
    """What is on offer in the officer's reach, newest first, of one need or of all; two queries."""
    found = _listed(Offer.objects.visible_to(officer).standing_now(at))
    return [offer for offer in found if not need or need in offer.needs]


def find(officer: Officer, offer_id: int, at: datetime) -> Offer | None:
    """One that stands in the officer's reach."""
    found = _listed(Offer.objects.visible_to(officer).standing_now(at).filter(pk=offer_id))
    return found[0] if found else None


def _listed(offers: OfferQuerySet) -> list[Offer]:
    rows = offers.select_related("giver", "message", "district", "block", "state", "verified_by")
    return list(rows.prefetch_related("giver__phones").order_by("-offered_at", "-pk")[:_LOOKED_THROUGH])


def settle(*, offer_id: int, to: str, officer: Officer, at: datetime, note: str = "") -> Offer:
    """Verify an offer, or say that it is used up or untrue; its history keeps who did.

    Raises MoveRefused (not_permitted, not_allowed, invalid), Offer.DoesNotExist outside the officer's reach.
    """
    if not access.may_settle_offers(officer):
        raise MoveRefused("not_permitted", _("Your posting does not allow this."))
    if to not in (Standing.VERIFIED, Standing.GONE, Standing.FALSE):
        raise MoveRefused("invalid", _("Choose from the list."))
    with transaction.atomic():
        offer = Offer.objects.visible_to(officer).select_for_update(of=("self",)).get(pk=offer_id)
        if not access.may_settle(officer, offer):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        if offer.settled_at is not None:
            raise MoveRefused("not_allowed", _("This offer has been settled already."))
        offer.standing, offer.note = to, plain(note)[:LONGEST_NOTE] or offer.note
        if to == Standing.VERIFIED:
            offer.verified_by, offer.verified_at = officer, at
        else:
            offer.settled_at = at
        offer._history_user = officer  # type: ignore[attr-defined]  # simple_history reads it
        offer.save()
    return offer
