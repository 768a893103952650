"""The demo: logins for everybody, at any hour, made once."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.intake.credentials import unseal
from cases.models import Handle
from districts.duty import Level, Where, on_duty, on_duty_for
from districts.models import Block, District, Leave, Officer, Posting, Role, Shift
from districts.roster import RosterDesk, load, monday_of
from helpdesk.demo.names import FIRST, LAST, invented
from helpdesk.demo.seats import seats

pytestmark = pytest.mark.django_db

MEMORABLE = {
    *("bilha", "kota", "masturi", "takhatpur", "bilaspur.nodal", "bilaspur.collector", "bilaspur.control"),
    *("cg.control", "cg.admin", "rj.control", "rj.admin", "auditor", "doctor", "admin", "raipur.nodal"),
}


@pytest.fixture
def demo_map(small_map):
    """The small map with the districts the handles name."""
    District.objects.create(code=378, name="Durg", name_hi="दुर्ग", state=small_map.cg)
    District.objects.create(code=383, name="Korba", name_hi="कोरबा", state=small_map.cg)
    Block.objects.create(code=3707, name="Tilda", name_hi="तिल्दा", district_id=387)
    District.objects.create(code=769, name="Dudu", state=small_map.rj, is_active=False)
    return small_map


def load_demo() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def everything() -> list[list[tuple]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Handle, Officer, Posting, Shift, Leave)]


def test_every_login_is_printed_and_signs_in(demo_map):
    printed = load_demo()
    for login in MEMORABLE:
        assert f" {login} " in printed
    assert Officer.objects.get(username="bilha").check_password("sahayata-demo")
    assert "sahayata-demo" in printed


def test_only_admin_is_a_superuser(demo_map):
    load_demo()
    assert list(Officer.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["admin"]


def test_the_memorable_login_has_the_block_at_any_hour_with_one_stand_in(demo_map):
    load_demo()
    moment = timezone.now().replace(minute=30)
    for hour in range(24):
        duty = on_duty(demo_map.bilha, moment + timedelta(hours=hour))
        assert duty.level == Level.BLOCK
        names = [Officer.objects.get(pk=one.officer_id).username for one in duty.officers]
        assert names[0] == "bilha"
        assert len(names) == 2
        assert [one.is_stand_in for one in duty.officers] == [False, True]


def test_last_nights_turn_is_on_duty_before_dawn_of_the_first_day(demo_map):
    load_demo()
    dawn = datetime.combine(timezone.localdate(), datetime.min.time(), tzinfo=timezone.get_default_timezone())
    duty = on_duty(demo_map.bilha, dawn + timedelta(hours=3))
    assert Officer.objects.get(pk=duty.officers[1].officer_id).username == "bilha.night"


def test_every_place_has_somebody_on_duty(demo_map):
    load_demo()
    blocks = Block.objects.select_related("district")
    places = [Where(block.district.state_id, block.district_id, block.pk) for block in blocks]
    places += [Where(22), Where(8), Where(None), Where(8, demo_map.jaipur.pk)]
    for control_room in (False, True):
        for duty in on_duty_for(places, datetime.now(UTC), control_room=control_room).values():
            assert duty.officers


def test_every_active_district_has_a_nodal_officer_and_a_collector(demo_map):
    load_demo()
    for role in (Role.DISTRICT_NODAL, Role.COLLECTOR):
        posted = set(Posting.objects.filter(role=role).values_list("district", flat=True))
        assert posted == {375, 378, 383, 387, demo_map.jaipur.pk}


def test_the_handles_keys_are_sealed(demo_map):
    load_demo()
    handle = Handle.objects.get(username="BilaspurDist")
    assert handle.district_id == 375
    assert "demo-bilaspurdist" not in handle.sealed_credentials
    assert unseal(handle.sealed_credentials)["bearer_token"] == "demo-bilaspurdist-bearer-token"


def test_a_second_run_changes_nothing(demo_map, django_assert_max_num_queries):
    load_demo()
    before = everything()
    with django_assert_max_num_queries(16):
        assert "0 handles and 0 officers created" in load_demo()
    assert everything() == before


def test_what_officers_changed_stays_and_what_is_missing_comes_back(demo_map):
    load_demo()
    bilha = Officer.objects.get(username="bilha")
    bilha.first_name = "Renamed"
    bilha.set_password("her own words")
    bilha.save()
    bilha.postings.update(ends_on=timezone.localdate() - timedelta(days=1))
    Handle.objects.filter(username="DurgDist").update(is_active=False, hashtags=["Durg"])
    Officer.objects.filter(username="auditor").get().postings.all().delete()
    Officer.objects.filter(username="auditor").delete()
    before = Posting.objects.filter(officer=bilha).values().get()
    printed = load_demo()
    assert "0 handles and 1 officers created" in printed
    assert "Renamed Sahu" in printed
    assert Posting.objects.filter(officer=bilha).values().get() == before
    assert Officer.objects.get(username="bilha").check_password("her own words")
    assert Handle.objects.get(username="DurgDist").hashtags == ["Durg"]
    assert Posting.objects.filter(officer__username="auditor").count() == 1


def test_a_posting_starts_its_history(demo_map):
    load_demo()
    assert Posting.history.count() == Posting.objects.count()
    assert Shift.history.count() == Shift.objects.count()
    assert Leave.history.count() == Leave.objects.count()


def next_week(block):
    """Gaps of the block's row in the week after this one, and who replaces whom there, by login."""
    monday = monday_of(timezone.localdate()) + timedelta(weeks=1)
    desk = RosterDesk(Role.NODAL_OFFICER, block, block.district.state_id, block.district_id, block.pk)
    roster = load([desk], monday, monday + timedelta(weeks=1))
    midnight = datetime.combine(monday, datetime.min.time(), tzinfo=timezone.get_default_timezone())
    pieces = roster.stretches(desk, midnight, midnight + timedelta(weeks=1))
    gaps = [(gap.starts, gap.ends) for gap in roster.gaps(desk, midnight, midnight + timedelta(weeks=1))]
    replaced = {one.on_duty for piece in pieces for one in piece.present if one.on_duty.replaces}
    logins = dict(Officer.objects.values_list("pk", "username"))
    return midnight, gaps, {(logins[one.replaces], logins[one.officer_id]) for one in replaced}


