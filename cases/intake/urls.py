"""Journey 1: addresses of the control room's entry pages."""

from django.urls import path

from cases.intake import callbacks, views

urlpatterns = [
    path("intake/telephone/", views.telephone, name="telephone"),
    path("intake/telephone/<int:message_id>/", views.telephone_saved, name="telephone_saved"),
    path("intake/telephone/places/", views.telephone_places, name="telephone_places"),
    path("missed-calls/", callbacks.missed, name="missed_calls"),
    path("missed-calls/list/", callbacks.take_list, name="missed_list"),
    path("missed-calls/<int:call_id>/claim/", callbacks.claim, name="missed_claim"),
    path("missed-calls/<int:call_id>/<slug:outcome>/", callbacks.settle, name="missed_outcome"),
    path("intake/paste/", views.paste, name="paste"),
    path("intake/handles/", views.handles, name="handles"),
    path("intake/failed/", views.unread, name="failed_messages"),
    path("intake/failed/<int:message_id>/again/", views.try_again, name="try_again"),
    path("intake/failed/<int:message_id>/open/", views.open_after_all, name="open_after_all"),
]
