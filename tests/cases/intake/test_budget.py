"""The ledger keeps what is billed and forgets what was free."""

from datetime import timedelta

from django.utils import timezone

from cases.intake import budget
from cases.models import ApiCall, Handle


def test_free_calls_are_forgotten_after_a_week_and_billed_ones_kept(handle: Handle) -> None:
    now = timezone.now()
    for days in (1, 8):
        for cost in (0, 1000):
            ApiCall.objects.create(
                handle=handle, at=now - timedelta(days=days), method="GET", endpoint="m", status=200, cost_micros=cost
            )
    assert budget.trim(now) == 1
    assert sorted((now - call.at).days for call in ApiCall.objects.all()) == [1, 1, 8]
