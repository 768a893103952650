"""The tables of the case and its journey."""

from cases.models.case import Case, CaseQuerySet
from cases.models.config import Need, Promise, ReplyTemplate, Setting
from cases.models.event import Event
from cases.models.fingerprint import Fingerprint
from cases.models.labels import AliasOffer, Correction
from cases.models.message import Message, MessageQuerySet
from cases.models.notice import Notice
from cases.models.offer import Offer, OfferQuerySet
from cases.models.person import Person, Phone
from cases.models.source import ApiCall, Cursor, Handle

__all__ = [
    "AliasOffer",
    "ApiCall",
    "Case",
    "CaseQuerySet",
    "Correction",
    "Cursor",
    "Event",
    "Fingerprint",
    "Handle",
    "Message",
    "MessageQuerySet",
    "Need",
    "Notice",
    "Offer",
    "OfferQuerySet",
    "Person",
    "Phone",
    "Promise",
    "ReplyTemplate",
    "Setting",
]
