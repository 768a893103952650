"""Finding a case: by reference, telephone number, name and words, in both scripts, never beyond one's area."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import search as searching
from cases.filters import CaseFilter
from cases.models import Case, Message, Person, SavedFilter
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]


def found(text: str) -> set[str]:
    return {case.reference for case in searching.search(Case.objects.all(), text)}


@pytest.fixture
def two(make_case: CaseMaker) -> tuple[Case, Case]:
    """One to find, and another."""
    one = make_case(
        reference="BLS-7K3Q-9D", phone="9826155412", requester_name="सुनीता Yadav", excerpt="माँ को ज़रूर ऑक्सीजन चाहिए",
        place_text="Tifra",
    )  # fmt: skip
    other = make_case(
        reference="BLS-4444-XA", phone="9000011111", requester_name="Amit Rao", excerpt="bed", place_text="Kota"
    )
    return one, other


@pytest.mark.parametrize(
    "text",
    ["BLS-7K3Q-9D", "bls 7k3q 9d", "BLS-7K", "bls7k3q", "7K3Q", "9826155412", "+91 98261 55412", "09826155412",
     "९८२६१५५४१२", "5412", "155412", "सुनीता", "yadav", "Yadav tifra", "ऑक्सीजन", "TIFRA"],
)  # fmt: skip
def test_a_case_is_found_by_what_a_person_knows_of_it(two: tuple[Case, Case], text: str) -> None:
    assert found(text) == {two[0].reference}


@pytest.mark.parametrize("number", ["9826155412", "+91 98261 55412", "९८२६१ ५५४१२"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_number_stands_in_no_address(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, number: str, method: str
) -> None:
    one, other = make_case(phone="9826155412"), make_case(phone="9000011111")
    browser = browser_of(cast.meena)
    answer = getattr(browser, method)("/cases/", {"q": number, "urgency": ""})
    assert answer.status_code == 302
    assert answer.url.startswith("/cases/?q=~")
    page = browser.get(answer.url).content.decode()
    assert one.reference in page
    assert other.reference not in page
    assert "q=9" not in page
    assert "55412&" not in page
    assert one.reference not in browser_of(cast.meena).get(answer.url).content.decode()  # another session
    browser.post("/desk/saved/new/", {"name": "N", "query": f"q={number.replace('+', '')}&need=bed"})
    assert SavedFilter.objects.get().query == "need=bed"


@pytest.mark.parametrize("text", ["\u095bरूर", "ज\u093cरूर"])
def test_a_letter_with_a_nukta_is_found_however_it_was_typed(make_case: CaseMaker, text: str) -> None:
    one = make_case(excerpt="\u095bरूर मदद करें")
    two = make_case(excerpt="ज\u093cरूर मदद करें")
    assert found(text) == {one.reference, two.reference}


@pytest.mark.parametrize("text", ["98261", "412", "nobody", "yadav kota", "9999999999", "BLS-9", "%", "_"])
def test_what_does_not_fit_is_not_found(two: tuple[Case, Case], text: str) -> None:
    assert found(text) == set()


def test_words_of_a_later_message_and_the_patients_name_find_the_case(
    make_case: CaseMaker, add_plea: Callable[..., Message]
) -> None:
    case = make_case(patient=Person.objects.create(name="Kamla Bai"))
    add_plea(case, "अब वेंटिलेटर भी चाहिए")
    make_case()
    assert found("वेंटिलेटर") == found("kamla") == {case.reference}


def test_a_search_stays_in_ones_area_and_shows_no_number_and_no_name(
    browser_of: Browser, cast: Cast, two: tuple[Case, Case]
) -> None:
    page = browser_of(cast.collector).get("/cases/?q=5412").content.decode()
    rows = page.split("<tbody>")[1]
    assert two[0].reference in rows
    assert two[1].reference not in rows
    assert "9826155412" not in page
    assert "Yadav" not in page
    assert "No case fits" in browser_of(cast.other_collector).get("/cases/?q=5412").content.decode()


def test_words_are_looked_for_in_the_newest_cases_only(make_case: CaseMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "READ", 2)
    made = [make_case(excerpt="ventilator", phone=f"900000000{number}") for number in range(3)]
    assert found("ventilator") == {case.reference for case in made[1:]}
    assert found("9000000000") == {made[0].reference}, "an index finds a whole number however old the case is"


def test_a_search_is_one_statement_whatever_it_finds(make_case: CaseMaker) -> None:
    for _ in range(4):
        make_case(excerpt="ventilator")
    with CaptureQueriesContext(connection) as captured:
        assert len(found("ventilator")) == 4
    assert len(captured) == 1


def test_search_and_filters_narrow_together(make_case: CaseMaker) -> None:
    make_case(excerpt="ventilator")
    bed = make_case(excerpt="ventilator", need_code="bed")
    asked = CaseFilter(QueryDict("q=ventilator&need=bed"), queryset=Case.objects.all())
    assert [case.reference for case in asked.found] == [bed.reference]


@pytest.mark.parametrize("address", ["/desk/", "/cases/"])
def test_desk_and_list_have_the_same_field(browser_of: Browser, cast: Cast, address: str) -> None:
    page = browser_of(cast.meena).get(address).content.decode()
    assert page.count('data-search type="search" name="q"') == 1


def test_what_was_typed_stays_in_the_field_as_text(browser_of: Browser, cast: Cast) -> None:
    page = browser_of(cast.meena).get("/cases/", {"q": '"><script>alert(1)'}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)"' in page
