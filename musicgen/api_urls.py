"""The API's routes: /api/v1, its documentation, and the older clients' routes."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts import api as accounts
from generation import api, legacy, variation_api
from musicgen import problems

v1 = [
    path("token", accounts.token, name="token"),
    path("styles", api.styles, name="styles"),
    path("understand", api.understood, name="understand"),
    path("templates", api.templates, name="templates"),
    path("generations", api.Generations.as_view(), name="generations"),
    path("generations/<str:public_id>", api.OneGeneration.as_view(), name="generation"),
    path(
        "generations/<str:public_id>/variations", variation_api.VariationsOfOne.as_view(), name="generation-variations"
    ),
    path("generations/<str:public_id>/events", api.Events.as_view(), name="generation-events"),
    path("generations/<str:public_id>/files/<str:name>", api.File.as_view(), name="generation-file"),
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("generate", legacy.generate, name="legacy-generate"),
    path("styles", legacy.styles, name="legacy-styles"),
    path("download/<str:filename>", legacy.download, name="legacy-download"),
    re_path("", problems.no_such_route),
]
