"""Journey 4: addresses of the desk."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from cases.work import listing, names, offering, views
from cases.work.sign_in import sign_in

urlpatterns = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("language/", set_language, name="set_language"),
    path("desk/", views.desk, name="desk"),
    path("desk/changes/", views.desk_changes, name="desk_changes"),
    path("desk/names/", names.names, name="names"),
    path("desk/names/<int:offer_id>/<str:answer>/", names.decide_name, name="decide_name"),
    path("cases/<str:reference>/teach/", names.teach_name, name="teach_name"),
    path("offers/", offering.offer_list, name="offers"),
    path("offers/<int:offer_id>/<str:standing>/", offering.settle_offer, name="settle_offer"),
    path("cases/", listing.case_list, name="case_list"),
    path("cases/<str:reference>/", views.case, name="case"),
    path("cases/<str:reference>/split/<int:message_id>/", views.split_case, name="split_case"),
    path("cases/<str:reference>/<str:move>/", views.case_move, name="case_move"),
]
