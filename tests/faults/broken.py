"""The application with a fault: memos, and answers with their events, are no longer stored in one transaction.

What looks for torn states must find them here, or it would find none anywhere.
"""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from config.wsgi import application
from wizard import memo, models

__all__ = ["application"]


def _nothing(*_args: Any, **_kwargs: Any) -> nullcontext[None]:
    return nullcontext()


for module in (memo, models):
    vars(module)["transaction"] = SimpleNamespace(atomic=_nothing)
