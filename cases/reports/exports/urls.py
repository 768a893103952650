"""Addresses of the files that officers take out."""

from django.urls import path

from cases.reports.exports import views

urlpatterns = [
    path("", views.page, name="exports"),
    path("cases/", views.ask_cases, name="export_cases"),
    path("report/", views.ask_report, name="export_report"),
    path("mine/", views.mine, name="exports_mine"),
    path("<int:export_id>/file/", views.file, name="export_file"),
    path("<int:export_id>/delete/", views.delete, name="export_delete"),
]
