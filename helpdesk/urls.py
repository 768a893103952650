"""The site map."""

from django.contrib import admin
from django.urls import include, path

from cases.work.sign_in import admin_door
from helpdesk import health

urlpatterns = [
    path("", include("cases.public.urls")),
    path("", include("cases.intake.urls")),
    path("", include("cases.work.security_urls")),
    path("", include("cases.notify.urls")),
    path("", include("cases.work.urls")),
    path("", include("cases.escalation.urls")),
    path("admin/login/", admin_door, name="admin_door"),  # stands before the admin's own
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/live", health.live, name="healthz_live"),
    path("reports/", include("cases.reports.urls")),
    path("wall/", include("cases.reports.wall_urls")),
    path("consult/", include("cases.consult.urls")),
    path("api/v1/", include("cases.reports.api_urls")),  # stands before the api's "nothing here"
    path("api/", include("cases.api.urls")),
]
