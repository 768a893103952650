"""Journey 5: addresses of the outbox's pages."""

from django.urls import path

from cases.notify import outbox_page, texts, views

urlpatterns = [
    path("me/notices/", views.my_notices, name="my_notices"),
    path("me/notices/seen/", views.see_all, name="see_notices"),
    path("me/notices/<int:notice_id>/", views.open_notice, name="open_notice"),
    path("me/notices/test/<str:channel>/", views.send_test, name="test_channel"),
    path("texts/", texts.text_list, name="texts"),
    path("texts/<str:key>/<str:language>/", texts.text_edit, name="text_edit"),
    path("texts/<str:key>/<str:language>/back/<int:version>/", texts.text_back, name="text_back"),
    path("outbox/", outbox_page.outbox, name="outbox"),
    path("outbox/<int:notice_id>/<str:how>/", outbox_page.settle_notice, name="settle_notice"),
]
