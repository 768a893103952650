"""The pages of the outbox: an officer's notices and channels, the texts, what could not be sent, gateways."""

from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from cases import feedback
from cases.models import Event, Gateway, Notice, OfficerChannel, PushSubscription, QuietHours, ReplyTemplate
from cases.notify import gateways
from cases.telling import Key, ToOfficer, tell_officers, tell_plain
from districts.models import Officer
from tests.cases.notify.conftest import later, reload

pytestmark = pytest.mark.django_db
State = Notice.State


@pytest.fixture
def browse() -> Any:
    def signed_in(officer: Officer) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(officer)
        return client

    return signed_in


def shown(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


class TestMyNotices:
    def test_the_unseen_stand_first_and_are_seen_by_a_tap(self, cast: Any, make_case: Any, browse: Any) -> None:
        seen, new = make_case(officer=cast.meena), make_case(officer=cast.meena)
        for case in (new, seen):
            tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, "1")], timezone.now())
        Notice.objects.filter(case=seen).update(seen_at=timezone.now())
        ids = dict(Notice.objects.values_list("case_id", "pk"))
        page = shown(browse(cast.meena).get(reverse("my_notices")))
        assert page.index(f"/me/notices/{ids[new.pk]}/") < page.index(f"/me/notices/{ids[seen.pk]}/")
        notice = Notice.objects.get(case=new)
        answer = browse(cast.meena).get(reverse("open_notice", args=[notice.pk]))
        assert answer.headers["Location"] == reverse("case", args=[new.reference])
        assert reload(notice).seen_at is not None

    def test_what_is_no_case_leads_to_its_own_page_and_never_away(self, cast: Any, browse: Any) -> None:
        words = {"gaps": "Kota", "url": "http://127.0.0.1:8000/roster/?week=1"}
        tell_plain(Key.TO_GAP, [cast.sunita.pk], words, "1", timezone.now())
        tell_plain(Key.TO_GAP, [cast.sunita.pk], words | {"url": "http://127.0.0.1:8000//evil"}, "2", timezone.now())
        client = browse(cast.sunita)
        leads = [client.get(reverse("open_notice", args=[one.pk])).headers["Location"] for one in
                 Notice.objects.order_by("pk")]  # fmt: skip
        assert leads == ["/roster/?week=1", "/me/notices/"]

    def test_all_can_be_marked_at_once(self, cast: Any, make_case: Any, browse: Any) -> None:
        tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, "1")], timezone.now())
        browse(cast.meena).post(reverse("see_notices"))
        assert not Notice.objects.filter(seen_at=None).exists()

    def test_another_officer_s_notice_is_not_there(self, cast: Any, make_case: Any, browse: Any) -> None:
        tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, "1")], timezone.now())
        assert browse(cast.ravi).get(reverse("open_notice", args=[Notice.objects.get().pk])).status_code == 404

    def test_the_bell_counts_the_unseen(self, cast: Any, make_case: Any, django_assert_num_queries: Any) -> None:
        for cause in "12":
            tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, cause)], timezone.now())
        request = RequestFactory().get("/desk/")
        request.user = cast.meena
        with django_assert_num_queries(1):
            bell = Template("{% load notices %}{% notice_bell %}").render(Context({"request": request}))
        assert 'href="/me/notices/"' in bell
        assert ">2<" in bell

    def test_a_stranger_signs_in_first(self, client: Client) -> None:
        assert client.get(reverse("my_notices")).status_code == 302

    def test_the_page_costs_the_same_however_many_notices(
        self, cast: Any, make_case: Any, browse: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, str(number))], timezone.now())
        client = browse(cast.meena)
        with django_assert_max_num_queries(16):
            client.get(reverse("my_notices"))


