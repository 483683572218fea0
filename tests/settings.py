"""The project's settings as the tests run them: a demonstration in a directory of its own."""

import os
import tempfile

_directory = tempfile.TemporaryDirectory(prefix="wizard-tests-")  # one for each process, gone when it ends
os.environ["WIZARD_DEMO"] = "1"
os.environ["WIZARD_DEBUG"] = "0"
os.environ["WIZARD_DATA"] = _directory.name
os.environ.setdefault("WIZARD_REVISION", "tests")

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because the live server's threads cannot share a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

# Static files are served from where they stand; one test collects them as production does.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
(DATA_DIR / "static").mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
