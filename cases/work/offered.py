"""Journey 4: offers of help as pages show them: masked until an officer asks who offers, which is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import access, disclosures
from cases.models import Need, Offer
from cases.work.marking import hide_contacts
from cases.work.pleas import masked_name
from districts.models import Officer


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, ready to show. `calls`: the reader may ask who offers, and settle it; `revealed`: has asked."""

    offer: Offer
    needs: list[Need]
    calls: bool
    revealed: bool

    @property
    def text(self) -> str:
        """The giver's own words."""
        return self.offer.message.text if self.revealed else hide_contacts(self.offer.message.text)

    @property
    def giver(self) -> str:
        """Name and account; as initials until they may be seen."""
        name, handle = self.offer.giver.name, self.offer.giver.x_username
        if not self.revealed:
            name, handle = masked_name(name), masked_name(handle)
        return " ".join([name] * bool(name) + [f"@{handle}"] * bool(handle))

    @property
    def phones(self) -> list[str]:
        """Whole numbers: the page masks them until they are revealed."""
        return [phone.number for phone in self.offer.giver.phones.all()]


def offered(offers: Sequence[Offer], needs: Iterable[Need], officer: Officer, at: datetime) -> list[Offered]:
    """What a page shows of offers, in one query; `needs` are those the page knows already."""
    known, asked = list(needs), disclosures.offers_revealed(offers, officer, at)
    return [
        Offered(
            offer=one,
            needs=[need for need in known if need.pk in one.needs],
            calls=access.may_settle(officer, one),
            revealed=one.pk in asked,
        )
        for one in offers
    ]
