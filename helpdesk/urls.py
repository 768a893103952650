"""The site map."""

from django.contrib import admin
from django.urls import include, path

from cases.work.sign_in import slow_to_guess
from helpdesk import health

urlpatterns = [
    path("", include("cases.public.urls")),
    path("", include("cases.intake.urls")),
    path("", include("cases.work.urls")),
    path("admin/login/", slow_to_guess(admin.site.login)),  # stands before the admin's own
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/live", health.live, name="healthz_live"),
    path("reports/", include("cases.reports.urls")),
    path("api/", include("cases.api.urls")),
]