class TestChannels:
    def save(self, client: Client, **given: Any) -> Any:
        return client.post(reverse("my_notices"), given)

    def test_only_what_the_office_can_send_is_offered(
        self, cast: Any, browse: Any, make_gateway: Any, small_map: Any
    ) -> None:
        make_gateway("sms", state=small_map.cg)
        make_gateway("telegram", state=small_map.rj)
        page = shown(browse(cast.meena).get(reverse("my_notices")))
        assert 'name="sms_on"' in page
        assert "telegram_on" not in page

    def test_channels_and_quiet_hours_are_kept(self, cast: Any, browse: Any, make_gateway: Any) -> None:
        make_gateway("sms")
        make_gateway("email")
        given = {"sms_on": "on", "sms_address": "098123 45678", "email_address": "", "push_on": "on"}
        answer = self.save(browse(cast.meena), **given, quiet_from="22:00", quiet_until="06:00")
        assert answer.status_code == 302
        rows = set(OfficerChannel.objects.values_list("channel", "address", "is_on"))
        assert rows == {("sms", "+919812345678", True), ("push", "", True)}
        assert str(QuietHours.objects.get()) == "22:00-06:00"
        self.save(browse(cast.meena), sms_address="098123 45678")
        assert not OfficerChannel.objects.filter(is_on=True).exists()
        assert not QuietHours.objects.exists()
        assert OfficerChannel.objects.get(channel="sms").history.count() == 2

    @pytest.mark.parametrize(
        ("channel", "address"),
        [("sms", ""), ("sms", "12345"), ("sms", "1775 234567"), ("email", "no address"), ("telegram", "a b")],
    )
    def test_a_wrong_address_is_told_next_to_it_and_kept(
        self, cast: Any, browse: Any, make_gateway: Any, channel: str, address: str
    ) -> None:
        make_gateway(channel)
        answer = self.save(browse(cast.meena), **{f"{channel}_on": "on", f"{channel}_address": address})
        assert answer.status_code == 422
        assert answer.context["form"].errors[f"{channel}_address"]
        assert f'value="{address}"' in shown(answer) or not address
        assert not OfficerChannel.objects.exists()

    @pytest.mark.parametrize(("start", "end"), [("22:00", ""), ("", "06:00"), ("22:00", "22:00"), ("25:00", "06:00")])
    def test_quiet_hours_need_both_ends(self, cast: Any, browse: Any, start: str, end: str) -> None:
        assert self.save(browse(cast.meena), quiet_from=start, quiet_until=end).status_code == 422

    def test_a_test_is_queued_once_a_minute(self, cast: Any, browse: Any, make_gateway: Any, choose: Any) -> None:
        make_gateway()
        choose(cast.meena)
        for _ in range(3):
            browse(cast.meena).post(reverse("test_channel", args=["sms"]))
        notice = Notice.objects.get()
        assert (notice.template, notice.channel, notice.officer) == ("test", "sms", cast.meena)
        Notice.objects.update(once="before", created_at=later(seconds=-61))
        browse(cast.meena).post(reverse("test_channel", args=["sms"]))
        assert Notice.objects.count() == 2

    def test_a_channel_that_is_not_served_cannot_be_tried(self, cast: Any, browse: Any) -> None:
        assert browse(cast.meena).post(reverse("test_channel", args=["sms"])).status_code == 404
        assert browse(cast.meena).post(reverse("test_channel", args=["nonsense"])).status_code == 404


class TestTexts:
    def url(self, key: str = "received", language: str = "en") -> str:
        return reverse("text_edit", args=[key, language])

    @pytest.mark.parametrize(
        ("name", "allowed"), [("sunita", True), ("collector", True), ("meena", False), ("operator", False)]
    )
    def test_who_is_in_charge_may_change_them(self, cast: Any, browse: Any, name: str, allowed: bool) -> None:
        client = browse(getattr(cast, name))
        for url in (reverse("texts"), self.url()):
            assert (client.get(url).status_code == 200) is allowed

    def test_all_are_listed_in_a_few_statements(
        self, cast: Any, browse: Any, django_assert_max_num_queries: Any
    ) -> None:
        client = browse(cast.sunita)
        with django_assert_max_num_queries(10):
            page = shown(client.get(reverse("texts")))
        assert page.count("wordings__text") == ReplyTemplate.objects.count()

    def test_a_change_is_kept_with_who_made_it_and_can_be_taken_back(self, cast: Any, browse: Any) -> None:
        client = browse(cast.sunita)
        old = ReplyTemplate.objects.get(key="received", language="en")
        old.save()  # the words it starts with stand in its history
        version = old.history.latest().history_id
        client.post(self.url(), {"text": "Got it: {reference}"})
        text = ReplyTemplate.objects.get(pk=old.pk)
        assert text.text == "Got it: {reference}"
        assert text.history.latest().history_user == cast.sunita
        client.post(reverse("text_back", args=["received", "en", version]))
        text.refresh_from_db()
        assert text.text == old.text

    def test_what_could_show_a_number_is_refused_with_the_reason_and_kept_in_the_field(
        self, cast: Any, browse: Any
    ) -> None:
        answer = browse(cast.sunita).post(self.url(), {"text": "{reference} call 98123 45678"})
        assert answer.status_code == 422
        assert "no telephone number" in shown(answer)
        assert "98123 45678" in shown(answer)
        assert "98123" not in ReplyTemplate.objects.get(key="received", language="en").text

    def test_the_preview_saves_nothing(self, cast: Any, browse: Any) -> None:
        client, sent = browse(cast.sunita), {"text": "Hello {reference} {url}", "preview": "1"}
        for headers in ({}, {"HX-Request": "true"}):
            page = shown(client.post(self.url(), sent, headers=headers))
            assert "Hello BSP-7K3Q-9D" in page
            assert ("<html" in page) is not headers
            assert "of 280 letters" in page
        assert "Hello" not in ReplyTemplate.objects.get(key="received", language="en").text

    def test_the_preview_shows_what_would_be_refused(self, cast: Any, browse: Any) -> None:
        page = shown(browse(cast.sunita).post(self.url(), {"text": "{reference} a@b.example", "preview": "1"}))
        assert "no e-mail address" in page
        page = shown(browse(cast.sunita).post(self.url(), {"text": "{secret}", "preview": "1"}))
        assert "Only these can be filled in" in page

    def test_an_older_wording_that_would_not_pass_today_stays_old(self, cast: Any, browse: Any) -> None:
        text = ReplyTemplate.objects.get(key="received", language="en")
        good = text.text
        text.text = "call 98123 45678"
        text.save()
        version = text.history.latest().history_id
        text.text = good
        text.save()
        browse(cast.sunita).post(reverse("text_back", args=["received", "en", version]))
        text.refresh_from_db()
        assert text.text == good

    def test_an_sms_is_counted_in_sms(self, cast: Any, browse: Any) -> None:
        sent = {"text": "मामला {reference} हल हुआ {url}", "preview": "1"}
        assert "SMS" in shown(browse(cast.sunita).post(self.url("sms_resolved", "hi"), sent))


