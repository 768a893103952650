"""Where: how many people live in a block; a district's number is the sum of its blocks' where they are known."""

from collections.abc import Iterable

from districts.models import Block, District

OWN = "officer"  # the source of what an officer wrote begins so; loading the geography leaves it alone
SUMMED = "sum of its blocks"

Count = tuple[int | None, str]  # people, who counted them
UNKNOWN: Count = (None, "")


def summed(blocks: Iterable[tuple[int, int | None, str]]) -> dict[int, Count]:
    """Each district's people from (district, people, source) of its blocks; unknown blocks add nothing."""
    people: dict[int, int] = {}
    sources: dict[int, set[str]] = {}
    for district, count, source in blocks:
        if count is not None:
            people[district] = people.get(district, 0) + count
            sources.setdefault(district, set()).add(source)
    return {district: (count, _of_all(sources[district])) for district, count in people.items()}


def _of_all(sources: set[str]) -> str:
    return next(iter(sources)) if len(sources) == 1 and not _written(sources) else SUMMED


def _written(sources: Iterable[str]) -> bool:
    return any(source.startswith(OWN) for source in sources)


def recount(district_id: int) -> None:
    """Sum a district's blocks anew, after one has changed; a number an officer gave the district itself stays."""
    blocks = Block.objects.filter(district=district_id).values_list("district_id", "population", "population_source")
    people, source = summed(blocks.order_by()).get(district_id, UNKNOWN)
    counted = District.objects.filter(pk=district_id).exclude(population_source__startswith=OWN)
    counted.update(population=people, population_source=source)
