"""The small cast and the small map that tests share."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("DATA_DIR", os.path.join(os.path.dirname(__file__), "..", "var", "tests"))  # noqa: PTH118, PTH120

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from cases.models import Case, Handle, Need, Person, Phone
from cases.workflow import Status
from districts.models import Block, BlockDistrict, District, Officer, Place, PlaceName, Posting, Role, State
from tests import tables
from tests.browsing import browser, stack  # noqa: F401  # fixtures of the browser tests
from tests.live import _in_line, live  # noqa: F401


def pytest_configure(config: pytest.Config) -> None:
    """Settings that differ under test: fast hashing, plain static files, an undefined variable fails."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if url:
        import environ
        from django.db import connections

        settings.DATABASES["default"] = {**environ.Env.db_url_config(url), "CONN_MAX_AGE": 0}
        connections.configure_settings(settings.DATABASES)
        if hasattr(connections._connections, "default"):
            del connections["default"]  # made while the models were loaded: the suite would stay on SQLite
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CELERY_BROKER_URL = "memory://"  # never the queue of a copy that runs beside the tests
    if redis_url := os.environ.get("TEST_REDIS_URL", ""):
        # A database of its own for each of xdist's workers, and the last of the sixteen for who runs beside them:
        # clearing the cache empties the whole database.
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw14").removeprefix("gw")) + 1
        address = urlsplit(redis_url)._replace(path=f"/{number}").geturl()
        settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
        settings.CELERY_BROKER_URL = address
    settings.STATIC_ROOT = Path(tempfile.gettempdir()) / "sahayata-tests-static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
    settings.MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="sahayata-tests-media-"))
    settings.X_API_URL = "http://127.0.0.1:9"  # nothing listens there: no test reaches X by accident
    settings.X_CREDENTIALS = {}


USE_THE_DATABASE = {"db", "transactional_db"}


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that never ask for the database say the same beside either: they are `once`, like those marked so."""
    for item in items:
        asked = USE_THE_DATABASE & set(getattr(item, "fixturenames", ()))
        # Real servers have a database that pytest does not know of.
        if not any([asked, item.get_closest_marker("django_db"), item.get_closest_marker("processes")]):
            item.add_marker("once")


BLOCKER = pytest.StashKey[DjangoDbBlocker]()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker, request: Any
) -> Iterator[None]:
    """The test database starts from tables that are migrated already."""
    request.config.stash[BLOCKER] = django_db_blocker
    with tables.under_the_test_database():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a test that commits Django empties every table: the next may be any, and finds the first rows again."""
    yield
    marker, blocker = item.get_closest_marker("django_db"), item.config.stash.get(BLOCKER, None)
    if nextitem and blocker and marker and marker.kwargs.get("serialized_rollback"):
        with blocker.unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)


class UndefinedVariable(str):
    """An undefined template variable is a failure, not an empty string."""

    def __mod__(self, name: Any) -> str:
        raise AssertionError(f"undefined template variable: {name}")

    def __contains__(self, part: object) -> bool:
        return part == "%s"


@dataclass
class Cast:
    """The people tests speak of by name."""

    meena: Officer  # nodal officer of Bilha block, Bilaspur
    ravi: Officer  # her stand-in in Bilha
    anil: Officer  # nodal officer of Kota block, Bilaspur
    sunita: Officer  # district nodal officer of Bilaspur
    collector: Officer  # collector of Bilaspur
    other_collector: Officer  # collector of Raipur
    operator: Officer  # control-room operator of Bilaspur
    state_operator: Officer  # control-room operator of Chhattisgarh
    doctor: Officer  # doctor of Bilaspur
    state_admin: Officer  # state administrator of Chhattisgarh
    auditor: Officer  # auditor of Bilaspur


@dataclass
class Map:
    """A corner of Chhattisgarh and Rajasthan with its true LGD codes."""

    cg: State
    rj: State
    bilaspur: District
    raipur: District
    jaipur: District
    bilha: Block
    kota: Block
    masturi: Block
    takhatpur: Block
    dharsiwa: Block
    tifra: Place


@pytest.fixture
def small_map(db: None) -> Map:
    """States, districts, blocks and one locality, with their spellings."""
    cg = State.objects.create(code=22, name="Chhattisgarh", name_hi="छत्तीसगढ़", abbreviation="CG")
    rj = State.objects.create(code=8, name="Rajasthan", name_hi="राजस्थान", abbreviation="RJ")
    bilaspur = District.objects.create(code=375, name="Bilaspur", name_hi="बिलासपुर", state=cg)
    raipur = District.objects.create(code=387, name="Raipur", name_hi="रायपुर", state=cg)
    jaipur = District.objects.create(code=97, name="Jaipur", name_hi="जयपुर", state=rj)
    blocks = [
        Block(code=3604, name="Bilha", name_hi="बिल्हा", district=bilaspur),
        Block(code=3607, name="Kota", name_hi="कोटा", district=bilaspur),
        Block(code=3610, name="Masturi", name_hi="मस्तूरी", district=bilaspur),
        Block(code=3613, name="Takhatpur", name_hi="तखतपुर", district=bilaspur),
        Block(code=3700, name="Dharsiwa", name_hi="धरसींवा", district=raipur),
    ]
    Block.objects.bulk_create(blocks)
    BlockDistrict.objects.bulk_create(
        BlockDistrict(block=block, district=block.district, is_primary=True) for block in blocks
    )
    tifra = Place.objects.create(
        key="locality:tifra",
        kind="locality",
        name="Tifra",
        name_hi="तिफरा",
        state=cg,
        district=bilaspur,
        block=blocks[0],
    )
    areas = [("state", cg), ("state", rj), ("district", bilaspur), ("district", raipur), ("district", jaipur)]
    areas += [("block", block) for block in blocks] + [("place", tifra)]
    PlaceName.objects.bulk_create(
        PlaceName(level=level, key=str(area.pk), spelling=spelling, language=language)
        for level, area in areas
        for spelling, language in [(area.name, "en"), (area.name_hi, "hi")]
    )
    return Map(cg, rj, bilaspur, raipur, jaipur, *blocks, tifra)


