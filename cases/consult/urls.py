"""Journey 4b: addresses of the doctors' desk."""

from django.urls import path

from cases.consult import asking, report_page, talk, views

urlpatterns = [
    path("", views.desk, name="consult_desk"),
    path("changes/", views.changes, name="consult_changes"),
    path("next/", views.claim, name="consult_next"),
    path("report/", report_page.report, name="consult_report"),
    path("report.csv", report_page.report_csv, name="consult_report_csv"),
    path("ask/<str:reference>/", asking.ask, name="consult_ask"),
    path("<int:consultation_id>/", talk.consultation, name="consultation"),
    path("<int:consultation_id>/save/", talk.save, name="consult_save"),
    path("<int:consultation_id>/call/", talk.call, name="consult_call"),
    path("<int:consultation_id>/give-back/", talk.give_back, name="consult_give_back"),
    path("<int:consultation_id>/finish/", talk.finish, name="consult_finish"),
    path("<int:consultation_id>/cancel/", asking.cancel, name="consult_cancel"),
]
