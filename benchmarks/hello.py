"""The least that Django can do behind the wizard's own middleware: what `benchmarks.wizard_step` compares with."""

import os

from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


@login_not_required
def hello(_request: HttpRequest) -> HttpResponse:
    """One line."""
    return HttpResponse("Hello.")


urlpatterns = [path("hello/", hello)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.hello_settings")
application = get_wsgi_application()