def test_next_weeks_roster_has_a_replacement_and_one_gap(demo_map):
    load_demo()
    blocks = {block.name: block for block in Block.objects.select_related("district")}
    _, gaps, replaced = next_week(blocks["Masturi"])
    assert (gaps, replaced) == ([], {("masturi.afternoon", "kota.morning")})
    monday, gaps, replaced = next_week(blocks["Tilda"])
    wednesday = monday + timedelta(days=2)
    assert (gaps, replaced) == ([(wednesday, wednesday + timedelta(days=1))], set())
    for name in {"Bilha", "Kota", "Takhatpur", "Dharsiwa"}:
        assert next_week(blocks[name])[1:] == ([], set())


def test_no_login_that_is_shown_is_ever_away(demo_map):
    load_demo()
    away = set(Leave.objects.values_list("officer__username", flat=True))
    assert away
    assert not away & {seat.login for seat in seats() if seat.sees}


def test_leave_that_was_cancelled_does_not_come_back(demo_map):
    load_demo()
    Leave.objects.all().delete()
    Officer.objects.filter(username="auditor").get().postings.all().delete()
    Officer.objects.filter(username="auditor").delete()
    assert "1 officers created" in load_demo()
    assert not Leave.objects.exists()


def test_every_seat_has_a_login_of_its_own_and_names_are_not_repeated(demo_map):
    logins = [seat.login for seat in seats()]
    assert len(logins) == len(set(logins))
    assert len({invented(number) for number in range(len(FIRST) * len(LAST))}) == len(FIRST) * len(LAST)


def test_production_is_refused(demo_map, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never loaded in production"):
        load_demo()
    assert not Officer.objects.exists()


def test_without_the_geography_it_says_what_to_do(db):
    with pytest.raises(CommandError, match="load_geography"):
        load_demo()
