"""The other doors: once per token, processed at once, never lost when processing fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases import pipeline
from cases.intake import entry
from cases.intake.entry import CannotFetch, from_api, from_paste, from_telephone, from_web
from cases.intake.poller import poll
from cases.models import ApiCall, Case, Handle, Message
from tests.cases.x_fixtures import MARK
from tests.conftest import Cast, Map
from tests.x_simulator.server import XSimulator

GIVEN = {"is_request": True, "needs": ["oxygen"], "state": 22, "district": 375, "block": 3604, "phones": ["9812345678"]}


def web(**more: Any) -> Message:
    given: dict[str, Any] = {"text": "माँ को ऑक्सीजन चाहिए", "given": GIVEN, "language": "hi", "token": "t1"}
    return from_web(**(given | more))


class TestWebForm:
    def test_the_citizen_gets_a_case_at_once(self, small_map: Map) -> None:
        message = web()
        assert message.result == Message.Result.OPENED
        assert message.case is not None
        assert message.case.block_id == 3604

    def test_the_same_form_twice_is_one_case(self, small_map: Map) -> None:
        assert web().pk == web(text="pressed again").pk
        assert Case.objects.count() == 1

    def test_another_form_is_another_message(self, small_map: Map) -> None:
        assert web().pk != web(token="t2").pk

    def test_when_processing_fails_the_plea_stays_stored(
        self, small_map: Map, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_: Any) -> None:
            raise RuntimeError("understanding is broken")

        with monkeypatch.context() as failing:
            failing.setattr(pipeline, "process", broken)
            message = web()
        assert message.state == Message.State.STORED
        assert "waits for the sweeper" in caplog.text
        assert web().result == Message.Result.OPENED

    def test_a_plea_that_names_no_place_comes_to_the_home_states_control_room(
        self, small_map: Map, cast: Cast, settings: Any
    ) -> None:
        nowhere = {"is_request": True, "needs": ["oxygen"], "phones": ["9812345678"]}
        case = web(text="ऑक्सीजन चाहिए", given=nowhere).case
        assert case is not None
        assert (case.state_id, case.district_id, case.officer) == (22, None, cast.state_operator)
        settings.HOME_STATE = 99  # not in the tables: the plea comes in all the same
        assert web(text="ऑक्सीजन चाहिए", given=nowhere | {"phones": ["9826012345"]}, token="t2").case is not None

    def test_phones_are_kept_as_ten_digits(self, small_map: Map) -> None:
        message = web(given=GIVEN | {"phones": ["+91 98123-45678", "०९८२६०१२३४५"]})
        assert message.raw["given"]["phones"] == ["9812345678", "9826012345"]

    @pytest.mark.parametrize("phone", ["12345", "98123456789", "phone", "0000000000", ""])
    def test_what_is_no_phone_is_refused_in_words(self, small_map: Map, phone: str) -> None:
        with pytest.raises(ValidationError, match="10 digits"):
            web(given=GIVEN | {"phones": [phone]})
        assert not Message.objects.exists()

    @pytest.mark.parametrize("text", ["", "  \n", "\x00"])
    def test_nothing_at_all_is_refused(self, small_map: Map, text: str) -> None:
        with pytest.raises(ValidationError, match="Please write"):
            web(text=text, given={})

    @pytest.mark.parametrize("text", ["a" * 10_000, "\u202eoxygen", "🙏🙏", "ऑक्सीजन\x00\x07", "", "\ud83d"])
    def test_odd_texts_open_a_case_all_the_same(self, small_map: Map, text: str) -> None:
        assert web(text=text).case is not None

    def test_more_than_ten_thousand_characters_are_refused(self, small_map: Map) -> None:
        with pytest.raises(ValidationError, match="10,000"):
            web(text="a" * 10_001)


class TestTelephone:
    def test_the_officer_s_area_is_the_scope(self, cast: Cast) -> None:
        message = from_telephone(text="ऑक्सीजन", given={"needs": ["oxygen"]}, officer=cast.operator, token="c1")
        assert (message.scope_state_id, message.scope_district_id) == (22, 375)
        assert message.taken_by == cast.operator
        assert message.channel == "phone"

    def test_a_state_operator_s_scope_is_the_state(self, cast: Cast) -> None:
        message = from_telephone(text="oxygen", given={}, officer=cast.state_operator, token="c1")
        assert (message.scope_state_id, message.scope_district_id) == (22, None)


class TestApi:
    def call(self, cast: Cast, **more: Any) -> tuple[Message, bool]:
        given: dict[str, Any] = {
            "source": "helpline104", "external_id": "A-1", "text": "oxygen chahiye", "given": GIVEN,
            "posted_at": timezone.now() - timedelta(hours=1), "officer": cast.operator,
        }  # fmt: skip
        return from_api(**(given | more))

    def test_a_request_is_taken_once_per_source_and_id(self, cast: Cast) -> None:
        message, created = self.call(cast)
        again, created_again = self.call(cast, text="other words")
        assert (created, created_again) == (True, False)
        assert again.pk == message.pk
        assert self.call(cast, source="helpline108")[1] is True

    def test_the_clock_starts_at_the_caller_s_time(self, cast: Cast) -> None:
        message, _ = self.call(cast)
        assert message.case is not None
        assert timezone.now() - message.case.opened_at > timedelta(minutes=59)

    def test_a_long_outside_id_is_still_one_name(self, cast: Cast) -> None:
        assert self.call(cast, external_id="n" * 300)[1] is True
        assert self.call(cast, external_id="n" * 300)[1] is False


class TestPaste:
    def test_a_text_has_the_handle_s_scope(self, cast: Cast, handle: Handle) -> None:
        message = from_paste(text_or_url="oxygen chahiye 9812345678", officer=cast.operator, handle=handle)
        assert (message.channel, message.scope_district_id) == ("paste", 375)

    def test_the_same_paste_twice_is_one_message(self, cast: Cast) -> None:
        first, second = (
            from_paste(text_or_url="oxygen chahiye", officer=cast.operator, handle=None, token="p1") for _ in range(2)
        )
        assert first.pk == second.pk

    @pytest.mark.parametrize(
        "address",
        ["https://x.com/asker/status/{}", "https://twitter.com/asker/status/{}?s=20", "x.com/i/status/{}",
         " https://mobile.twitter.com/asker/status/{}/photo/1 "],
    )  # fmt: skip
    def test_an_address_is_fetched_and_a_later_poll_does_not_double_it(
        self, x: XSimulator, cast: Cast, handle: Handle, address: str
    ) -> None:
        post_id = x.post("@BilaspurDist oxygen chahiye, Tifra 9812345678", "asker")
        message = from_paste(text_or_url=address.format(post_id), officer=cast.operator, handle=handle)
        assert (message.channel, message.external_id, message.author_username) == ("x", post_id, "asker")
        assert message.case is not None
        assert poll(handle.pk) == 0
        assert ApiCall.objects.get(endpoint="tweets/:id").cost_micros == 5_000

    def test_a_known_post_is_not_fetched_again(self, x: XSimulator, cast: Cast, handle: Handle) -> None:
        post_id = x.post("@BilaspurDist oxygen chahiye")
        poll(handle.pk)
        message = from_paste(text_or_url=f"https://x.com/a/status/{post_id}", officer=cast.operator, handle=None)
        assert message == Message.objects.get()
        assert not ApiCall.objects.filter(endpoint="tweets/:id").exists()

    def test_an_edited_post_is_found_under_its_first_id(self, x: XSimulator, cast: Cast, handle: Handle) -> None:
        first = x.post("@BilaspurDist oxygen")
        second = x.post("@BilaspurDist oxygen, Tifra", edit_of=first)
        poll(handle.pk)
        message = from_paste(text_or_url=f"https://x.com/a/status/{second}", officer=cast.operator, handle=handle)
        assert message.external_id == first

    def test_the_handle_of_the_officer_s_district_asks_x(
        self, x: XSimulator, cast: Cast, handle: Handle, small_map: Map
    ) -> None:
        other = Handle.objects.create(username="JaipurDist", state=small_map.rj, district=small_map.jaipur)
        post_id = x.post("oxygen chahiye")
        from_paste(text_or_url=f"https://x.com/a/status/{post_id}", officer=cast.operator, handle=None)
        assert handle.calls.count() == 1
        assert other.calls.count() == 0

    @pytest.mark.parametrize("kind", [401, 429, 503, "garbage", "hang_up"])
    def test_when_x_cannot_be_asked_the_officer_is_told(
        self, x: XSimulator, cast: Cast, handle: Handle, kind: str | int
    ) -> None:
        x.fail_next(kind)
        with pytest.raises(CannotFetch, match="paste the text") as raised:
            from_paste(text_or_url="https://x.com/a/status/5", officer=cast.operator, handle=handle)
        assert MARK not in str(raised.value)

    def test_a_post_that_is_gone_is_told(self, x: XSimulator, cast: Cast, handle: Handle) -> None:
        with pytest.raises(CannotFetch, match="Could not find tweet"):
            from_paste(text_or_url="https://x.com/a/status/5", officer=cast.operator, handle=handle)

    def test_without_keys_or_handle_the_officer_is_told(self, cast: Cast, handle: Handle) -> None:
        with pytest.raises(CannotFetch):
            from_paste(text_or_url="https://x.com/a/status/5", officer=cast.operator, handle=handle)
        Handle.objects.all().delete()
        with pytest.raises(CannotFetch, match="No handle"):
            from_paste(text_or_url="https://x.com/a/status/5", officer=cast.operator, handle=None)

    def test_our_own_post_is_no_plea(self, x: XSimulator, cast: Cast, handle: Handle) -> None:
        post_id = x.post("we have beds", "BilaspurDist")
        with pytest.raises(CannotFetch, match="our own"):
            from_paste(text_or_url=f"https://x.com/b/status/{post_id}", officer=cast.operator, handle=handle)

    def test_an_address_elsewhere_is_a_text(self, cast: Cast) -> None:
        assert not entry.POST_ADDRESS.fullmatch("https://evil.test/x.com/a/status/5")
        assert not entry.POST_ADDRESS.fullmatch("see https://x.com/a/status/5 please")

    @pytest.mark.parametrize(
        "address",
        ["https://x.com/a/status/notanumber", "x.com", "https://mobile.twitter.com/rakesh_y", "https://x.com/home?a=1"],
    )
    def test_an_address_of_x_that_names_no_post_is_told_not_stored(self, cast: Cast, address: str) -> None:
        with pytest.raises(CannotFetch, match="one post"):
            from_paste(text_or_url=address, officer=cast.operator, handle=None)
        assert not Message.objects.exists()
