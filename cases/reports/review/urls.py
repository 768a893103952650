"""The collector's office: addresses of the reviews."""

from django.urls import path

from cases.reports.review import keeping, views

urlpatterns = [
    path("reviews/", views.review_list, name="reviews"),
    path("reviews/issue/", views.issue, name="review_issue"),
    path("reviews/stock/", keeping.stock, name="review_stock"),
    path("reviews/recipients/", keeping.recipients, name="review_recipients"),
    path("reviews/recipients/<int:recipient_id>/off/", keeping.recipient_off, name="review_recipient_off"),
    path("reviews/<int:review_id>/", views.review, name="review"),
    path("reviews/<int:review_id>/files/", views.review_files, name="review_files"),
    path("reviews/<int:review_id>/hi.pdf", views.review_file, {"column": "pdf_hi"}, name="review_pdf_hi"),
    path("reviews/<int:review_id>/en.pdf", views.review_file, {"column": "pdf_en"}, name="review_pdf_en"),
    path("reviews/<int:review_id>/review.xlsx", views.review_file, {"column": "xlsx"}, name="review_xlsx"),
    path("reviews/<int:review_id>/decide/", views.decide, name="review_decide"),
    path("reviews/<int:review_id>/send/", views.send, name="review_send"),
    path("decisions/", keeping.my_decisions, name="my_decisions"),
    path("decisions/<int:decision_id>/done/", keeping.decision_done, name="decision_done"),
    path("decisions/<int:decision_id>/reopen/", keeping.decision_reopen, name="decision_reopen"),
]
