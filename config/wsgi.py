"""The application as a web server starts it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from wizard.checks import refuse_unsafe_database  # noqa: E402 - needs the applications loaded

refuse_unsafe_database()
