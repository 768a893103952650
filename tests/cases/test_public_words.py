"""What an officer may write for the citizen on the public page, and what is refused."""

import pytest

from cases.actions import MoveRefused, perform
from cases.models import Event, Person
from cases.workflow import Move
from tests.conftest import CaseMaker, Cast

FINE = [
    "The cylinder is on its way and will be with you in 20 minutes.",
    "सिलेंडर रास्ते में है, 18:40 तक पहुँचेगा।",
    "We have 2 beds, please come on 22-11-2026.",
    "Bilha block's officer will call you.",
]


@pytest.mark.parametrize("text", FINE)
def test_plain_words_reach_the_citizen(cast: Cast, make_case: CaseMaker, client, text: str) -> None:  # type: ignore[no-untyped-def]
    case = make_case(officer=cast.meena, reference="BLS-7K3Q-9D")
    perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note=text, is_public=True)
    perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note="they were rude")
    shown = client.get("/status/BLS-7K3Q-9D/", headers={"accept-language": "en"}).content.decode()
    assert "From the officer" in shown
    assert text.replace("'", "&#x27;") in shown
    assert "rude" not in shown


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Call 98261 55412 now", "five digits"),
        ("फ़ोन ९८२६१ ५५४१२", "five digits"),
        ("PIN 495001", "five digits"),
        ("9-8-2-6-1", "five digits"),
        ("Write to help@example.org", "e-mail"),
        ("See https://example.org", "link"),
        ("See bit.ly/abc", "link"),
        ("Rakesh will get it", "name of a person"),
        ("राकेश जी को मिलेगा", "name of a person"),
        ("for YADAV family", "name of a person"),
        ("Kamla's bed is ready", "name of a person"),
        ("At Tifra in an hour", "the place"),
        ("तिफरा पहुँच रहे हैं", "the place"),
        ("Near the temple", "address"),
        ("SpO2 is low", "oxygen level"),
        ("It is at 82%", "oxygen level"),
        ("58 years old patient", "an age"),
        ("उम्र 58", "an age"),
        ("COVID bed found", "illness"),
        ("कोविड वार्ड में बेड", "illness"),
        ("TB medicine is here", "illness"),
        ("गर्भवती के लिए एम्बुलेंस", "illness"),
    ],
)
def test_what_betrays_somebody_is_refused_at_the_note(cast: Cast, make_case: CaseMaker, text: str, what: str) -> None:
    case = make_case(officer=cast.meena, patient=Person.objects.create(name="Kamla Bai"))
    with pytest.raises(MoveRefused, match=what) as refused:
        perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note=text, is_public=True)
    assert refused.value.code == "invalid"
    assert not Event.objects.exists()
    perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note=text)  # among officers it may be said
