"""Addresses of the public pages of the ledger, under /verify/."""

from django.urls import path

from wizard.views import verify

urlpatterns = [
    path("", verify.verify, name="verify"),
    path("checkpoint/", verify.checkpoint, name="checkpoint"),
    path("consistency/", verify.consistency, name="consistency"),
    path("memos/<uuid:memo_id>/proof/", verify.memo_proof, name="memo_proof"),
]