def _officer(username: str, first: str, last: str, **posting: Any) -> Officer:
    names = {"first_name": first, "last_name": last}
    officer = Officer.objects.create_user(username, password="sahayata-test", language="en", **names)
    Posting.objects.create(officer=officer, **posting)
    return officer


@pytest.fixture
def cast(small_map: Map) -> Cast:
    """Everybody, posted round the clock (no shifts)."""
    cg, bilaspur, raipur = small_map.cg, small_map.bilaspur, small_map.raipur
    here: dict[str, Any] = {"state": cg, "district": bilaspur}
    return Cast(
        meena=_officer("meena", "Meena", "Sahu", role=Role.NODAL_OFFICER, block=small_map.bilha, **here),
        ravi=_officer(
            "ravi", "Ravi", "Tiwari", role=Role.NODAL_OFFICER, block=small_map.bilha, is_stand_in=True, **here
        ),
        anil=_officer("anil", "Anil", "Verma", role=Role.NODAL_OFFICER, block=small_map.kota, **here),
        sunita=_officer("sunita", "Sunita", "Patel", role=Role.DISTRICT_NODAL, **here),
        collector=_officer("collector", "Asha", "Singh", role=Role.COLLECTOR, **here),
        other_collector=_officer("raipur_collector", "Dev", "Rao", role=Role.COLLECTOR, state=cg, district=raipur),
        operator=_officer("operator", "Kiran", "Das", role=Role.OPERATOR, **here),
        state_operator=_officer("state_operator", "Nisha", "Jain", role=Role.OPERATOR, state=cg),
        doctor=_officer("doctor", "Farah", "Khan", role=Role.DOCTOR, **here),
        state_admin=_officer("state_admin", "Vikram", "Netam", role=Role.STATE_ADMIN, state=cg),
        auditor=_officer("auditor", "Leela", "Bose", role=Role.AUDITOR, **here),
    )


@pytest.fixture
def handle(small_map: Map) -> Handle:
    """@BilaspurDist, whose scope is Bilaspur."""
    return Handle.objects.create(
        username="BilaspurDist", user_id="1383000000000000001", state=small_map.cg, district=small_map.bilaspur
    )


class CaseMaker:
    """Makes cases directly in the table, for tests of what reads them."""

    def __init__(self, small_map: Map) -> None:
        self.map = small_map
        self.count = 0

    def __call__(self, **given: Any) -> Case:
        """A critical oxygen case in Bilha, waiting at nobody's desk, opened now, unless told otherwise."""
        self.count += 1
        now: datetime = given.pop("at", timezone.now())
        phone = given.pop("phone", f"98{self.count:08d}")
        person = Person.objects.create(name=given.pop("requester_name", "Rakesh Yadav"), x_username="rakesh_y")
        Phone.objects.create(person=person, number=phone)
        fields: dict[str, Any] = {
            "reference": f"BSP-TEST-{self.count:03d}",
            "status": Status.NEW,
            "need": Need.objects.get(code=given.pop("need_code", "oxygen")),
            "urgency": "critical",
            "language": "hi",
            "state": self.map.cg,
            "district": self.map.bilaspur,
            "block": self.map.bilha,
            "place_text": "Tifra",
            "requester": person,
            "channel": "x",
            "excerpt": "माँ को ऑक्सीजन चाहिए, तिफरा",
            "opened_at": now,
            "received_at": now,
            "respond_by": now + timedelta(minutes=5),
            "resolve_by": now + timedelta(minutes=30),
            "next_due_at": now + timedelta(minutes=5),
            "waits_from": given.get("opened_at", now),
        }
        if given.get("status") == Status.AWAITING_INFO:
            fields |= {"answer_by": now + timedelta(minutes=10), "asked_for": ["place"]}
        if given.get("officer"):
            fields |= {"status": Status.ASSIGNED, "assigned_at": now}
        return Case.objects.create(**(fields | given))


@pytest.fixture
def make_case(small_map: Map) -> CaseMaker:
    """Call it to make a case."""
    return CaseMaker(small_map)


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    from django.core.cache import cache

    from districts import gazetteer_source

    cache.clear()
    gazetteer_source.forget()  # each test has its own names under the same version
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The throttle's minute does not end in the middle of a test."""
    monkeypatch.setattr("helpdesk.throttle.time", lambda: 0)
