"""From X's posts to messages: whole texts, named echoes, and nothing that blocks a page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.intake.poller import poll
from cases.intake.posts import Scope, Unreadable, first_id_at, read_id, read_page, read_time, time_of_id
from cases.intake.storing import MAX_TRIES, store
from cases.models import Handle, Message
from tests.cases.x_fixtures import texts
from tests.x_simulator.server import XSimulator

pytestmark = pytest.mark.django_db


def post(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": "oxygen", "created_at": "2026-11-01T10:00:00.000Z", "author_id": "7", **more}


def page(*posts: Any, **includes: Any) -> dict[str, Any]:
    return {"data": list(posts), "includes": includes, "meta": {"result_count": len(posts)}}


def only(answer: dict[str, Any]) -> Any:
    [draft] = read_page(answer, Scope()).drafts
    return draft


def stored() -> Message:
    return Message.objects.get()


class TestText:
    def test_a_long_post_is_read_whole(self, x: XSimulator, handle: Handle) -> None:
        whole = "@BilaspurDist " + "ऑक्सीजन चाहिए " * 100 + "9812345678"
        x.post(whole)
        poll(handle.pk)
        assert stored().text == whole

    @pytest.mark.parametrize("spelling", ["note_tweet", "note_post"])
    def test_both_spellings_of_a_note_are_read(self, spelling: str) -> None:
        assert only(page(post(**{spelling: {"text": "the whole"}}))).text == "the whole"

    def test_html_escapes_are_undone(self) -> None:
        assert only(page(post(text="SpO2 &lt; 80 &amp; falling"))).text == "SpO2 < 80 & falling"

    def test_a_quote_keeps_its_own_text(self, x: XSimulator, handle: Handle) -> None:
        other = x.post("somebody else's plea")
        x.post("@BilaspurDist please look", quote_of=other)
        poll(handle.pk)
        assert stored().text == "@BilaspurDist please look"
        assert stored().echo_of == ""
        assert stored().raw["referenced"][0]["text"] == "somebody else's plea"


class TestWho:
    def test_author_and_place_are_kept(self, x: XSimulator, handle: Handle) -> None:
        place = {"id": "abc", "full_name": "Tifra, Bilaspur", "country_code": "IN"}
        x.post("@BilaspurDist help", "rakesh_y", name="Rakesh Yadav", place=place)
        poll(handle.pk)
        assert (stored().author_username, stored().author_name) == ("rakesh_y", "Rakesh Yadav")
        assert stored().raw["place"]["full_name"] == "Tifra, Bilaspur"
        assert stored().scope_district_id == 375
        assert stored().conversation_id == stored().external_id

    def test_a_deleted_author_s_plea_is_kept(self, x: XSimulator, handle: Handle) -> None:
        x.post("@BilaspurDist help", "gone_soon")
        x.world.vanish("gone_soon", "suspended")
        assert poll(handle.pk) == 1
        assert stored().author_username == ""
        assert stored().author_id != ""

    def test_a_withheld_post_is_kept(self, x: XSimulator, handle: Handle) -> None:
        x.post("@BilaspurDist help", withheld=["IN"])
        assert poll(handle.pk) == 1

    def test_our_own_accounts_posts_are_no_pleas(self, x: XSimulator, handle: Handle, small_map: Any) -> None:
        Handle.objects.create(username="RaipurDist", user_id="1383000000000000002", state=small_map.cg)
        x.post("@BilaspurDist we have beds", "RaipurDist")
        assert poll(handle.pk) == 0


class TestEchoes:
    def test_a_repost_names_its_original_and_has_its_whole_text(self, x: XSimulator, handle: Handle) -> None:
        whole = "@BilaspurDist " + "oxygen chahiye " * 30
        original = x.post(whole, "asker")
        x.post(f"RT @asker: {whole[:100]}…", "friend", retweet_of=original)
        poll(handle.pk)
        repost = Message.objects.get(author_username="friend")
        assert repost.echo_of == original
        assert repost.text == f"RT @asker: {whole}"

    @pytest.mark.parametrize("spelling", ["referenced_tweets", "referenced_posts"])
    def test_both_spellings_of_a_reference_are_read(self, spelling: str) -> None:
        assert only(page(post(**{spelling: [{"type": "retweeted", "id": "5"}]}))).echo_of == "5"


class TestEdits:
    def test_an_edited_post_seen_first_is_named_by_its_first_id(self, x: XSimulator, handle: Handle) -> None:
        first = x.post("@BilaspurDist oxygen")
        x.post("@BilaspurDist oxygen, Tifra", edit_of=first)
        assert poll(handle.pk) == 1
        assert (stored().external_id, stored().echo_of) == (first, "")
        assert stored().text == "@BilaspurDist oxygen, Tifra"

    def test_a_later_edit_comes_in_as_an_echo_with_the_new_text(self, x: XSimulator, handle: Handle) -> None:
        first = x.post("@BilaspurDist oxygen")
        poll(handle.pk)
        second = x.post("@BilaspurDist oxygen, Tifra", edit_of=first)
        assert poll(handle.pk) == 1
        edited = Message.objects.get(external_id=second)
        assert edited.echo_of == first
        assert edited.raw["edit_of"] == first

    def test_the_same_version_read_again_is_not_stored_again(self, x: XSimulator, handle: Handle) -> None:
        first = x.post("@BilaspurDist oxygen")
        x.post("@BilaspurDist oxygen, Tifra", edit_of=first)
        poll(handle.pk)
        Handle.objects.get().cursors.all().delete()
        assert poll(handle.pk) == 0
        assert Message.objects.count() == 1

    def test_the_new_spelling_of_the_history_is_read(self) -> None:
        draft = only(page(post(9, edit_history_post_ids=["4", "9"])))
        assert (draft.external_id, draft.echo_of) == ("4", "")


class TestBadPosts:
    @pytest.mark.parametrize(
        "bad",
        [
            {"text": "no id"},
            {"id": 1.5e18, "text": "a float"},
            {"id": "12x", "text": "not a number"},
            {"id": str(2**64), "text": "too big"},
            {"id": "5"},
            {"id": "5", "text": None},
            {"id": "5", "text": "bad time", "created_at": "yesterday"},
            {"id": "5", "text": "bad time", "created_at": 12.5},
            "not an object",
            None,
            ["a", "list"],
        ],
    )
    def test_a_bad_post_is_kept_as_failed_and_never_blocks_the_page(self, bad: Any) -> None:
        read = read_page(page(post(1), bad, post(2)), Scope())
        assert len(store(read.drafts)) == 3
        failed = Message.objects.get(state=Message.State.FAILED)
        assert failed.raw["post"] == bad
        assert failed.error
        assert failed.tries == MAX_TRIES
        assert len(store(read.drafts)) == 0

    def test_what_nobody_thought_of_is_kept_too(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("cases.intake.posts.read_time", lambda _: {}["surprise"])
        [draft] = read_page(page(post(1)), Scope()).drafts
        assert draft.error == "KeyError('surprise')"
        assert draft.raw == {"post": post(1)}
        assert "kept as received" in caplog.text

    def test_odd_parts_around_a_good_post_do_no_harm(self) -> None:
        odd = post(
            author_id=["x"], referenced_tweets="?", edit_history_tweet_ids={"a": 1}, geo=[], attachments=3,
            note_tweet=[], conversation_id=None,
        )  # fmt: skip
        answer = page(odd, users="nobody", places=[None, 3], media=[{}])
        assert only(answer).text == "oxygen"

    def test_missing_time_is_now(self) -> None:
        assert timezone.now() - only(page({"id": "3", "text": "a"})).posted_at < timedelta(seconds=5)


def test_ids_are_64_bit_numbers_as_text() -> None:
    assert read_id("1383000000000000001") == "1383000000000000001"
    assert read_id(1383000000000000001) == "1383000000000000001"
    for wrong in (True, 1.0, "", "-1", "१२", None):
        with pytest.raises(Unreadable):
            read_id(wrong)


def test_times_are_aware_and_in_utc() -> None:
    assert read_time("2021-04-27T00:09:44+05:30") == datetime(2021, 4, 26, 18, 39, 44, tzinfo=UTC)
    assert read_time("2021-04-27T00:09:44").tzinfo is UTC
    with pytest.raises(Unreadable):
        read_time("0001-01-01T00:00:00+05:30")


def test_an_id_tells_its_time() -> None:
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert time_of_id(first_id_at(at)) == at


def test_texts_of_all_kinds_come_through(x: XSimulator, handle: Handle) -> None:
    kinds = [
        "@BilaspurDist 🙏🏽👨‍👩‍👧",
        "@BilaspurDist \u202eenalp\u202c",
        "@BilaspurDist " + "अ" * 9_985,
        "@BilaspurDist \x07\x1b",
    ]
    for text in kinds:
        x.post(text)
    poll(handle.pk)
    assert set(texts()) == set(kinds)
