"""Names that pleas use and no list knows: offered by officers as aliases, the accepted ones read by every worker."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import access, corrections
from cases.models import AliasOffer, Case
from cases.plain import plain
from cases.step import MoveRefused
from cases.understanding.lexicon import ordinary_words
from cases.understanding.text import Post
from cases.workflow import Move
from districts import gazetteer_source
from districts.models import Officer, PlaceName
from districts.spelling import name_words

State = AliasOffer.State
LONGEST = 80
_SHORTEST = 3
_MOST_CHIPS = 6
SOURCE = "taught by officers"


@dataclass(frozen=True, slots=True)
class Target:
    """The place a name would be learnt for: the level and key of its spellings, and the name people know it by."""

    level: str
    key: str
    label: str


def target_of(case: Case) -> Target | None:
    """The finest place the case has been given: its place, else its block, else its district."""
    if case.place is not None:
        return Target(PlaceName.Level.PLACE, case.place.pk, case.place.label)
    if case.block is not None:
        return Target(PlaceName.Level.BLOCK, str(case.block.pk), case.block.label)
    if case.district is not None:
        return Target(PlaceName.Level.DISTRICT, str(case.district.pk), case.district.label)
    return None


def may_offer(officer: Officer, case: Case) -> bool:
    """Whoever may set the place may say which words named it."""
    return case.district_id is not None and access.may(officer, Move.PLACE, case)


def may_decide(officer: Officer, offer: AliasOffer | Case) -> bool:
    """A name changes where others' pleas go: the control room and those above it decide."""
    if officer.is_superuser:
        return True
    at = [p for p in access.postings(officer) if p.role in access.TAKES_CALLS]
    state = offer.district.state_id if offer.district else None
    return any(p.block_id is None and p.district_id in {None, offer.district_id} and p.state_id == state for p in at)


def chips(case: Case) -> list[str]:
    """Words of the plea that no list knows, likeliest first: what an officer may tap to teach. At most six."""
    message = corrections.plea_of(case)
    if message is None:
        return []
    post, known = Post(message.text), gazetteer_source.current()
    taken = {word for match in known.find(post.words, ordinary_words()) for word in range(match.start, match.end)}
    free = [_is_unknown(post, at) and at not in taken for at in range(len(post.words))]
    found: dict[str, None] = {}
    for at in sorted(range(len(post.words)), key=lambda at: (not _written_large(post, at), at)):
        if free[at]:
            pair = at + 1 < len(free) and free[at + 1] and post.phrases[at] == post.phrases[at + 1]
            found.setdefault(post.original_words(at, at + 2 if pair and _written_large(post, at + 1) else at + 1))
    already = set(AliasOffer.objects.filter(case=case).values_list("spelling", flat=True))
    return [words for words in found if words not in already][:_MOST_CHIPS]


def _is_unknown(post: Post, at: int) -> bool:
    word = post.words[at]
    return len(word) >= _SHORTEST and not word.isdecimal() and word not in ordinary_words() and not post.tagged[at]


def _written_large(post: Post, at: int) -> bool:
    """A capital, or a script without capitals."""
    first = post.original_words(at, at + 1)[:1]
    return first.isupper() or not first.isascii()


def offer(*, case: Case, spelling: str, officer: Officer, at: datetime) -> AliasOffer:
    """Offer words of a plea as a name of the case's place; accepted at once from those who may decide.

    Raises MoveRefused: not_permitted, or invalid with the reason in words.
    """
    if not may_offer(officer, case):
        raise MoveRefused("not_permitted", _("Your posting does not allow this."))
    words, target, message = _checked(spelling), target_of(case), corrections.plea_of(case)
    if target is None or message is None or case.district is None:
        raise MoveRefused("invalid", _("Set the place first."))
    if PlaceName.objects.filter(level=target.level, key=target.key, spelling=words, is_active=True).exists():
        raise MoveRefused("invalid", _("This name is known already."))
    with transaction.atomic():
        row, _created = AliasOffer.objects.get_or_create(
            spelling=words,
            level=target.level,
            key=target.key,
            defaults={
                "language": "en" if words.isascii() else "hi",
                "district": case.district,
                "message": message,
                "case": case,
                "offered_by": officer,
                "offered_at": at,
            },
        )
        if row.state != State.ACCEPTED and may_decide(officer, case):
            return decide(offer_id=row.pk, accept=True, officer=officer, at=at)
    return row


