"""Journey 4: addresses of the desk."""

from django.urls import include, path
from django.views.i18n import set_language

from cases.work import beside, bulk, desk, listing, names, offering, photo_views, push, saved, views

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("desk/", desk.desk, name="desk"),
    path("desk/changes/", desk.desk_changes, name="desk_changes"),
    path("desk/saved/", saved.saved_list, name="saved_filters"),
    path("desk/saved/new/", saved.save_filter, name="save_filter"),
    path("desk/saved/<int:saved_id>/", saved.change_filter, name="change_filter"),
    path("desk/push/subscribe/", push.subscribe, name="push_subscribe"),
    path("desk/push/unsubscribe/", push.unsubscribe, name="push_unsubscribe"),
    path("sw.js", push.service_worker, name="service_worker"),
    path("desk/names/", names.names, name="names"),
    path("desk/names/<int:offer_id>/<str:answer>/", names.decide_name, name="decide_name"),
    path("cases/<str:reference>/teach/", names.teach_name, name="teach_name"),
    path("roster/", include("cases.work.roster.urls")),
    path("offers/", offering.offer_list, name="offers"),
    path("offers/<int:offer_id>/reveal/", offering.reveal_offer, name="reveal_offer"),
    path("offers/<int:offer_id>/<str:standing>/", offering.settle_offer, name="settle_offer"),
    path("cases/", listing.case_list, name="case_list"),
    path("cases/bulk/", bulk.bulk, name="bulk"),
    path("cases/<str:reference>/", views.case, name="case"),
    path("cases/<str:reference>/split/<int:message_id>/", views.split_case, name="split_case"),
    path("cases/<str:reference>/reveal/", beside.reveal, name="reveal_case"),
    path("cases/<str:reference>/more/<str:name>/", beside.more, name="case_more"),
    path("cases/<str:reference>/photos/", photo_views.photos, name="case_photos"),
    path("cases/<str:reference>/photos/show/", photo_views.show_photos, name="show_photos"),
    path("cases/<str:reference>/photos/<int:photo_id>/", photo_views.photo, name="case_photo"),
    path("cases/<str:reference>/photos/<int:photo_id>/small/", photo_views.small_photo, name="case_photo_small"),
    path("cases/<str:reference>/<str:move>/", views.case_move, name="case_move"),
]
