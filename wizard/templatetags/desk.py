"""What the desk adds to pages that are not its own: questions to the author, and where a memo stands."""

from __future__ import annotations

from typing import Any

from django import template

from wizard import accounts
from wizard.answers import say_moment
from wizard.desk import acts
from wizard.desk.models import Docket
from wizard.desk.standing import standing
from wizard.models import Case, Memo
from wizard.views.review import account, moved_on, not_entered

register = template.Library()


@register.inclusion_tag("wizard/desk/_asked.html")
def asked_by_desk(case: Case, fact: str = "") -> dict[str, Any]:
    """What the desk asks about the case, or about one of its facts, and nobody has answered with a new memo."""
    act = acts.returned(case)
    if act is None:
        return {}
    said = act.said
    asked = [one for one in said["questions"] if not fact or one["fact"] == fact]
    by = act.by.get_full_name() or act.by.get_username()
    return {
        "asked": asked, "case": case, "fact": fact, "by": by, "text": said["text"], "memo": act.memo
    }  # fmt: skip


@register.inclusion_tag("wizard/desk/_status.html", takes_context=True)
def review_status(context: dict[str, Any], memo: Memo) -> dict[str, Any]:
    """Where a memo stands at the desk, to be shown above the sealed document and never inside it."""
    found = context.get("at_the_desk") or standing(memo)
    row, act = found.row, found.approval
    signed = act and {
        "name": act.said["name"],
        "account": account(act),
        "at": say_moment(act.at),
        "code": act.verification_code,
    }
    return {
        "docket": row,
        "memo": memo,
        "agree": found.agree,
        "signed": signed,
        "not_entered": [not_entered(one) for one in found.done if str(one.public_id) not in found.entered],
        "moved_on": row is not None and row.state != Docket.State.SUPERSEDED and moved_on(memo),
        "reviews": accounts.reviews(context["user"]),
    }
