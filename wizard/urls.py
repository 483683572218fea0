"""Addresses of the wizard's pages, in the order in which a person meets them."""

from django.urls import include, path

from wizard.views import (
    aids,
    dashboard,
    desk,
    documents,
    exports,
    glossary,
    interview,
    memo,
    result,
    retention,
    start,
)

urlpatterns = [
    path("", desk.home, name="home"),
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
    path("memos/<uuid:memo_id>.json", memo.memo_json, name="memo_json"),
    path("memos/<uuid:memo_id>.pdf", documents.memo_pdf, name="memo_pdf"),
    path("memos/<uuid:memo_id>.docx", documents.memo_word, name="memo_word"),
    path("memos/<uuid:memo_id>/retention/", retention.memo_retention, name="memo_retention"),
    path("desk/dashboard/", dashboard.desk_dashboard, name="dashboard"),
    path("desk/export/", exports.export, name="export"),
    path("desk/export/<uuid:export_id>/", exports.export_taken, name="export_taken"),
    path("desk/export/<uuid:export_id>/file/", exports.export_file, name="export_file"),
    path("desk/retention/", retention.retention_report, name="retention_report"),
    path("verify/", include("wizard.ledger.urls")),
    path("glossary/", glossary.glossary, name="glossary"),
]