def _checked(spelling: str) -> str:
    words = " ".join(plain(spelling).split())
    folded = name_words(words)
    if not folded or len("".join(folded)) < _SHORTEST or len(words) > LONGEST:
        raise MoveRefused("invalid", _("A name has 3 to 80 letters."))
    if any(sign.isdigit() for sign in words):
        raise MoveRefused("invalid", _("A name has no digits."))
    if len(folded) == 1 and folded[0] in ordinary_words():
        raise MoveRefused("invalid", _("“%(word)s” is an everyday word: it cannot be a name.") % {"word": words})
    return words


def decide(*, offer_id: int, accept: bool, officer: Officer, at: datetime) -> AliasOffer:
    """Accept an offered name, decline it, or take an accepted one back; all workers know from their next batch.

    Raises AliasOffer.DoesNotExist, or MoveRefused (not_permitted).
    """
    with transaction.atomic():
        row = AliasOffer.objects.select_for_update(of=("self",)).select_related("district").get(pk=offer_id)
        if not may_decide(officer, row):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        row.state = State.ACCEPTED if accept else State.DECLINED
        row.decided_by, row.decided_at = officer, at
        row.save()
        if accept:
            PlaceName.objects.update_or_create(
                level=row.level,
                key=row.key,
                spelling=row.spelling,
                defaults={"is_active": True},
                create_defaults={"language": row.language, "source": SOURCE},
            )
        else:
            taught = PlaceName.objects.filter(level=row.level, key=row.key, spelling=row.spelling, source=SOURCE)
            taught.update(is_active=False)
        gazetteer_source.bump_version()
    return row


def in_reach(officer: Officer) -> QuerySet[AliasOffer]:
    """The offered names of the officer's districts, newest first."""
    found = AliasOffer.objects.select_related("district__state", "case", "message", "offered_by", "decided_by")
    if officer.is_superuser:
        return found
    at = [p for p in access.postings(officer) if p.role in access.TAKES_CALLS and p.block_id is None]
    districts = {p.district_id for p in at if p.district_id}
    states = {p.state_id for p in at if p.district_id is None}
    return found.filter(district__in=districts) | found.filter(district__state__in=states)


@dataclass(frozen=True, slots=True)
class Listed:
    """An offered name with the name of its place, for people."""

    offer: AliasOffer
    label: str


def listed(offers: Iterable[AliasOffer]) -> list[Listed]:
    """With the places' names, from the gazetteer in memory."""
    known, hindi = gazetteer_source.current(), get_language() == "hi"
    found = []
    for one in offers:
        area = known.area(one.level, one.key)
        found.append(Listed(one, ((hindi and area.name_hi) or area.name) if area else one.key))
    return found


@dataclass(slots=True)
class Teaching:
    """What the case page asks an officer to teach: for which place, which words; `offers` are made already."""

    target: str = ""
    chips: list[str] = field(default_factory=list)
    offers: list[AliasOffer] = field(default_factory=list)
    decides: bool = False
    error: str = ""
    typed: str = ""


def teaching(case: Case, officer: Officer, *, by_hand: bool) -> Teaching:
    """What can be taught; `by_hand` tells that an officer placed the case, for then its words were not enough."""
    target = target_of(case)
    if target is None or not by_hand or not may_offer(officer, case):
        return Teaching()
    offers = list(AliasOffer.objects.filter(case=case))
    return Teaching(target.label, chips(case), offers, may_decide(officer, case))
