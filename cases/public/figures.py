"""Journey 7: the live figures and handles on the home page, counted once a minute however many people look."""

import logging
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language
from redis.exceptions import RedisError

from cases.models import Case, Handle
from cases.workflow import Outcome

logger = logging.getLogger(__name__)
T = TypeVar("T")
# Below this a figure could point at a person, and a median means nothing.
SMALLEST = 5
KEPT_SECONDS = 60
_HELPED = [Outcome.HELPED, Outcome.REFERRED, Outcome.ADVISED]


@dataclass(frozen=True, slots=True)
class Figures:
    """None where the number is too small to show; minutes from the plea to help, the middle one of today's."""

    open_now: int | None
    solved_today: int | None
    minutes_to_help: int | None

    @property
    def any_shown(self) -> bool:
        """Whether there is anything to show at all."""
        return any(known is not None for known in (self.open_now, self.solved_today, self.minutes_to_help))


@dataclass(frozen=True, slots=True)
class Listener:
    """A handle to write to, with its area in both scripts."""

    username: str
    area_name: str
    area_name_hi: str

    @property
    def area(self) -> str:
        """The area in the reader's language."""
        return self.area_name_hi if self.area_name_hi and get_language() == "hi" else self.area_name


def figures() -> Figures:
    """Of the whole office, at most a minute old."""
    return _remembered("public:figures", lambda: count(timezone.now()))


def listeners() -> list[Listener]:
    """The handles that are read now, districts' by name, then states'."""
    return _remembered("public:listeners", _listeners)


def count(at: datetime) -> Figures:
    """Two queries, both on partial indexes: what is open, and what was resolved since midnight."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    solved = Case.objects.filter(resolved_at__gte=midnight, outcome__in=_HELPED)
    waits = [
        (resolved - opened).total_seconds() / 60
        for opened, resolved in solved.values_list("opened_at", "resolved_at")
        if resolved
    ]
    median = round(statistics.median(waits)) if len(waits) >= SMALLEST else None
    return Figures(_if_enough(Case.objects.open().count()), _if_enough(len(waits)), median)


def _if_enough(number: int) -> int | None:
    return number if number >= SMALLEST else None


def _listeners() -> list[Listener]:
    active = Handle.objects.filter(is_active=True).select_related("district", "state")
    districts_first = sorted(
        active, key=lambda handle: (handle.district is None, (handle.district or handle.state).name)
    )
    areas = ((handle, handle.district or handle.state) for handle in districts_first)
    return [Listener(handle.username, area.name, area.name_hi) for handle, area in areas]


def _remembered(key: str, compute: Callable[[], T]) -> T:
    """The cached value; a dead cache costs queries, never the page."""
    try:
        kept: T | None = cache.get(key)
        if kept is None:
            kept = compute()
            cache.set(key, kept, KEPT_SECONDS)
        return kept
    except (RedisError, OSError) as error:
        logger.warning("The cache does not answer: %s", error)
        return compute()
