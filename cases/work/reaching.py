"""Journey 4: how an officer reaches the requester and the place: telephone, WhatsApp, SMS, the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from cases.models import CannedText, Case, Phone
from cases.work.marking import hide_numbers

_MOBILE = frozenset("6789")


@dataclass(frozen=True, slots=True)
class Written:
    """Ready words to the requester, and the addresses that open them in the phone's own apps."""

    label: str
    whatsapp: str
    sms: str


@dataclass(frozen=True, slots=True)
class Dial:
    """One number of the requester. A landline has neither WhatsApp nor SMS."""

    number: str
    written: tuple[Written, ...] = ()

    @property
    def whatsapp(self) -> str:
        """With the most fitting words; '' where there is none."""
        return self.written[0].whatsapp if self.written else ""


def numbers_of(case: Case) -> list[str]:
    """The requester's numbers, then those of who asked in the cases joined to this one; one query."""
    joined = Case.objects.filter(joined_to=case.pk).values("requester")
    people = Phone.objects.filter(person=case.requester_id) | Phone.objects.filter(person__in=joined)
    rows = people.order_by("pk").values_list("person_id", "number")
    return list(dict.fromkeys(number for _person, number in sorted(rows, key=lambda row: row[0] != case.requester_id)))


def dials(case: Case, numbers: Sequence[str], canned: Sequence[CannedText]) -> list[Dial]:
    """With the ready words in the requester's language: Hindi, unless the plea was English."""
    english = case.language == "en"
    words = [text for text in canned if text.use == CannedText.Use.MESSAGE]
    texts = [f"{case.reference}: {text.text if english else text.text_hi}" for text in words] or [case.reference]
    labels = [text.label for text in words] or [case.reference]
    return [Dial(number, _written(number, labels, texts)) for number in numbers]


def _written(number: str, labels: Sequence[str], texts: Sequence[str]) -> tuple[Written, ...]:
    if number[0] not in _MOBILE:
        return ()
    return tuple(
        Written(label, f"https://wa.me/91{number}?{_query(text=text)}", f"sms:+91{number}?{_query(body=text)}")
        for label, text in zip(labels, texts, strict=True)
    )


def _query(**words: str) -> str:
    return urlencode(words, quote_via=quote)


def way_to(case: Case) -> str:
    """A map that leads there: by coordinates, else by names; '' where nothing below the state is known."""
    place = case.place
    if place and place.latitude is not None and place.longitude is not None:
        query = f"{place.latitude:.6f},{place.longitude:.6f}"
    elif case.block or case.district:
        areas = [area.name for area in (case.block, case.district, case.state) if area]
        told = hide_numbers(case.place_text).replace("•", "") or (place.name if place else "")
        query = ", ".join([told] * bool(told) + areas)
    else:
        return ""
    return f"https://www.google.com/maps/search/?{_query(api='1', query=query)}"
