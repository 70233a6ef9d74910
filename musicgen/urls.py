"""Every route of the site."""

from django.contrib import admin
from django.urls import include, path

from musicgen import health, problems

handler400 = problems.bad_request
handler500 = problems.server_error

urlpatterns = [
    path("", include("generation.urls")),
    path("api/", include("musicgen.api_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("health", health.health),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
