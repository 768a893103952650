"""Where is my case: looked up by reference, without an account."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.workflow import Status
from helpdesk import throttle

REFERENCE = "BLS-7K3Q-9D"
UNKNOWN = "BLS-XXXX-XX"


def page_of(client, reference=REFERENCE, **extra):
    return client.get(reverse("status_of", args=[reference]), **extra)


@pytest.mark.parametrize("typed", ["bls7k3q9d", " BLS 7K3Q 9D ", "bls-7k3q-9d", "BLS–7K3Q–9D", "ＢＬＳ-७K३Q-९D"])
def test_a_reference_is_understood_however_it_is_typed(client, make_case, typed):
    make_case(reference=REFERENCE)
    answer = client.get(reverse("status"), {"reference": typed}, follow=True)
    assert answer.redirect_chain == [(reverse("status_of", args=[REFERENCE]), 302)]
    assert REFERENCE in answer.content.decode()


def test_a_zero_typed_for_the_letter_o_in_the_district_letters_is_forgiven(client, make_case):
    make_case(reference="KOR-7K3Q-9D")
    assert page_of(client, "k0r-7k3q-9d").status_code == 200


def test_the_page_says_where_it_stands_and_what_happens_next(client, cast, make_case):
    now = timezone.now()
    make_case(reference=REFERENCE, officer=cast.meena, status=Status.ACKNOWLEDGED, acknowledged_at=now)
    page = page_of(client, headers={"accept-language": "en"}).content.decode()
    for said in ("With the officer", "Keep your phone near you", "Oxygen", "Bilaspur", "tel:104"):
        assert said in page
    assert page.count("is-done") == 2
    assert page.count('aria-current="step"') == 1


def test_two_queries_draw_the_page(client, make_case, django_assert_num_queries):
    make_case(reference=REFERENCE)
    with django_assert_num_queries(2):  # the case, and what the officer wrote for the citizen
        page_of(client)


@pytest.mark.parametrize("reference", [UNKNOWN, "nonsense", "%00%00", "🙏", "BLS-7K3Q-9D'--", "x" * 500])
def test_an_unknown_reference_is_not_found_and_what_was_typed_is_kept(client, db, reference):
    answer = client.get(f"/status/{reference}/", headers={"accept-language": "en"})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "We found no case" in page
    assert 'name="reference"' in page


def test_what_was_typed_wrong_is_shown_again_safely(client, db):
    page = client.get("/status/%3Cscript%3Ealert(1)%3C%2Fb%3E/").content.decode()
    assert "&lt;script&gt;" in client.get(reverse("status"), {"reference": "<script>"}).content.decode()
    assert "<script>alert" not in page


def test_a_case_number_of_the_wrong_shape_is_explained_at_the_field(client, db):
    answer = client.get(reverse("status"), {"reference": "12345"}, headers={"accept-language": "en"})
    assert "This is not a case number" in answer.content.decode()
    assert 'value="12345"' in answer.content.decode()


def test_nothing_of_it_is_kept_by_caches_or_search_engines(client, make_case):
    make_case(reference=REFERENCE)
    for answer in (page_of(client), page_of(client, UNKNOWN)):
        assert {"private", "no-store"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert 'name="robots"' in answer.content.decode()


def test_a_new_case_asks_to_write_its_number_down(client, make_case):
    make_case(reference=REFERENCE)
    answer = client.get(reverse("status_of", args=[REFERENCE]) + "?new=1", headers={"accept-language": "en"})
    assert "Write this number down" in answer.content.decode()


def test_a_joined_case_says_so(client, make_case):
    other = make_case(reference="BLS-AAAA-AA")
    now = timezone.now()
    make_case(reference=REFERENCE, status=Status.DUPLICATE, joined_to=other, closed_at=now, next_due_at=None)
    page = page_of(client, headers={"accept-language": "en"}).content.decode()
    assert f"Your case {REFERENCE} was joined to BLS-AAAA-AA" in page


def test_a_late_case_says_so_and_what_to_do(client, make_case):
    make_case(reference=REFERENCE, at=timezone.now() - timedelta(hours=2))
    page = page_of(client, headers={"accept-language": "en"}).content.decode()
    assert "taking longer than we promised" in page


def test_the_moving_part_comes_alone_and_stops_asking_when_the_case_has_ended(client, cast, make_case):
    make_case(reference=REFERENCE)
    moving = page_of(client, headers={"hx-request": "true"})
    assert moving.status_code == 200
    assert "<html" not in moving.content.decode()
    now = timezone.now()
    make_case(reference="BLS-AAAA-AA", status=Status.WITHDRAWN, closed_at=now, next_due_at=None)
    assert page_of(client, "BLS-AAAA-AA", headers={"hx-request": "true"}).status_code == 286


# --- The throttle -----------------------------------------------------------------------------------


def test_thirty_look_ups_in_a_minute_are_enough(client, make_case):
    make_case(reference=REFERENCE)
    codes = [page_of(client).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


def test_unknown_references_count_double(client, db):
    codes = [page_of(client, UNKNOWN).status_code for _ in range(16)]
    assert codes == [404] * 15 + [429]


def test_the_refusal_is_polite_and_in_the_readers_language(client, db):
    for _ in range(15):
        page_of(client, UNKNOWN)
    answer = page_of(client, headers={"accept-language": "en"})
    assert answer["Retry-After"] == "60"
    assert "Please wait a minute" in answer.content.decode()
    assert "tel:104" in answer.content.decode()


def test_a_page_left_open_does_not_use_up_the_familys_look_ups(client, make_case):
    make_case(reference=REFERENCE)
    codes = {page_of(client, headers={"hx-request": "true"}).status_code for _ in range(40)}
    assert codes == {200}


def test_guessing_through_the_moving_part_is_throttled_all_the_same(client, db):
    codes = [page_of(client, UNKNOWN, headers={"hx-request": "true"}).status_code for _ in range(16)]
    assert codes[-1] == 429


def test_guessing_through_the_json_is_throttled_all_the_same(client, db):
    codes = [client.get(reverse("status_json", args=[UNKNOWN])).status_code for _ in range(16)]
    assert codes == [404] * 15 + [429]


def test_another_address_is_not_held_back(client, db):
    for _ in range(16):
        page_of(client, UNKNOWN)
    assert page_of(client, UNKNOWN, REMOTE_ADDR="10.1.1.1").status_code == 404


def test_without_a_trusted_proxy_a_forged_address_does_not_help(client, db, settings):
    settings.TRUSTED_PROXIES = 0
    codes = [page_of(client, UNKNOWN, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code for number in range(16)]
    assert codes[-1] == 429


def test_behind_one_proxy_only_the_address_it_wrote_counts(client, db, settings):
    settings.TRUSTED_PROXIES = 1
    forged = [
        page_of(client, UNKNOWN, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.5").status_code
        for number in range(16)
    ]
    assert forged[-1] == 429
    assert page_of(client, UNKNOWN, HTTP_X_FORWARDED_FOR="203.0.113.6").status_code == 404


def test_an_ipv6_household_counts_as_one(client, db):
    codes = [page_of(client, UNKNOWN, REMOTE_ADDR=f"2001:db8:1:2::{number:x}").status_code for number in range(16)]
    assert codes[-1] == 429


def test_a_dead_cache_throttles_nobody(client, make_case, monkeypatch):
    class Dead:
        def __getattr__(self, name):
            raise ConnectionError(name)

    make_case(reference=REFERENCE)
    monkeypatch.setattr(throttle, "cache", Dead())
    assert page_of(client).status_code == 200
