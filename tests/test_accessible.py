"""axe-core finds no fault with any page of the public or of who is in charge, in both sizes, languages and schemes."""

import pytest

from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
LOOKS = [("phone", "hi", False), ("phone", "en", True), ("wide", "en", False), ("wide", "hi", True)]
PUBLIC = ("/", "/ask/", "/status/", "/status/{reference}/", "/status/BSP-0000-00/", "/sign-in/", "/nowhere/")
REPORTS = ("/reports/today/", "/offers/", "/telephone/", "/paste/", "/handles/", "/failed/", "/desk/names/")


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_the_pages_of_the_public_have_no_fault(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    case = make_case(officer=cast.meena)
    for path in PUBLIC:
        page = live.open(None, path.format(reference=case.reference), size=size, language=language, dark=dark)
        assert violations(page) == [], path


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_the_pages_of_who_is_in_charge_have_no_fault(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    make_case(officer=cast.meena)
    for path in REPORTS:
        page = live.open(cast.sunita, path, size=size, language=language, dark=dark)
        assert violations(page) == [], path
