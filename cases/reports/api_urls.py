"""Addresses of the figures for machines, under /api/v1/."""

from django.urls import path

from cases.reports.api import FiguresList, MeasureList

urlpatterns = [
    path("measures/", MeasureList.as_view(), name="api_measures"),
    path("figures/", FiguresList.as_view(), name="api_figures"),
]
