"""Addresses of the wizard's pages, in the order in which a person meets them."""

from django.urls import include, path

from wizard.views import (
    aids,
    ask,
    colleague,
    desk,
    documents,
    drawing,
    glossary,
    interview,
    memo,
    result,
    start,
    what_if,
)

urlpatterns = [
    path("", desk.home, name="home"),
    path("cases/new/", start.start, name="start"),
    path("cases/<uuid:case_id>/", start.case, name="case"),
    path("cases/<uuid:case_id>/product/", aids.product, name="product"),
    path("cases/<uuid:case_id>/check/", interview.check, name="check"),
    path("cases/<uuid:case_id>/result/", result.result, name="result"),
    path("cases/<uuid:case_id>/path/", drawing.case_drawing, name="drawing"),
    path("cases/<uuid:case_id>/what-if/", what_if.what_if, name="what_if"),
    path("cases/<uuid:case_id>/record/", result.record, name="record"),
    path("cases/<uuid:case_id>/<slug:fact>/", interview.question, name="question"),
    path("cases/<uuid:case_id>/<slug:fact>/said/", interview.said, name="said"),
    path("cases/<uuid:case_id>/<slug:fact>/estimate/<slug:key>/", aids.estimate, name="estimate"),
    path("cases/<uuid:case_id>/<slug:fact>/ask/", ask.ask, name="ask"),
    path("cases/<uuid:case_id>/<slug:fact>/ask/<int:number>/withdraw/", ask.withdraw, name="withdraw"),
    path("asked/<str:link>/", colleague.colleague, name="colleague"),
    path("asked/<str:link>/thanks/", colleague.colleague_done, name="colleague_done"),
    path("memos/<uuid:memo_id>/", memo.memo, name="memo"),
    path("memos/<uuid:memo_id>/path/", drawing.memo_drawing, name="memo_drawing"),
    path("memos/<uuid:memo_id>.json", memo.memo_json, name="memo_json"),
    path("memos/<uuid:memo_id>.pdf", documents.memo_pdf, name="memo_pdf"),
    path("memos/<uuid:memo_id>.docx", documents.memo_word, name="memo_word"),
    path("verify/", include("wizard.ledger.urls")),
    path("glossary/", glossary.glossary, name="glossary"),
]
