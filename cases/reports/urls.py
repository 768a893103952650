"""Addresses of the collector's office."""

from django.urls import include, path

from cases.reports import views

urlpatterns = [
    path("", views.overview, name="dashboard"),
    path("figures.csv", views.as_csv, name="figures_csv"),
    path("meanings/", views.meanings, name="figure_meanings"),
    path("", include("cases.reports.review.urls")),
    path("exports/", include("cases.reports.exports.urls")),
    path("charts/<slug:picture>.<slug:theme>.svg", views.chart, name="report_chart"),
]
