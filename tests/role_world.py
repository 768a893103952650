"""What the walk over every address needs: an officer of each role, and something of each kind at a place."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases import feedback, references
from cases.models import (
    AliasOffer,
    Case,
    Consultation,
    Disclosure,
    HandOverNote,
    Message,
    Miss,
    MissedCall,
    Notice,
    Offer,
    Person,
    Photo,
    ReplyTemplate,
    SavedFilter,
)  # fmt: skip
from cases.photos import small_name
from cases.workflow import OPEN, RULES, Closing, Move, Status
from districts.models import Block, District, Leave, Officer, Posting, Role, State
from tests import role_exports, role_reviews
from tests.conftest import CaseMaker, Cast, Map

WHO = (*("nobody", "unposted", *Role.values), "superuser")
OWN, OTHER, NO_PLACE = "own", "other", "-"


@dataclass(frozen=True, slots=True)
class Where:
    """A place of the small map."""

    state: State
    district: District
    block: Block | None


@dataclass
class World:
    """The cast, the map, and a browser for each role."""

    cast: Cast
    map: Map
    make_case: CaseMaker

    def __post_init__(self) -> None:
        """Officers that the cast lacks."""
        here = Where(self.map.cg, self.map.bilaspur, self.map.bilha)
        self.here = here
        self.officers: dict[str, Officer | None] = {
            "nobody": None,
            "unposted": Officer.objects.create_user("unposted", password="sahayata-test"),
            Role.NODAL_OFFICER: self.cast.meena,
            Role.DISTRICT_NODAL: self.cast.sunita,
            Role.COLLECTOR: self.cast.collector,
            Role.OPERATOR: self.cast.operator,
            Role.DOCTOR: self.cast.doctor,
            Role.STATE_ADMIN: self.cast.state_admin,
            Role.AUDITOR: self.cast.auditor,
            "superuser": Officer.objects.create_superuser("root", password="sahayata-test", language="en"),
        }
        self.browsers = {who: _browser(officer) for who, officer in self.officers.items()}

    def place(self, who: str, which: str) -> Where:
        """The own place, or one just outside: another block, another district, another state."""
        if which != OTHER:
            return self.here
        if who == Role.NODAL_OFFICER:
            return Where(self.map.cg, self.map.bilaspur, self.map.kota)
        if who == Role.STATE_ADMIN:
            return Where(self.map.rj, self.map.jaipur, None)
        return Where(self.map.cg, self.map.raipur, self.map.dharsiwa)

    def officer_at(self, where: Where, role: str = Role.NODAL_OFFICER) -> Officer:
        """Somebody of the lowest rank who is posted just there."""
        officer = Officer.objects.create_user(f"of-{where.district.pk}-{Officer.objects.count()}")
        Posting.objects.create(
            officer=officer, role=role, state=where.state, district=where.district, block=where.block
        )
        return officer

    def case_at(self, where: Where, status: Status = Status.ASSIGNED) -> Case:
        """A case that lies there and is held by nobody of the cast."""
        holder = self.officer_at(where)
        given = {"state": where.state, "district": where.district, "block": where.block, "officer": holder}
        case = self.make_case(reference=references.new(where.district.name), **given)
        if status != Status.ASSIGNED:
            set_status(case, status, self.make_case)
        return case


def picture() -> bytes:
    """A small photo as a telephone sends it."""
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return file.getvalue()


def small_file(photo: Photo) -> str:
    """Where its small copy lies."""
    return str(photo.file.storage.path(small_name(photo)))


def _browser(officer: Officer | None) -> Client:
    client = Client()
    if officer is not None:
        client.force_login(officer)
        session = client.session  # as the sign-in page leaves it: the password was typed a moment ago
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(officer.pk)
        session.save()
        UserSession.objects.create(
            user=officer, session_key=client.session.session_key, ip="127.0.0.1", user_agent="test"
        )
    return client


def set_status(case: Case, status: str, make_case: CaseMaker) -> None:
    """Put the case there without the moves that lead to it, with the times that the database asks for."""
    at = timezone.now()
    fields: dict[str, Any] = {"status": status, "assigned_at": at, "acknowledged_at": at, "next_due_at": at}
    fields |= {"answer_by": None, "joined_to": None, "resolved_at": None, "closed_at": None}
    fields |= {"outcome": "", "closing": "", "review_reason": ""}
    if status == Status.AWAITING_INFO:
        fields |= {"answer_by": at + timedelta(minutes=10), "asked_for": ["place"]}
    if status == Status.NEEDS_REVIEW:
        fields |= {"review_reason": "kind"}
    if status not in OPEN:
        fields |= {"next_due_at": None, "alarm_at": None}
    if status in (Status.RESOLVED, Status.CLOSED):
        fields |= {"resolved_at": at, "outcome": "helped"}
    if status not in (*OPEN, Status.RESOLVED):
        fields |= {"closed_at": at}
    if status == Status.CLOSED:
        fields |= {"closing": Closing.YES}
    if status == Status.DUPLICATE:
        other = make_case(state=case.state, district=case.district, block=case.block)
        fields |= {"joined_to": other}
    Case.objects.filter(pk=case.pk).update(**fields)
    case.refresh_from_db()


def _message(where: Where, **given: Any) -> Message:
    at, number = timezone.now(), Message.objects.count()
    fields: dict[str, Any] = {
        "channel": "x",
        "external_id": f"walk-{number}",
        "author_id": f"walk-{number}",
        "text": "Oxygen cylinder chahiye Tifra",
        "posted_at": at,
        "received_at": at,
        "scope_state": where.state,
        "scope_district": where.district,
    }
    return Message.objects.create(**(fields | given))


def _offer(where: Where) -> Offer:
    at = timezone.now()
    return Offer.objects.create(
        message=_message(where),
        needs=["oxygen"],
        giver=Person.objects.create(name="Asha"),
        state=where.state,
        district=where.district,
        offered_at=at,
        expires_at=at + timedelta(days=1),
    )


def _alias(world: World, where: Where) -> AliasOffer:
    case = world.case_at(where)
    return AliasOffer.objects.create(
        spelling="Tiphra",
        level="place",
        key=str(world.map.tifra.pk),
        district=where.district,
        message=_message(where, case=case),
        case=case,
        offered_at=timezone.now(),
    )


def _missed_call(where: Where, taken_by: Officer | None) -> MissedCall:
    at = timezone.now()
    times = {"first_at": at, "last_at": at, "taken_at": at if taken_by else None}
    place = {"state": where.state, "district": where.district}
    return MissedCall.objects.create(number="9812345678", taken_by=taken_by, **times, **place)


def _notice(**given: Any) -> Notice:
    at = timezone.now()
    fields: dict[str, Any] = {
        "once": f"walk-{Notice.objects.count()}",
        "channel": "email",
        "template": "assigned",
        "language": "en",
        "text": "A case is yours.",
        "urgency": "critical",
        "rank": 0,
        "created_at": at,
        "next_try_at": at,
    }
    return Notice.objects.create(**(fields | given))


def _consultation(world: World, where: Where, doctor: Officer, page: str) -> Consultation:
    at = timezone.now()
    fields: dict[str, Any] = {"standing": "waiting"}
    if page in {"consult_save", "consult_call", "consult_give_back", "consult_finish"}:
        fields = {"standing": "claimed", "doctor": doctor, "claimed_at": at}
    return Consultation.objects.create(
        case=world.case_at(where), state=where.state, district=where.district, asked_at=at, due_at=at, **fields
    )


@dataclass
class Sample:
    """One request to be made: whose place it is at decides what its address names."""

    world: World
    who: str
    which: str
    page: str

    def __post_init__(self) -> None:
        """The place and the officer."""
        self.where = self.world.place(self.who, self.which)
        self.officer = self.world.officers[self.who]

    @property
    def mine(self) -> Officer:
        """The officer in the own place; in the other, and for nobody, somebody else."""
        if self.officer is not None and self.which == OWN:
            return self.officer
        return self.world.officer_at(self.where)

    def reference(self) -> str:
        """A case whose status lets the move of the page be made."""
        self.case = self.world.case_at(self.where, _start_of(self.page))
        return self.case.reference

    def token(self) -> str:
        """Of a link that a requester was sent, or of the page after a form."""
        if self.page == "answer_by_link":
            return feedback.token(self.case.reference)
        return _message(self.where, channel="web", external_id="0" * 32).external_id

    def miss(self) -> int:
        """A broken promise of a case there."""
        case, at = self.world.case_at(self.where), timezone.now()
        place = {"state": self.where.state, "district": self.where.district, "block": self.where.block}
        times = {"turn": 1, "rung": 1, "clock": "respond", "limit_at": at, "at": at, "urgency": "critical"}
        return Miss.objects.create(case=case, from_officer=case.officer, **times, **place).pk

    def message(self) -> int:
        """A message of the kind that the page is about."""
        if self.page == "telephone_saved":
            return _message(self.where, channel="phone", taken_by=self.mine).pk
        if self.page == "split_case":
            _message(self.where, case=self.case, reading={})
            return _message(
                self.where, case=self.case, reading={}, state="read", result="joined", read_at=timezone.now()
            ).pk
        return _message(self.where, state="failed", error="poison").pk

    def missed_call(self) -> int:
        """One that waits, or that the officer has said to call back."""
        return _missed_call(self.where, self.mine if self.page == "missed_outcome" else None).pk

    def version(self) -> int:
        """An older wording of the text."""
        text = ReplyTemplate.objects.get(key="received", language="en")
        text.save()
        return int(text.history.latest().history_id)

    def prepare(self) -> None:
        """What no argument names: the code of who switches it off, or reads the recovery codes."""
        if self.officer is not None and self.page in _OF_THE_CODE:
            TOTP.activate(self.officer, generate_totp_secret())
            RecoveryCodes.activate(self.officer)

    def key(self) -> str:
        """A text's, or a row of the roster's."""
        if not self.page.startswith("roster_"):
            return "received"
        block = self.where.block
        held = self.world.officer_at(self.where, Role.NODAL_OFFICER if block else Role.OPERATOR).postings.get()
        Posting.objects.filter(pk=held.pk).update(starts_on="2026-01-01")
        self.posting = held.pk
        return f"block-{block.pk}" if block else f"district-{self.where.district.pk}-{Role.OPERATOR}"

    def leave(self) -> int:
        """Of an officer of that place, with somebody who stands in."""
        who, other = self.world.officer_at(self.where), self.world.officer_at(self.where)
        day = timezone.localdate()
        return Leave.objects.create(officer=who, from_date=day, until_date=day, replacement=other).pk

    def photo(self) -> int:
        """One of the case, with a picture behind it."""
        file = SimpleUploadedFile("one.jpg", picture())
        given = {"file": file, "width": 8, "height": 8, "digest": "0" * 64, "at": timezone.now()}
        one = Photo.objects.create(case=self.case, officer=self.case.officer, **given)
        Path(small_file(one)).write_bytes(picture())
        if self.officer is not None:  # what is asked is whether the posting allows it: the look was written down before
            look = {"kind": "revealed", "detail": Disclosure.PHOTOS, "at": timezone.now()}
            Disclosure.objects.create(officer=self.officer, case=self.case, **look)
        return one.pk

    def hand_over_note(self) -> int:
        """Left at that place by somebody else."""
        block = self.where.block if self.who == Role.NODAL_OFFICER else None
        place = {"state": self.where.state, "district": self.where.district, "block": block}
        officer = self.world.officer_at(self.where)
        return HandOverNote.objects.create(officer=officer, at=timezone.now(), text="Quiet.", cases=[], **place).pk

    @property
    def query(self) -> str:
        """What stands behind the address: the roster looks at one district at a time."""
        return f"?area={self.where.district.pk}" if self.page.startswith("roster_") and self.which != NO_PLACE else ""

    def session(self) -> int:
        """Another session of the same officer, or of another."""
        one = UserSession.objects.create(user=self.mine, session_key="other", ip="127.0.0.1", user_agent="test")
        return int(one.pk)

    def offer(self) -> int:
        """An offer of help, or a name offered."""
        return _alias(self.world, self.where).pk if self.page == "decide_name" else _offer(self.where).pk

    def notice(self) -> int:
        """One of the officer's own, or one of a case that could not be sent."""
        if self.page == "open_notice":
            shown = {"channel": "desk", "state": "sent", "sent_at": timezone.now()}  # as every notice on a desk is
            return _notice(officer=self.mine, case=self.world.case_at(self.where), **shown).pk
        case = self.world.case_at(self.where)
        return _notice(case=case, person=case.requester, state="failed", error="refused").pk


