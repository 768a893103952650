"""Journey 4c: addresses of the ledger of broken promises and of the promised times."""

from django.urls import path

from cases.escalation import clock, ledger

urlpatterns = [
    path("misses/", ledger.misses, name="misses"),
    path("misses/<int:pk>/reason/", ledger.give_reason, name="miss_reason"),
    path("clock/", clock.clock, name="clock"),
    path("clock/save/", clock.save, name="clock_save"),
    path("clock/inherit/", clock.inherit, name="clock_inherit"),
]
