"""The tables of the case and its journey."""

from cases.models.case import Case, CaseQuerySet
from cases.models.config import Need, Promise, ReplyTemplate
from cases.models.event import Event
from cases.models.message import Message, MessageQuerySet
from cases.models.notice import Notice
from cases.models.person import Person, Phone
from cases.models.source import ApiCall, Cursor, Handle

__all__ = [
    "ApiCall",
    "Case",
    "CaseQuerySet",
    "Cursor",
    "Event",
    "Handle",
    "Message",
    "MessageQuerySet",
    "Need",
    "Notice",
    "Person",
    "Phone",
    "Promise",
    "ReplyTemplate",
]
