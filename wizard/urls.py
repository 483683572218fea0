"""Addresses of the wizard's pages, in the order in which a person meets them."""

from django.urls import include, path

from wizard.views import aids, desk, documents, glossary, interview, memo, result, review, start

urlpatterns = [
    path("", desk.home, name="home"),
    path("queue/assign/", desk.assign_many, name="assign_many"),
    path("queue/views/", desk.keep_view, name="keep_view"),
    path("queue/views/<int:view_id>/remove/", desk.drop_view, name="drop_view"),
    path("cases/", desk.cases, name="cases"),
    path("cases/new/", start.start, name="start"),
    path("cases/<uuid:case_id>/", start.case, name="case"),
    path("cases/<uuid:case_id>/product/", aids.product, name="product"),
    path("cases/<uuid:case_id>/check/", interview.check, name="check"),
    path("cases/<uuid:case_id>/result/", result.result, name="result"),
    path("cases/<uuid:case_id>/record/", result.record, name="record"),
    path("cases/<uuid:case_id>/<slug:fact>/", interview.question, name="question"),
    path("cases/<uuid:case_id>/<slug:fact>/said/", interview.said, name="said"),
    path("cases/<uuid:case_id>/<slug:fact>/estimate/<slug:key>/", aids.estimate, name="estimate"),
    path("memos/<uuid:memo_id>/", memo.memo, name="memo"),
    path("memos/<uuid:memo_id>/review/", review.review, name="review"),
    path("memos/<uuid:memo_id>/review/comment/", review.comment, name="comment"),
    path("memos/<uuid:memo_id>/review/assign/", review.assign, name="assign"),
    path("memos/<uuid:memo_id>/review/return/", review.send_back, name="send_back"),
    path("memos/<uuid:memo_id>/review/approve/", review.approve, name="approve"),
    path("memos/<uuid:memo_id>.json", memo.memo_json, name="memo_json"),
    path("memos/<uuid:memo_id>.pdf", documents.memo_pdf, name="memo_pdf"),
    path("memos/<uuid:memo_id>.docx", documents.memo_word, name="memo_word"),
    path("verify/", include("wizard.ledger.urls")),
    path("glossary/", glossary.glossary, name="glossary"),
]
