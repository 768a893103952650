"""Address of the control room's screen."""

from django.urls import path

from cases.reports import wall

urlpatterns = [path("", wall.wall, name="wall")]
