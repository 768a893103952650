"""Addresses of the collector's office."""

from django.urls import path

from cases.reports import views

urlpatterns = [
    path("today/", views.today, name="report_today"),
    path("today.csv", views.today_csv, name="report_today_csv"),
]
