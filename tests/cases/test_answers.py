"""What the citizen's answer fills, whom it sends the case to, and what it must not undo."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions, asking
from cases.models import Case, Notice, Setting
from cases.understanding import Candidate, Reading
from cases.workflow import Move, Status
from tests.cases.conftest import NOWHERE, SURE, THREAD, Post, plea, process, waiting
from tests.conftest import Cast, Map


def test_the_citizens_answer_completes_the_case(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    promised = case.respond_by
    readings["Tifra, Bilaspur"] = plea(kind="other", needs=(), phones=("9811111111",), patient_age=61)
    assert process(post("Tifra, Bilaspur", **THREAD)) == {"joined": 1}
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ASSIGNED, cast.meena, small_map.bilha)
    assert (case.answer_by, case.review_reason, case.patient_age) == (None, "", 61)
    assert case.respond_by == promised  # the clock never stopped
    assert [phone.number for phone in case.requester.phones.all()] == ["9811111111"]
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds.count("answered") == 1
    assert kinds[-1] == "assigned"
    assert Notice.objects.exclude(channel="desk").latest("pk").template == "completed"


def test_plea_and_answer_in_one_batch_make_one_complete_case(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["oxygen please"] = NOWHERE
    readings["in Tifra"] = plea(kind="other", needs=(), phones=())
    assert process(post("oxygen please", **THREAD), post("in Tifra", **THREAD)) == {"review": 1, "joined": 1}
    case = Case.objects.get()
    assert (case.status, case.officer, case.asked_for) == (Status.ASSIGNED, cast.meena, ["phone"])
    assert (
        Notice.objects.exclude(channel="desk").get().template == "ask_phone"
    )  # nobody is asked for what was told in the meantime
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds == ["opened", "asked", "assigned", "message", "answered"]


def test_plea_and_whole_answer_in_one_batch_are_asked_nothing(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["oxygen please"] = NOWHERE
    readings["in Tifra"] = plea(kind="other", needs=())
    process(post("oxygen please", **THREAD), post("in Tifra", **THREAD))
    case = Case.objects.get()
    assert (case.asked_for, Notice.objects.exclude(channel="desk").get().template) == ([], "received")
    assert [phone.number for phone in case.requester.phones.all()] == ["9812345678"]


def test_a_word_of_the_state_settles_which_of_two_places(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    readings["oxygen please\nCG wala"] = plea()
    readings["CG wala"] = Reading(kind="other", state=22, confidence=SURE)
    process(post("CG wala", **THREAD))
    case.refresh_from_db()
    assert case.officer == cast.meena


def test_all_that_was_said_in_the_thread_counts(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    nothing = Reading(kind="other", confidence=SURE)
    readings |= {"Kota": nothing, "oxygen please\nKota": nothing, "CG": nothing}
    readings["oxygen please\nKota\nCG"] = plea(block=3607)
    process(post("Kota", **THREAD))
    process(post("CG", **THREAD))
    case.refresh_from_db()
    assert case.officer == cast.anil


def test_plea_and_answer_that_name_different_districts_leave_it_open(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = waiting(post, readings)
    readings["Raipur"] = plea(kind="other", needs=(), district=387, block=None)
    readings["oxygen please\nRaipur"] = plea()
    process(post("Raipur", **THREAD))
    case.refresh_from_db()
    assert (case.district, case.status) == (None, Status.AWAITING_INFO)


def test_an_answer_that_settles_nothing_still_leaves_fewer_places_to_choose_from(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    def kota(*districts: int) -> Reading:
        places = tuple(Candidate(22, code, None, None, f"Kota {code}", "", "block", 0.5) for code in districts)
        return Reading(kind="request", needs=("oxygen",), candidates=places, confidence=SURE)

    readings["Kota"] = kota(375, 387, 97)
    process(post("Kota", **THREAD))
    readings["Kota\nCG wala"] = kota(375, 387)
    readings["CG wala"] = Reading(kind="other", state=22, confidence=SURE)
    process(post("CG wala", **THREAD))
    case = Case.objects.get()
    assert [one["district"] for one in case.candidates] == [375, 387]
    assert (case.status, case.review_reason) == (Status.AWAITING_INFO, "ambiguous_place")
    assert case.events.get(kind="answered").note == "Kota 375 / Kota 387"


def test_a_place_that_no_table_knows_answers_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    readings["there"] = plea(kind="other", needs=(), district=999, block=None)
    readings["oxygen please\nthere"] = plea(district=999, block=None)
    assert process(post("there", **THREAD)) == {"joined": 1}
    case.refresh_from_db()
    assert case.district is None


def test_thanks_for_the_answer_are_said_once(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    readings["my number"] = Reading(kind="other", phones=("9811111111",), confidence=SURE)
    readings["oxygen please\nmy number"] = NOWHERE
    process(post("my number", **THREAD))
    assert (
        not Notice.objects.exclude(channel="desk").filter(template="completed").exists()
    )  # the place is still missing
    readings["Bilaspur"] = plea(kind="other", needs=(), phones=(), block=None)
    process(post("Bilaspur", **THREAD))
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD), post("Tifra", **THREAD))
    assert Notice.objects.exclude(channel="desk").filter(template="completed").count() == 1
    case.refresh_from_db()
    assert (case.block, case.officer) == (small_map.bilha, cast.meena)


def test_the_answer_to_a_doubtful_plea_goes_to_the_control_room_of_that_place(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    readings["hm"] = Reading(kind="request", confidence=SURE | {"kind": 0.3})
    readings["Tifra"] = plea(kind="other", needs=())
    process(post("hm", **THREAD))
    process(post("Tifra", **THREAD))
    process(post("hm", author_id="8", conversation_id="8"), post("Tifra", author_id="8", conversation_id="8"))
    for case in Case.objects.all():
        assert (case.status, case.review_reason) == (Status.NEEDS_REVIEW, "kind")
        assert (case.block, case.officer) == (small_map.bilha, cast.operator)


def test_what_a_caller_states_completes_the_case_of_the_same_phone(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings, phones=("9811111111",), confidence=SURE)
    readings["call"] = Reading(kind="request", needs=("oxygen",), confidence=SURE)
    stated = {"state": 22, "district": 375, "block": 3604, "phones": ["9811111111"], "patient_age": 61, "spo2": 84}
    call = post("call", channel="phone", author_id="", handle=None, raw={"given": stated | {"needs": ["oxygen"]}})
    assert process(call) == {"joined": 1}
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ASSIGNED, cast.meena, small_map.bilha)
    assert (case.patient_age, case.spo2) == (61, 84)


def test_another_askers_number_is_taken_only_where_there_is_none(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    words = "Oxygen cylinder for my father at Yadav Mohalla near the old water tank, please hurry, Tifra"
    readings[words] = plea(phones=(), patient_age=61)
    process(post(words))
    for phones in [("9811111111",), ("9811111111", "9822222222")]:
        readings[f"{words} {phones}"] = plea(phones=phones, patient_age=61)
        assert process(post(f"{words} {phones}")) == {"joined": 1}
    assert [phone.number for phone in Case.objects.get().requester.phones.all()] == ["9811111111"]


def test_an_edited_plea_completes_its_case_and_a_repost_does_not(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["oxygen please"] = NOWHERE
    first = post("oxygen please", **THREAD)
    process(first)
    process(post("RT @citizen: Tifra", author_id="9", echo_of=first.external_id))
    assert Case.objects.get().district is None
    process(post("oxygen please, Tifra", author_id="7", echo_of=first.external_id))
    assert Case.objects.get().officer == cast.meena


def test_what_two_messages_of_a_batch_tell_of_one_case_is_all_kept(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    """One comes by the thread, the other by the phone: both must see the same case."""
    case = waiting(post, readings, phones=("9811111111",), confidence=SURE)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    readings["oxygen for a man of 61"] = plea(phones=("9811111111",), patient_age=61, district=None, block=None)
    process(post("Tifra", **THREAD), post("oxygen for a man of 61", author_id="9"))
    case.refresh_from_db()
    assert (case.block, case.patient_age, case.officer) == (small_map.bilha, 61, cast.meena)


def test_an_answer_that_does_not_help_is_not_asked_again(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    readings["please hurry"] = NOWHERE
    readings[f"{case.excerpt}\nplease hurry"] = NOWHERE
    process(post("please hurry", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.AWAITING_INFO
    assert Notice.objects.exclude(channel="desk").count() == 1
    readings["Tifra"] = plea(kind="other", needs=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_a_late_answer_does_not_undo_what_an_operator_placed(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    where = {"district": small_map.bilaspur, "block": small_map.kota}
    actions.perform(Move.PLACE, case_id=case.pk, actor=cast.state_operator, **where)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.block, case.officer, case.answer_by) == (small_map.kota, cast.anil, None)


def test_a_block_told_late_is_noted_but_moves_nothing_that_a_person_moved(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    actions.perform(Move.PLACE, case_id=case.pk, actor=cast.state_operator, district=small_map.bilaspur)
    actions.perform(Move.HAND_OVER, case_id=case.pk, actor=cast.sunita, to=cast.anil)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ASSIGNED, cast.anil, small_map.bilha)


def test_an_answer_does_not_take_a_case_from_who_acknowledged_it(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    actions.perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.state_operator)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ACKNOWLEDGED, cast.state_operator, small_map.bilha)


def test_an_answer_after_the_silence_still_counts(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    asking.give_up_waiting(timezone.now() + timedelta(minutes=11))
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.officer) == (Status.ASSIGNED, cast.meena)


def test_a_doubtful_answer_is_below_the_threshold_that_is_data(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = waiting(post, readings)
    Setting.objects.filter(pk="sure_of_place").update(value=0.97)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert case.district is None


def test_ten_answers_cost_what_one_costs(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["oxygen please"] = NOWHERE
    readings["Tifra"] = plea(kind="other", needs=(), phones=("9811111111",))

    def cost(first: int, count: int) -> int:
        threads = [{"author_id": str(n), "conversation_id": str(n)} for n in range(first, first + count)]
        process(*[post("oxygen please", **thread) for thread in threads])
        answers = [post("Tifra", **thread) for thread in threads]
        with CaptureQueriesContext(connection) as captured:
            process(*answers)
        return len(captured)

    cost(1, 1)
    one = cost(10, 1)
    assert cost(20, 10) == one
