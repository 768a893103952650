"""The site map."""

from django.contrib import admin
from django.urls import path

from helpdesk import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/live", health.live, name="healthz_live"),
]