_OF_THE_CODE = {
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_download_recovery_codes", "mfa_reauthenticate"),
}


def _start_of(page: str) -> Status:
    name = page.removeprefix("api_case_").removeprefix("case_move ")
    if name not in Move.values:
        return Status.ASSIGNED
    starts = RULES[Move(name)].start
    return Status.ASSIGNED if Status.ASSIGNED in starts else starts[0]


# How each argument of an address is filled; an address with an argument that is not here fails the walk.
ARGUMENTS: dict[str, Callable[[Sample], Any]] = {
    "reference": Sample.reference,
    "message_id": Sample.message,
    "session_id": Sample.session,
    "offer_id": Sample.offer,
    "notice_id": Sample.notice,
    "officer_id": lambda sample: sample.world.officer_at(sample.where).pk,
    "call_id": Sample.missed_call,
    "saved_id": lambda sample: SavedFilter.objects.create(officer=sample.mine, name="Late", query="late=1").pk,
    "consultation_id": lambda sample: _consultation(sample.world, sample.where, sample.mine, sample.page).pk,
    "answer": lambda _: "accept",
    "standing": lambda _: "verified",
    "outcome": lambda _: "no-answer",
    "how": lambda _: "again",
    "channel": lambda _: "push",
    "key": Sample.key,
    "leave_id": Sample.leave,
    "photo_id": Sample.photo,
    "note_id": Sample.hand_over_note,
    "name": lambda _: "history",
    "kind": lambda _: "csv",
    "language": lambda _: "en",
    "version": Sample.version,
    "token": Sample.token,
    "pk": Sample.miss,
    "export_id": lambda sample: role_exports.export(sample.mine),
    **role_reviews.ARGUMENTS,
}
