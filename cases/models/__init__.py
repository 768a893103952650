"""The tables of the case and its journey."""

from cases.models.case import Case, CaseQuerySet
from cases.models.channels import BY_GATEWAY, Channel, Gateway, OfficerChannel, PushSubscription, QuietHours
from cases.models.config import Ladder, Need, Promise, ReplyTemplate, Setting
from cases.models.consultation import Consultation
from cases.models.event import Event
from cases.models.exports import Export
from cases.models.figures import Counted, Figure, FigureState
from cases.models.fingerprint import Fingerprint
from cases.models.labels import AliasOffer, Correction
from cases.models.message import Message, MessageQuerySet
from cases.models.misses import Miss
from cases.models.notice import Notice
from cases.models.offer import Offer, OfferQuerySet
from cases.models.person import Person, Phone
from cases.models.reviews import Decision, Review, ReviewMail, ReviewRecipient, ReviewTime, Stock
from cases.models.source import ApiCall, Cursor, Handle, HandleDay
from cases.models.work import (
    Call,
    CannedText,
    Disclosure,
    Feedback,
    HandOverNote,
    MissedCall,
    Photo,
    SavedFilter,
    Supply,
    SupplyKind,
)

__all__ = [
    "BY_GATEWAY",
    "AliasOffer",
    "ApiCall",
    "Call",
    "CannedText",
    "Case",
    "CaseQuerySet",
    "Channel",
    "Consultation",
    "Correction",
    "Counted",
    "Cursor",
    "Decision",
    "Disclosure",
    "Event",
    "Export",
    "Feedback",
    "Figure",
    "FigureState",
    "Fingerprint",
    "Gateway",
    "HandOverNote",
    "Handle",
    "HandleDay",
    "Ladder",
    "Message",
    "MessageQuerySet",
    "Miss",
    "MissedCall",
    "Need",
    "Notice",
    "Offer",
    "OfferQuerySet",
    "OfficerChannel",
    "Person",
    "Phone",
    "Photo",
    "Promise",
    "PushSubscription",
    "QuietHours",
    "ReplyTemplate",
    "Review",
    "ReviewMail",
    "ReviewRecipient",
    "ReviewTime",
    "SavedFilter",
    "Setting",
    "Stock",
    "Supply",
    "SupplyKind",
]
