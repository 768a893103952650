"""Journey 4: what the district nodal officers hear in the evening about turns that nobody holds."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import ngettext

from cases.models import ReplyTemplate
from cases.telling import tell_plain
from cases.work.roster.places import Area
from cases.work.roster.week import turns, week_query
from cases.work.roster.words import gap_lines
from districts.gazetteer_source import active_districts, in_force
from districts.models import Block, District, Posting, Role
from districts.roster import DAY, DISTRICT_DESKS, Roster, RosterDesk, load, monday_of

MOST_LINES = 5  # a notice is read on a locked phone; the page shows all
KEPT_FOR = timedelta(days=7)  # a row whose last posting ended within a week is still one that is kept


def districts_with_a_roster(now: datetime) -> list[int]:
    """Districts whose district nodal officer can be told."""
    held = Posting.objects.current(timezone.localdate(now)).filter(role=Role.DISTRICT_NODAL)
    return sorted(held.filter(district__in=active_districts()).values_list("district", flat=True).distinct())


def tell_gaps_of(district_id: int, now: datetime) -> None:
    """Tell of every gap between now and the end of tomorrow's turns; once per district and day."""
    district = District.objects.select_related("state").get(pk=district_id)
    today, until = timezone.localdate(now), turns()[-1].on(timezone.localdate(now) + DAY)[1]
    desks = _desks(district)
    roster = load(desks, today - KEPT_FOR, until.date())
    since = timezone.localtime(now)
    empty = {desk: gaps for desk in desks if roster.charges[desk] and (gaps := roster.gaps(desk, since, until))}
    if not empty:
        return

    def in_words() -> str:
        lines = [str(line) for desk, gaps in empty.items() for line in gap_lines(desk, gaps, since, until)]
        rest = len(lines) - MOST_LINES
        more = [ngettext("%(n)d more", "%(n)d more", rest) % {"n": rest}] if rest > 0 else []
        return "; ".join(lines[:MOST_LINES] + more)

    area = Area(str(district.pk), district.state, district)
    url = f"{settings.SITE_URL}{reverse('roster')}?{week_query(area, monday_of(today))}"
    words = {"gaps": lazy(in_words, str)(), "url": url}
    cause = f"gap:{district_id}:{today.isoformat()}"
    tell_plain(ReplyTemplate.Key.TO_GAP, _told(roster, now), words, cause, now)


def _desks(district: District) -> list[RosterDesk]:
    blocks = Block.objects.filter(in_force(), district=district).order_by("name")
    desks = [RosterDesk(Role.NODAL_OFFICER, block, district.state_id, district.pk, block.pk) for block in blocks]
    return desks + [RosterDesk(role, district, district.state_id, district.pk) for role in DISTRICT_DESKS]


def _told(roster: Roster, now: datetime) -> list[int]:
    """The district nodal officers of today, on leave their replacements."""
    day = timezone.localdate(now)
    charges = [charge for desk, found in roster.charges.items() if desk.role == Role.DISTRICT_NODAL for charge in found]
    standing = [charge.standing(day) for charge in charges if charge.in_force(day)]
    return [one.officer_id for one in standing if one]
