"""The collector's office: when the reviews are held, which an office may change; with a history."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from cases.models import ReviewTime


@admin.register(ReviewTime)
class ReviewTimeAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Times of the day (Asia/Kolkata) at which sheets are issued, in every district and for the states."""

    list_display = ("at", "name", "name_hi", "is_active")
    fields = ("at", "name", "name_hi", "is_active")
