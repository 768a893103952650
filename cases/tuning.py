"""The figures of table `Setting`, typed: how sure the reading must be, how long answers are awaited, what joins."""

from dataclasses import dataclass
from datetime import timedelta

from cases.models import Setting

Key = Setting.Key


@dataclass(frozen=True, slots=True)
class Tuning:
    """As an office has set them; read once for a batch, so that a change works from the next message on."""

    sure_of_kind: float
    sure_of_place: float
    wait_for_answer: timedelta
    same_phone: timedelta
    same_author: timedelta
    copied_share: float
    crowded_phone: int
    offer_shown: timedelta

    @classmethod
    def load(cls) -> "Tuning":
        """One query of eight rows."""
        value = dict(Setting.objects.values_list("key", "value"))
        return cls(
            sure_of_kind=value[Key.SURE_OF_KIND],
            sure_of_place=value[Key.SURE_OF_PLACE],
            wait_for_answer=timedelta(minutes=value[Key.ANSWER_MINUTES]),
            same_phone=timedelta(hours=value[Key.SAME_PHONE_HOURS]),
            same_author=timedelta(hours=value[Key.SAME_AUTHOR_HOURS]),
            copied_share=value[Key.COPIED_SHARE],
            crowded_phone=round(value[Key.CROWDED_PHONE]),
            offer_shown=timedelta(hours=value[Key.OFFER_HOURS]),
        )
