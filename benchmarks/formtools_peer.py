"""The same questions as a django-formtools wizard behind the wizard's own middleware, for `benchmarks.wizard_step`.

Needs django-formtools, which the project does not: `pip install --no-deps --target PEERS django-formtools`, and PEERS
in PYTHONPATH. It decides nothing: each question is one field, and the next one follows. Its answers are kept in the
session, in the same database, and the pages are its own.
"""

import os
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path
from formtools.wizard.views import NamedUrlSessionWizardView

from benchmarks.wizard_step import ANSWERS


class AnswerForm(forms.Form):
    """One question."""

    answer = forms.CharField(max_length=200)


class Peer(NamedUrlSessionWizardView):  # type: ignore[misc]
    """Every question of the benchmark's interview, one a page."""

    def done(self, _form_list: Any, **_kwargs: Any) -> HttpResponse:
        """After the last question."""
        return HttpResponse("Done.")


STEPS = [(fact.replace("_", "-"), AnswerForm) for fact in ANSWERS]
urlpatterns = [
    re_path(
        r"^peer/(?P<step>.+)/$",
        login_not_required(Peer.as_view(STEPS, url_name="peer", done_step_name="done")),
        name="peer",
    )
]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.formtools_settings")
application = get_wsgi_application()
