"""Journey 4: addresses of the roster."""

from django.urls import path

from cases.work.roster import handover, leave, sheets, views

urlpatterns = [
    path("", views.week, name="roster"),
    path("copy/", views.copy, name="roster_copy"),
    path("leave/", leave.leaves, name="roster_leaves"),
    path("leave/<int:leave_id>/", leave.leave, name="roster_leave"),
    path("leave/<int:leave_id>/hand-over/", leave.hand_over, name="roster_leave_hand_over"),
    path("leave/<int:leave_id>/cancel/", leave.cancel, name="roster_leave_cancel"),
    path("sheet/", sheets.sheet, name="roster_sheet"),
    path("sheet/<str:kind>/", sheets.download, name="roster_download"),
    path("handover/", handover.write, name="roster_handover"),
    path("handover/<int:note_id>/read/", handover.mark_read, name="roster_handover_read"),
    path("place/<str:key>/", views.place, name="roster_place"),
    path("place/<str:key>/put/", views.put_on, name="roster_put_on"),
    path("place/<str:key>/take/", views.take_away, name="roster_take_away"),
]
