"""What the site promises before anybody signs in: headers on every response, and no start on unsafe settings."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from tests.wizard.conftest import SignIn
from wizard import checks
from wizard.middleware import SecurityHeadersMiddleware

PRODUCTION_SECRET = "7Hq2-vX9_kLm4Zr8TtW3yBn6CdF1gJp5SsUe0aQoKiVxYzEw"
HEADERS = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "Cross-Origin-Resource-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Cache-Control",
}


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, with nothing of this process's settings in its environment."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WIZARD_", "DJANGO_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def run_manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py in a process of its own."""
    return run_python("manage.py", *arguments, **environment)


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    """The environment of a production installation, with ``changes``."""
    return {
        "WIZARD_SECRET_KEY": PRODUCTION_SECRET * 2,
        "WIZARD_HOSTS": "wizard.example",
        "WIZARD_DATA": str(tmp_path),
    } | changes


class TestHeaders:
    """The nine headers of every response (strict transport only where there is HTTPS)."""

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("get", "/sign-in/", 200),
            ("get", "/", 302),
            ("get", "/no/such/page/", 404),
            ("get", "/static/css/no-such-file.css", 404),
            ("get", "/sign-in/demo/", 405),
            ("post", "/sign-in/demo/", 404),
            ("get", "/cases/not-a-case/", 404),
            ("get", "/administration/", 302),
        ],
    )
    @pytest.mark.django_db
    def test_on_pages_and_refusals(self, client: Client, method: str, path: str, status: int) -> None:
        response = getattr(client, method)(path)
        assert response.status_code == status
        assert set(response.headers) >= HEADERS

    def test_on_pages_of_people_signed_in(self, legal: User, sign_in: SignIn) -> None:
        response = sign_in(legal).get("/")
        assert response.status_code == 200
        assert set(response.headers) >= HEADERS
        assert response.headers["Cache-Control"] == "no-store"

    @pytest.mark.django_db
    def test_on_a_form_without_its_token(self) -> None:
        response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
        assert response.status_code == 403
        assert b"This form can no longer be sent" in response.content
        assert set(response.headers) >= HEADERS

    @pytest.mark.django_db
    def test_on_a_foreign_host(self, client: Client) -> None:
        response = client.get("/sign-in/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert b"This request cannot be read" in response.content
        assert set(response.headers) >= HEADERS

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("error", "status", "later"),
        [
            (RuntimeError("broken on purpose"), 500, None),
            (OSError(errno.EACCES, "broken on purpose"), 500, None),
            (OSError(errno.ENOSPC, "broken on purpose"), 503, "5"),
            (OperationalError("broken on purpose"), 503, "5"),
            (InterfaceError("broken on purpose"), 503, "5"),
        ],
    )
    def test_on_a_fault(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, later: str | None
    ) -> None:
        def broken(*_arguments: object) -> None:
            raise error

        monkeypatch.setattr("wizard.context.enforcement.posture", broken)
        response = Client(raise_request_exception=False).get("/sign-in/")
        assert response.status_code == status
        assert response.headers.get("Retry-After") == later
        assert b"Something went wrong" in response.content
        assert b"broken on purpose" not in response.content
        assert set(response.headers) >= HEADERS

    def test_strict_transport_wherever_there_is_https(self, rf: RequestFactory) -> None:
        with override_settings(SECURE_SSL_REDIRECT=True):
            response = SecurityHeadersMiddleware(lambda _request: HttpResponse())(rf.get("/"))
        assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"

    def test_what_a_response_says_itself_stands(self, rf: RequestFactory) -> None:
        kept = HttpResponse(headers={"Cache-Control": "max-age=31536000, public, immutable"})
        response = SecurityHeadersMiddleware(lambda _request: kept)(rf.get("/"))
        assert response.headers["Cache-Control"] == "max-age=31536000, public, immutable"

    @pytest.mark.django_db
    def test_the_policy_allows_nothing_inline(self, client: Client) -> None:
        policy = client.get("/sign-in/").headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"unsafe-|data:|blob:|https?:|\*", policy)

    def test_no_template_needs_more_than_the_policy_allows(self) -> None:
        """No inline script, style or handler, no file from elsewhere, nothing marked safe by hand, in any template."""
        templates = list((settings.BASE_DIR / "templates").rglob("*.html"))
        assert len(templates) > 10
        forbidden = re.compile(
            r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|hx-on|javascript:|\|\s*safe\b|autoescape off"
            r"|(?:src|href)=[\"'](?:https?:)?//",
            re.IGNORECASE,
        )
        found = [
            (path.name, match.group()) for path in templates for match in forbidden.finditer(path.read_text())
        ]
        assert found == []


