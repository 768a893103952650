"""What the words of a notice may and must hold: the same check for the page and for the admin."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from cases.models import Handle, ReplyTemplate
from cases.notify import wording
from cases.notify.weight import fits

pytestmark = pytest.mark.django_db
Key = ReplyTemplate.Key


def wrong(key: str, text: str, language: str = "en") -> str:
    try:
        wording.check(key, language, text)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def test_every_text_has_its_rule_and_every_text_there_is_keeps_it() -> None:
    texts = list(ReplyTemplate.objects.all())
    assert {text.key for text in texts} == set(Key.values) == {str(key) for key in wording.RULES}
    assert {(text.key, text.language): wrong(text.key, text.text, text.language) for text in texts} == {
        (text.key, text.language): "" for text in texts
    }


def test_every_public_text_fits_with_a_long_link() -> None:
    url = "https://helpdesk.a-long-district-name.cg.gov.in/status/BSP-7K3Q-9D/"
    public = [text for text in ReplyTemplate.objects.all() if wording.RULES[text.key].audience == "public"]
    filled = [text.text.format(reference="BSP-7K3Q-9D", url=url, helpline="1800-233-4475") for text in public]
    assert filled
    assert [text for text in filled if not fits(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{reference}: call Meena at 98123 45678",
        "{reference}: call 98123-45678",
        "{reference}: call (0775) 2345678",
        "{reference}: ९८१२३४५६७८ पर बात करें",
        "{reference}: call 12345",
        "{reference}: write to meena@example.org",
        "{reference}: ask @meena_sahu",
        "{reference}: see https://evil.example/x",
        "{reference}: see sahayata-help.in",
        "{reference} {officer}",
        "{reference} {asked}",
        "{reference} {requester}",
        "{reference.__class__}",
        "{reference!r}",
        "{reference:>99}",
        "{0}",
        "{}",
        "{reference",
        "reference}",
        "no number of the case",
        "",
        "   ",
    ],
)
def test_a_public_text_that_could_show_something_personal_or_breaks_is_refused(text: str) -> None:
    assert wrong(Key.RECEIVED, text)


@pytest.mark.parametrize(
    "text",
    [
        "{reference} {url} {helpline}",
        "{reference}: call 104 at any time, 24 hours",
        "{reference}: call 1800-233-4475",
        "{reference}: write to @BilaspurDist",
        "{reference}: {{really}}",
    ],
)
def test_the_helpline_and_our_own_handle_are_no_secret(text: str, handle: Handle) -> None:
    Handle.objects.update(helpline="1800 233 4475")
    assert wrong(Key.RECEIVED, text) == ""


def test_an_sms_may_name_the_officer_and_must_hold_the_link() -> None:
    assert wrong(Key.SMS_HAS_OFFICER, "{reference} {officer}") == ""
    assert "{url}" in wrong(Key.SMS_RESOLVED, "{reference}: say yes or no")
    assert "{helpline}" in wrong(Key.SMS_ASKED, "{reference} {asked}")


def test_too_long_is_refused_and_says_by_how_much() -> None:
    assert wrong(Key.RECEIVED, "{reference}" + "a" * 245) == ""
    assert "1 letter" in wrong(Key.RECEIVED, "{reference}" + "a" * 246)
    assert wrong(Key.SMS_RECEIVED, "{reference}" + "क" * 250, "hi") == ""
    assert "SMS" in wrong(Key.SMS_RECEIVED, "{reference}" + "क" * 260, "hi")


def test_what_can_be_filled_in_is_what_the_sender_gives(cast: Any, make_case: Any) -> None:
    from django.utils import timezone

    from cases.telling import case_words

    given = set(case_words(make_case(), timezone.now(), cast.meena))
    for key in (Key.TO_ASSIGNED, Key.TO_WARNED, Key.TO_ESCALATED, Key.TO_LOST, Key.TO_FEEDBACK):
        assert wording.RULES[key].allowed <= given
    assert set().union(*(rule.allowed for rule in wording.RULES.values())) <= set(wording.sample("hi"))


def test_the_sample_speaks_the_language_of_the_text() -> None:
    text = "{reference} {officer} {asked}"
    assert "Meena" in wording.filled(Key.SMS_HAS_OFFICER, "en", "{officer} {reference}")
    assert "मीना" in wording.filled(Key.SMS_HAS_OFFICER, "hi", "{officer} {reference}")
    with pytest.raises(ValidationError):
        wording.filled(Key.RECEIVED, "hi", text)
