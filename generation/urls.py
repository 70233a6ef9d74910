"""The portal's routes. ``/`` also answers the older clients, which ask for JSON."""

from django.urls import path

from generation import downloads, legacy, views

urlpatterns = [
    path("", legacy.entrance, name="home"),
    path("create", views.create, name="create"),
    path("create/submit", views.create_submit, name="create_submit"),
    path("library", views.library, name="library"),
    path("tracks/<uuid:public_id>", views.track, name="track"),
    path("tracks/<uuid:public_id>/progress", views.track_progress, name="track_progress"),
    path("tracks/<uuid:public_id>/cancel", views.track_cancel, name="track_cancel"),
    path("tracks/<uuid:public_id>/remove", views.track_remove, name="track_remove"),
    path("tracks/<uuid:public_id>/files/<str:name>", downloads.track_file, name="track_file"),
    path("account", views.account, name="account"),
]
