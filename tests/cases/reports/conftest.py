"""The day of golden_history.csv, as the clock stood at 18:00 on 22-11-2026."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cases.models import Case
from districts.models import Block
from tests.cases.api.conftest import api  # noqa: F401  # a fixture
from tests.conftest import CaseMaker, Cast, Map

IST = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=IST)
HISTORY = Path(__file__).parent / "golden_history.csv"


def moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=IST) if text else None


def add(row: dict[str, str], make_case: CaseMaker, cast: Cast) -> Case:
    """One line of the history as a critical case: 5 minutes to acknowledge, 30 to help."""
    asked = moment(row["asked"])
    assert asked
    block = Block.objects.filter(name=row["block"]).first()
    ended = row["status"] in {"closed", "withdrawn"}
    return make_case(
        at=asked,
        block=block,
        district=block.district if block else make_case.map.bilaspur,
        need_code=row["need"],
        officer=getattr(cast, row["officer"]) if row["officer"] else None,
        status=row["status"],
        resolve_by=asked + timedelta(minutes=30),
        acknowledged_at=moment(row["acknowledged"]),
        resolved_at=moment(row["solved"]),
        closed_at=NOW if ended else None,
        closing="silence" if row["status"] == "closed" else "",
        outcome=row["outcome"],
        next_due_at=moment(row["due"]),
    )


@pytest.fixture
def evening() -> Iterator[None]:
    """It is 18:00 on 22-11-2026 in Kolkata."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def golden_day(evening: None, make_case: CaseMaker, cast: Cast, small_map: Map) -> list[Case]:
    """Every case of golden_history.csv."""
    with HISTORY.open(encoding="utf-8") as lines:
        return [add(row, make_case, cast) for row in csv.DictReader(lines)]