class TestOutbox:
    @pytest.fixture
    def failed(self, cast: Any, queue: Any) -> Notice:
        notice: Notice = queue(cast.meena, state=State.FAILED, error="error=400", tries=1)
        return notice

    def test_what_failed_and_what_is_unsure_is_shown_with_the_reason(
        self, cast: Any, browse: Any, failed: Notice, queue: Any
    ) -> None:
        queue(cast.meena, state=State.UNSURE, error="the sender stopped")
        queue(cast.meena, state=State.SENT, sent_at=timezone.now(), error="not this one")
        page = shown(browse(cast.operator).get(reverse("outbox")))
        assert "error=400" in page
        assert "the sender stopped" in page
        assert "not this one" not in page
        assert "Meena Sahu" in page

    def test_a_citizen_s_number_is_masked(self, cast: Any, browse: Any, make_case: Any, queue: Any) -> None:
        case = make_case(phone="9812345678")
        notice = queue(cast.meena, case=case, state=State.FAILED)
        Notice.objects.filter(pk=notice.pk).update(officer=None, person=case.requester)
        page = shown(browse(cast.operator).get(reverse("outbox")))
        assert "678" in page
        assert "9812345678" not in page

    def test_the_link_that_answers_for_a_citizen_is_not_shown(
        self, cast: Any, browse: Any, make_case: Any, queue: Any
    ) -> None:
        case = make_case()
        link = feedback.link(case)
        notice = queue(cast.meena, case=case, state=State.FAILED, text=f"Has help come? ({link}).")
        Notice.objects.filter(pk=notice.pk).update(officer=None, person=case.requester)
        page = shown(browse(cast.operator).get(reverse("outbox")))
        assert "Has help come?" in page
        assert feedback.token(case.reference) not in page

    @pytest.mark.parametrize(
        ("name", "status"), [("operator", 200), ("collector", 200), ("meena", 403), ("auditor", 403)]
    )
    def test_who_may_see_it(self, cast: Any, browse: Any, name: str, status: int) -> None:
        assert browse(getattr(cast, name)).get(reverse("outbox")).status_code == status

    def test_another_district_sees_and_settles_nothing(self, cast: Any, browse: Any, failed: Notice) -> None:
        client = browse(cast.other_collector)
        assert failed.case is not None
        assert failed.case.reference not in shown(client.get(reverse("outbox")))
        assert client.post(reverse("settle_notice", args=[failed.pk, "again"])).status_code == 404
        assert reload(failed).state == State.FAILED

    def test_a_notice_of_no_case_is_shown_where_its_officer_is_posted(self, cast: Any, browse: Any, queue: Any) -> None:
        Notice.objects.filter(pk=queue(cast.sunita, state=State.FAILED, error="a gap").pk).update(case=None)
        assert "a gap" in shown(browse(cast.operator).get(reverse("outbox")))
        assert "a gap" not in shown(browse(cast.other_collector).get(reverse("outbox")))

    def test_it_is_tried_again(self, cast: Any, browse: Any, failed: Notice) -> None:
        browse(cast.operator).post(reverse("settle_notice", args=[failed.pk, "again"]))
        assert reload(failed).state == State.QUEUED

    def test_a_day_later_it_is_not(self, cast: Any, browse: Any, failed: Notice) -> None:
        Notice.objects.update(created_at=later(hours=-25))
        client = browse(cast.operator)
        assert "Try again</button>" not in shown(client.get(reverse("outbox")))
        client.post(reverse("settle_notice", args=[failed.pk, "again"]))
        assert reload(failed).state == State.FAILED

    def test_told_by_telephone_stands_in_the_case_s_history(self, cast: Any, browse: Any, failed: Notice) -> None:
        browse(cast.operator).post(reverse("settle_notice", args=[failed.pk, "told"]))
        assert reload(failed).state == State.DROPPED
        event = Event.objects.get(case=failed.case, kind="told")
        assert (event.actor, event.is_public) == (cast.operator, False)
        browse(cast.operator).post(reverse("settle_notice", args=[failed.pk, "told"]))
        assert Event.objects.filter(kind="told").count() == 1

    def test_gateways_are_shown_to_the_state_s_administrator(self, cast: Any, browse: Any, make_gateway: Any) -> None:
        make_gateway(not_before_at=later(minutes=5), failures=3, last_error="down")
        assert "Rests after failures" in shown(browse(cast.state_admin).get(reverse("outbox")))
        assert "Rests after failures" not in shown(browse(cast.operator).get(reverse("outbox")))

    def test_the_list_costs_the_same_however_long(
        self, cast: Any, browse: Any, queue: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(15):
            queue(cast.meena, state=State.FAILED)
        client = browse(cast.operator)
        with django_assert_max_num_queries(14):
            client.get(reverse("outbox"))


class TestGatewayAdmin:
    @pytest.fixture
    def root(self, browse: Any, small_map: Any) -> Client:
        client: Client = browse(Officer.objects.create_superuser("root", password="sahayata-test"))
        return client

    def given(self, **more: Any) -> dict[str, Any]:
        return {"channel": "sms", "name": "NIC", "is_active": "on", "address": "json://h.example/key?:to={to}"} | more

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
    def test_its_address_goes_in_sealed_and_never_comes_out(self, root: Client) -> None:
        assert root.post("/admin/cases/gateway/add/", self.given()).status_code == 302
        gateway = Gateway.objects.get()
        assert gateways.opened(gateway) == "json://h.example/key?:to={to}"
        page = shown(root.get(f"/admin/cases/gateway/{gateway.pk}/change/"))
        assert "json://…" in page
        assert "h.example" not in page

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
    def test_an_empty_address_keeps_the_one_there_is_and_wakes_the_gateway(
        self, root: Client, make_gateway: Any
    ) -> None:
        gateway = make_gateway(not_before_at=later(minutes=5), failures=4)
        root.post(f"/admin/cases/gateway/{gateway.pk}/change/", self.given(address=""))
        gateway.refresh_from_db()
        assert (gateway.name, gateway.not_before_at, gateway.failures) == ("NIC", None, 0)
        assert "secretkey" in gateways.opened(gateway)

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
    @pytest.mark.parametrize(
        "more", [{"address": ""}, {"address": "json://h.example/"}, {"address": "nosuch://{to}"},
                 {"state": 8, "district": 375}]
    )  # fmt: skip
    def test_what_would_carry_nothing_is_refused(self, root: Client, more: dict[str, Any]) -> None:
        assert root.post("/admin/cases/gateway/add/", self.given(**more)).status_code == 200
        assert not Gateway.objects.exists()

    def test_words_are_checked_there_too(self, root: Client) -> None:
        text = ReplyTemplate.objects.get(key="received", language="en")
        answer = root.post(f"/admin/cases/replytemplate/{text.pk}/change/", {"text": "{reference} 98123 45678"})
        assert answer.context["adminform"].form.errors


def test_browsers_are_counted_on_the_page(cast: Any, browse: Any) -> None:
    PushSubscription.objects.create(officer=cast.meena, endpoint="https://push.example/1", p256dh="k", auth="a")
    page = shown(browse(cast.meena).get(reverse("my_notices")))
    assert "in 1 browser." in page
    assert "Send a test to my browsers" in page
