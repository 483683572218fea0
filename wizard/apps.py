"""The Django app and what it sets up once the applications are loaded."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WizardConfig(AppConfig):
    """The wizard: cases, memos, reviews and the accounts that work on them."""

    name = "wizard"
    verbose_name = "AI Diffusion Wizard"

    def ready(self) -> None:
        """Registers the checks and keeps the three roles in step with every migration."""
        from wizard import accounts, checks  # noqa: F401 - importing checks registers them

        post_migrate.connect(accounts.make_roles, sender=self)
