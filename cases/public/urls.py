"""Journey 7: addresses of the public door."""

from django.urls import path

from cases.public import answer, views

urlpatterns = [
    path("", views.home, name="home"),
    path("ask/", views.ask, name="ask"),
    path("ask/sent/<slug:token>/", views.ask_sent, name="ask_sent"),
    path("status/", views.status, name="status"),
    path("status/<str:reference>.json", views.status_json, name="status_json"),
    path("status/<str:reference>/", views.status_of, name="status_of"),
    path("status/<str:reference>/answer/", answer.by_digits, name="answer_by_digits"),
    path("status/<str:reference>/answer/<str:token>/", answer.by_link, name="answer_by_link"),
    path("places/suggest/", views.place_suggest, name="place_suggest"),
]
