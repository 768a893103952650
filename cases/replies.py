"""Public replies: the officers' templates filled with a reference and at most a link, nothing else (law 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Handle, Message, Notice, ReplyTemplate
from cases.workflow import RANK


def can_answer(message: Message) -> bool:
    """Whether there is a thread to answer in: on X, to an author, not under a repost."""
    repost = message.echo_of and message.text.startswith("RT @")
    return bool(message.handle_id and message.channel == Message.Channel.X and message.author_id and not repost)


@dataclass(frozen=True, slots=True)
class Replies:
    """The reply texts, read once for a batch."""

    texts: dict[tuple[str, str], str]
    handles: dict[int, Handle]

    @classmethod
    def load(cls, handle_ids: Iterable[int]) -> "Replies":
        """Two queries."""
        texts = {
            (key, language): text
            for key, language, text in ReplyTemplate.objects.values_list("key", "language", "text")
        }
        return cls(texts, Handle.objects.in_bulk(set(handle_ids)))

    def notice(
        self, key: ReplyTemplate.Key, case: Case, message: Message, at: datetime, number: int = 1
    ) -> Notice | None:
        """The unsaved reply to one message's author; None where there is no thread to answer in.

        `number` counts those who are told the same about one case: X refuses a text that the account has posted
        before, so that the second and later ones carry it, and a case solved anew the time.

        The citizen's language, Hindi for romanised Hindi too. `once` makes a second reply of the same
        cause to the same message impossible, except a solved case's each time it is solved anew.
        """
        handle = self.handles.get(message.handle_id or 0)
        if handle is None or not can_answer(message):
            return None
        language = "en" if case.language == "en" else "hi"
        url = settings.SITE_URL + reverse("status_of", args=[case.reference]) if handle.link_in_replies else ""
        anew = key is ReplyTemplate.Key.RESOLVED and case.reopened_count > 0
        marks = [timezone.localtime(at).strftime("%d-%m-%Y %H:%M")] * anew + [str(number)] * (number > 1)
        words = {"reference": case.reference, "url": url, "helpline": handle.helpline or settings.HELPLINE}
        text = self.texts[key.value, language].format(**words).strip()
        text += f" ({', '.join(marks)})" if marks else ""
        again = f":{case.reopened_count}" if anew else ""
        return Notice(
            once=f"{key.value}:{message.pk}{again}",
            case=case,
            message=message,
            handle=handle,
            template=key.value,
            language=language,
            text=text,
            urgency=case.urgency,
            rank=RANK[case.urgency],
            created_at=at,
            next_try_at=at,
        )
