"""The desk in figures, each as a drawing, in a sentence and as a table."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext as _, ngettext
from django.views.decorators.http import require_safe

from rules.questions import BY_FACT
from wizard.accounts import legal_required
from wizard.answers import country_name, say_moment
from wizard.desk import charts, dashboard
from wizard.desk.dashboard import AGES, IDLE, KEPT_SECONDS, MOST, Figures, Frequency, Turnaround
from wizard.desk.models import Docket
from wizard.wording import OUTCOMES

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@legal_required
@require_safe
def desk_dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of the months in the address; the last twelve unless it names others."""
    today = timezone.localdate()
    last = _month(request.GET.get("to", "")) or today.replace(day=1)
    first = _month(request.GET.get("from", "")) or dashboard.months(last - datetime.timedelta(365), last)[-12]
    problem = _problem(request, first, last, today)
    context: dict[str, object] = {
        "sent_from": request.GET.get("from", f"{first:%Y-%m}"),
        "sent_to": request.GET.get("to", f"{last:%Y-%m}"),
        "errors": [("from", problem)] if problem else [],
        "problem": problem,
    }
    if not problem:
        context |= _shown(dashboard.figures(dashboard.months(first, last)))
    return render(request, "wizard/dashboard.html", context, status=422 if problem else 200)


def _month(text: str) -> datetime.date | None:
    found = _MONTH.fullmatch(text)
    return datetime.date(int(found[1]), int(found[2]), 1) if found and int(found[1]) >= 2000 else None


def _problem(request: HttpRequest, first: datetime.date, last: datetime.date, today: datetime.date) -> str:
    if any(request.GET.get(name) and not _month(request.GET[name]) for name in ("from", "to")):
        return _("Give months as 2026-09.")
    if first > last:
        return _("The first month comes after the last.")
    if last > today:
        return _("This month has not come yet.")
    if len(dashboard.months(first, last)) > MOST:
        return _("Choose at most %(months)d months.") % {"months": MOST}
    return ""


def _shown(found: Figures) -> dict[str, object]:
    """The figures in words and drawings."""
    months = [_say_month(month) for month in found.months]
    recorded = sum(map(sum, found.outcomes.values()))
    most = max((max(counts) for counts in found.outcomes.values()), default=0)
    turnaround = found.turnaround_by_month
    slowest = max((month.ninetieth or 0 for month in turnaround), default=0)
    return {
        "figures": found,
        "counted": say_moment(found.counted),
        "kept_minutes": KEPT_SECONDS // 60,
        "months": months,
        "recorded": recorded,
        "most": most,
        "outcomes": [
            (
                OUTCOMES[code],
                sum(counts),
                charts.columns(counts, most),
                list(zip(months, counts, strict=True)),
            )
            for code, counts in found.outcomes.items()
        ],
        "by_month": [
            (month, [counts[number] for counts in found.outcomes.values()])
            for number, month in enumerate(months)
        ],
        "turnaround": found.turnaround,
        "turnaround_words": _say_turnaround(found.turnaround),
        "turnaround_chart": charts.columns(
            [month.median or 0 for month in turnaround],
            slowest,
            [month.ninetieth for month in turnaround],
        ),
        "turnaround_slowest": say_time(slowest),
        "turnaround_rows": [
            (name, month.memos, _or_dash(month.median), _or_dash(month.ninetieth))
            for name, month in zip(months, turnaround, strict=True)
        ],
        "ages": _ages(),
        "waiting": [
            (
                Docket.State(state.state).label,
                sum(state.by_age),
                charts.bars(zip(_ages(), state.by_age, strict=True)),
                say_time((found.counted - state.oldest).total_seconds()) if state.oldest else "",
            )
            for state in found.waiting
        ],
        "lists": [
            (
                "not-sure",
                _("Where people are not sure"),
                _("Cases in which somebody answered “not sure”, by question."),
                _("Question"),
                _("Cases"),
                _questions(found.not_sure),
            ),
            (
                "stopped",
                _("Where people stop"),
                _(
                    "Cases without a memo that nobody has touched for %(days)d days, by the last question answered."
                )
                % {"days": IDLE.days},
                _("Last question answered"),
                _("Cases"),
                _questions(found.stopped),
            ),
            (
                "destinations",
                _("Destinations"),
                _("Memos by destination, superseded ones included."),
                _("Destination"),
                _("Memos"),
                _countries(found.destinations),
            ),
            (
                "headquarters",
                _("Headquarters"),
                _("Memos by the recipient’s headquarters, superseded ones included."),
                _("Headquarters"),
                _("Memos"),
                _countries(found.headquarters),
            ),
        ],
        "changed": [
            (OUTCOMES[before], OUTCOMES[after], cases)
            for before, after, cases in found.changed
            if before in OUTCOMES and after in OUTCOMES
        ],
        "changed_by": _questions(found.changed_by),
    }


def _questions(values: Frequency) -> list[charts.Bar]:
    def name(fact: str) -> str:
        if not fact:
            return _("before the first question")
        return _(BY_FACT[fact].wording({}).text) if fact in BY_FACT else fact

    return charts.bars((name(fact), number) for fact, number in values)


def _countries(values: Frequency) -> list[charts.Bar]:
    return charts.bars(
        (country_name(code) if code else _("not asked, or not known"), number) for code, number in values
    )


def _ages() -> Sequence[str]:
    words = [_("less than a day")]
    words += [
        _("%(from)d to %(to)d days") % {"from": begin, "to": end} for begin, end in itertools.pairwise(AGES)
    ]
    return [*words, _("more than %(days)d days") % {"days": AGES[-1]}]


def say_time(seconds: float) -> str:
    """A stretch of time, in the unit that says enough: minutes, hours or days."""
    if seconds < 90 * 60:
        minutes = round(seconds / 60)
        return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}
    if seconds < 48 * 3600:
        hours = round(seconds / 3600)
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    days = round(seconds / 86400)
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def _say_turnaround(found: Turnaround) -> str:
    if found.median is None or found.ninetieth is None:
        return _("No memo was approved or returned in these months.")
    return _(
        "Half of the memos first approved or returned in these months had waited %(median)s or less since they were "
        "recorded, nine in ten %(ninetieth)s or less."
    ) % {"median": say_time(found.median), "ninetieth": say_time(found.ninetieth)}


def _or_dash(seconds: float | None) -> str:
    return "–" if seconds is None else say_time(seconds)


def _say_month(month: datetime.date) -> str:
    return date_format(month, "M Y" if (get_language() or "en").startswith("en") else "YEAR_MONTH_FORMAT")
