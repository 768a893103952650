"""Sheets by e-mail: once in effect, in the recipient's language, again after what passes."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db.models import QuerySet

from cases.models import Review, ReviewMail, ReviewRecipient
from cases.reports.review import files, fonts, mailing
from tests.cases.reports.conftest import NOW
from tests.cases.reports.review.conftest import Issue
from tests.conftest import Map

MINUTE = timedelta(minutes=1)


@pytest.fixture
def issued(issue: Issue, small_map: Map, settings: Any) -> Review:
    """A sheet with its files, and two on the list."""
    settings.EMAIL_URL = "smtp://mail.example.gov.in"
    for address, language in (("collector@example.gov.in", "hi"), ("cmo@example.gov.in", "en")):
        ReviewRecipient.objects.create(
            state=small_map.cg, district=small_map.bilaspur, address=address, language=language
        )
    review = issue()
    files.make(review.pk)
    return review


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send(_message: EmailMessage, *_given: Any) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", send)


def test_each_gets_it_once_in_the_own_language(issued: Review) -> None:
    assert mailing.send_due(NOW) == {"sent": 2}
    assert mailing.send_due(NOW + 60 * MINUTE) == {}
    by_address = {message.to[0]: message for message in mail.outbox}
    assert len(mail.outbox) == 2
    hindi, english = by_address["collector@example.gov.in"], by_address["cmo@example.gov.in"]
    assert "बिलासपुर" in hindi.subject
    assert "Evening review, 22-11-2026 18:00" in english.subject
    assert f"/reports/reviews/{issued.pk}/" in english.body
    names = [attachment[0] for attachment in hindi.attachments]
    assert names == ["review-d375-22-11-2026-1800.hi.pdf"] * (not fonts.problem()) + [
        "review-d375-22-11-2026-1800.xlsx"
    ]


def test_a_mail_waits_for_its_files(issued: Review) -> None:
    Review.objects.filter(pk=issued.pk).update(xlsx=None)
    assert mailing.send_due(NOW) == {}


def test_a_missing_font_holds_no_mail_back(issued: Review, settings: Any, tmp_path: Any) -> None:
    settings.FONTS_DIR = str(tmp_path)
    Review.objects.filter(pk=issued.pk).update(pdf_hi=None, pdf_en=None)
    assert mailing.send_due(NOW) == {"sent": 2}
    english = next(message for message in mail.outbox if message.to == ["cmo@example.gov.in"])
    assert "could not be made" in english.body
    assert [attachment[0][-5:] for attachment in english.attachments] == [".xlsx"]


def test_a_pdf_that_fails_holds_the_mail_back_for_ten_minutes_and_no_longer(
    issued: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "problem", str)  # the fonts are there: it fails for another reason
    Review.objects.filter(pk=issued.pk).update(pdf_hi=None, pdf_en=None)
    assert mailing.send_due(NOW + 9 * MINUTE) == {}
    assert mailing.send_due(NOW + 10 * MINUTE) == {"sent": 2}
    english = next(message for message in mail.outbox if message.to == ["cmo@example.gov.in"])
    assert "could not be made" in english.body
    assert [attachment[0][-5:] for attachment in english.attachments] == [".xlsx"]


def test_an_error_that_passes_is_tried_again_later_and_later(issued: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        fail_with(broken, smtplib.SMTPServerDisconnected("gone"))
        assert mailing.send_due(NOW) == {"waiting": 2}
        assert mailing.send_due(NOW + 0.5 * MINUTE) == {}
        assert mailing.send_due(NOW + MINUTE) == {"waiting": 2}
    row = ReviewMail.objects.first()
    assert row
    assert (row.tries, row.next_try_at) == (2, NOW + 6 * MINUTE)
    assert "gone" in row.error
    assert mailing.send_due(NOW + 6 * MINUTE) == {"sent": 2}


def test_after_the_last_try_it_is_given_up_and_said(issued: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, smtplib.SMTPServerDisconnected("gone"))
    at, done = NOW, {}
    for wait in (timedelta(0), *mailing.BACKOFF):
        at += wait
        done = dict(mailing.send_due(at))
    assert done == {"failed": 2}
    assert set(ReviewMail.objects.values_list("next_try_at", flat=True)) == {None}


def test_an_address_that_the_server_refuses_is_not_tried_again(issued: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, smtplib.SMTPRecipientsRefused({"cmo@example.gov.in": (550, b"no such user")}))
    assert mailing.send_due(NOW) == {"failed": 2}


def test_a_worker_that_dies_gives_it_back_under_the_same_message_id(
    issued: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def dies(message: EmailMessage, *_given: Any) -> int:
        sent.append(message.message()["Message-ID"])
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(EmailMessage, "send", dies)
        with pytest.raises(SystemExit):
            mailing.send_due(NOW)
    assert mailing.send_due(NOW + 9 * MINUTE) == {"sent": 1}
    assert mailing.send_due(NOW + 10 * MINUTE) == {"sent": 1}
    assert mail.outbox[1].message()["Message-ID"] == sent[0]


def test_two_workers_send_it_once(issued: Review) -> None:
    row = mailing.due(NOW)[0]
    assert mailing._claim(row, NOW)
    assert not mailing._claim(row, NOW)


def test_without_a_mail_server_nothing_is_sent_and_that_is_said(issued: Review, settings: Any) -> None:
    settings.EMAIL_URL = ""
    assert mailing.send_due(NOW) == {"failed": 2}
    assert mail.outbox == []
    assert {row.error for row in ReviewMail.objects.all()} == {mailing.NO_SERVER}


def test_by_hand_it_is_sent_again_to_the_list_only(issued: Review) -> None:
    mailing.send_due(NOW)
    assert mailing.send_again(issued, ["cmo@example.gov.in", "stranger@example.com"], NOW + MINUTE) == 1
    assert mailing.send_due(NOW + MINUTE) == {"sent": 1}
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(ids)) == 3


def test_two_taps_at_once_are_one_sending(issued: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing.send_due(NOW)
    delete = QuerySet.delete

    def and_the_other_was_quicker(rows: Any) -> Any:
        done = delete(rows)
        ReviewMail.objects.create(review=issued, address="cmo@example.gov.in", language="en", next_try_at=NOW)
        return done

    monkeypatch.setattr(QuerySet, "delete", and_the_other_was_quicker)
    assert mailing.send_again(issued, ["cmo@example.gov.in"], NOW) == 1
    assert ReviewMail.objects.filter(address="cmo@example.gov.in").count() == 1
    assert mailing.send_due(NOW) == {"sent": 1}