class TestStart:
    """Production starts only with its secrets set; the deployment check finds nothing."""

    def test_the_deployment_check_is_clean(self, tmp_path: Path) -> None:
        ran = run_manage("check", "--deploy", "--fail-level", "INFO", **production(tmp_path))
        assert ran.returncode == 0, ran.stderr
        assert "no issues (0 silenced)" in ran.stdout

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"WIZARD_SECRET_KEY": ""}, "WIZARD_SECRET_KEY"),
            ({"WIZARD_SECRET_KEY": "short"}, "WIZARD_SECRET_KEY"),
            ({"WIZARD_SECRET_KEY": "a" * 80}, "WIZARD_SECRET_KEY"),
            ({"WIZARD_SECRET_KEY": "django-insecure-" + PRODUCTION_SECRET * 2}, "WIZARD_SECRET_KEY"),
            ({"WIZARD_HOSTS": ""}, "WIZARD_HOSTS"),
            ({"WIZARD_HOSTS": "*"}, "WIZARD_HOSTS"),
            ({"WIZARD_DEBUG": "1"}, "WIZARD_DEBUG"),
            ({"WIZARD_DEMO": "perhaps"}, "WIZARD_DEMO"),
            ({"DATABASE_URL": "mysql://somewhere/wizard"}, "DATABASE_URL"),
            ({"WIZARD_EMAIL_URL": "https://mail.example"}, "WIZARD_EMAIL_URL"),
        ],
    )
    def test_unsafe_settings_are_refused(self, tmp_path: Path, changes: dict[str, str], says: str) -> None:
        ran = run_manage("check", **production(tmp_path, **changes))
        assert ran.returncode != 0
        assert "ImproperlyConfigured" in ran.stderr
        assert says in ran.stderr.splitlines()[-1]

    def test_the_secret_may_come_from_a_file(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text(PRODUCTION_SECRET * 2 + "\n")
        ran = run_manage(
            "check", **production(tmp_path, WIZARD_SECRET_KEY="", WIZARD_SECRET_KEY_FILE=str(secret))
        )
        assert ran.returncode == 0, ran.stderr

    def test_a_demonstration_makes_its_own_secret_once(self, tmp_path: Path) -> None:
        for _start in range(2):
            assert run_manage("check", WIZARD_DEMO="1", WIZARD_DATA=str(tmp_path)).returncode == 0
        made = tmp_path / "demo-secret-key"
        assert made.stat().st_mode & 0o077 == 0
        assert len(made.read_text()) > 80

    def test_demo_accounts_are_refused_outside_a_demonstration(self, tmp_path: Path) -> None:
        ran = run_manage("setup_demo", **production(tmp_path))
        assert ran.returncode != 0
        assert "WIZARD_DEMO=1" in ran.stderr

    def test_static_files_collect_as_production_serves_them(self, tmp_path: Path) -> None:
        """Every file that a stylesheet or template names is there: the manifest refuses a missing one."""
        program = (
            "import django; from django.conf import settings; django.setup();"
            "from django.core.management import call_command; call_command('collectstatic', '--no-input', verbosity=0);"
            "from django.template.loader import render_to_string; print(render_to_string('500.html'))"
        )
        ran = run_python("-c", program, **production(tmp_path, DJANGO_SETTINGS_MODULE="config.settings"))
        assert ran.returncode == 0, ran.stderr
        assert re.search(r"/static/css/wizard\.[0-9a-f]{12}\.css", ran.stdout)


class TestDatabase:
    """A database that may lose what it acknowledged is refused."""

    NEW, OLD = (3, 51, 3), (3, 40, 1)

    @pytest.mark.parametrize(
        ("journal", "synchronous", "version", "safe"),
        [
            ("delete", 3, OLD, True),
            ("delete", 2, OLD, False),
            ("delete", 1, OLD, False),
            ("delete", 0, OLD, False),
            ("truncate", 2, OLD, True),
            ("truncate", 1, OLD, False),
            ("persist", 3, OLD, True),
            ("wal", 2, NEW, True),
            ("wal", 3, NEW, True),
            ("wal", 1, NEW, False),
            ("wal", 2, OLD, False),
            ("memory", 3, NEW, False),
            ("off", 3, NEW, False),
        ],
    )
    def test_journal_and_synchronous(
        self, journal: str, synchronous: int, version: tuple[int, ...], safe: bool
    ) -> None:
        assert (checks.sqlite_faults(journal, synchronous, 1, 1, version) == []) is safe

    def test_foreign_keys_and_recursive_triggers_must_be_on(self) -> None:
        assert len(checks.sqlite_faults("delete", 3, 0, 0, self.OLD)) == 2

    @pytest.mark.parametrize("name", checks.POSTGRESQL_WANTED)
    def test_postgresql_settings(self, name: str) -> None:
        safe = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "session_replication_role": "origin",
        }
        assert checks.postgresql_faults(safe) == []
        assert len(checks.postgresql_faults(safe | {name: "off"})) == 1

    @pytest.mark.django_db
    def test_the_connection_of_these_tests_is_safe(self) -> None:
        assert checks.database_faults(connection) == []
        assert checks.check_databases(databases=["default"]) == []

    @pytest.mark.django_db
    def test_a_weakened_connection_is_refused(self) -> None:
        weaken, mend = (
            ("PRAGMA recursive_triggers=OFF", "PRAGMA recursive_triggers=ON")
            if connection.vendor == "sqlite"
            else ("SET synchronous_commit=off", "SET synchronous_commit=on")
        )
        with connection.cursor() as cursor:
            cursor.execute(weaken)
            try:
                assert [fault.id for fault in checks.check_databases(databases=["default"])] == [
                    "wizard.E001"
                ]
            finally:
                cursor.execute(mend)

    @pytest.mark.parametrize(
        ("init_command", "says"),
        [
            (settings.SQLITE_PRAGMAS, ""),
            ("PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON", "synchronous=EXTRA"),
            ("PRAGMA journal_mode=MEMORY; PRAGMA recursive_triggers=ON", "journal_mode=MEMORY"),
            ("PRAGMA synchronous=EXTRA", "recursive_triggers"),
        ],
    )
    def test_the_web_application_does_not_start_on_it(
        self, tmp_path: Path, init_command: str, says: str
    ) -> None:
        program = (
            "import django; from django.conf import settings;"
            f"settings.DATABASES['default']['OPTIONS']['init_command'] = {init_command!r};"
            "import config.wsgi"
        )
        ran = run_python("-c", program, **production(tmp_path, DJANGO_SETTINGS_MODULE="config.settings"))
        if says:
            assert ran.returncode != 0
            last = ran.stderr.splitlines()[-1]
            assert "ImproperlyConfigured" in last
            assert says in last
        else:
            assert ran.returncode == 0, ran.stderr

    def test_sqlite_is_opened_with_the_safe_pragmas(self, tmp_path: Path) -> None:
        """As production opens it, without any help of the tests' own settings."""
        ran = run_manage("migrate", "--verbosity", "0", **production(tmp_path))
        assert ran.returncode == 0, ran.stderr
        with sqlite3.connect(tmp_path / "wizard.sqlite3") as database:
            assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        ran = run_manage("check", "--database", "default", **production(tmp_path))
        assert ran.returncode == 0, ran.stderr
