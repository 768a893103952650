"""Journey 1: addresses of the control room's entry pages."""

from django.urls import path

from cases.intake import views

urlpatterns = [
    path("intake/telephone/", views.telephone, name="telephone"),
    path("intake/telephone/<int:message_id>/", views.telephone_saved, name="telephone_saved"),
    path("intake/paste/", views.paste, name="paste"),
    path("intake/handles/", views.handles, name="handles"),
    path("intake/failed/", views.unread, name="failed_messages"),
    path("intake/failed/<int:message_id>/again/", views.try_again, name="try_again"),
    path("intake/failed/<int:message_id>/open/", views.open_after_all, name="open_after_all"),
]
