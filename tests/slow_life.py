"""What became of a proposal, read slowly: plain Python that shares no code with `proposals.models.life_cycle`."""

import datetime

from django.utils import timezone

STAGES = ["submitted", "filed merged opinion", "assigned", "handled", "replied", "feedback", "followed_up"]


def happened(proposal):
    """What became of a proposal, day by day as far as is known: stage, date, agency, satisfaction."""
    found = [(each.stage, each.date, each.agency, each.satisfaction) for each in proposal.events.all()]
    seen = []
    for reply in sorted((answer.reply for answer in proposal.answers.all()), key=lambda reply: (reply.date, reply.pk)):
        found.append(("followed_up" if reply.agency in seen else "replied", reply.date, reply.agency, ""))
        seen.append(reply.agency)
    return found


def status_of(proposal):
    facts = [fact for fact in happened(proposal) if any(fact[0] in stage.split() for stage in STAGES)]
    sent_back = [date for _stage, date, _agency, said in facts if said == "dissatisfied" and date]
    for stage, date, *_more in facts:
        if stage in ("assigned", "handled") and date and sent_back and all(date > last_day(back) for back in sent_back):
            answers = [when for what, when, *_rest in facts if what in ("replied", "followed_up") and when]
            earliest = min(
                when for what, when, *_rest in facts
                if what in ("assigned", "handled") and when and all(when > last_day(back) for back in sent_back)
            )  # fmt: skip
            if all(last_day(answer) < first_day(earliest) for answer in answers):
                return "handled"
    if sent_back:
        back = max(map(last_day, sent_back))
        said = [(date, stage) for stage, date, *_more in facts if stage in ("replied", "followed_up", "feedback")]
        later = sorted(
            (first_day(date), stage == "feedback") for date, stage in said if date and first_day(date) > back
        )
        if later:
            return "feedback" if later[-1][1] else "followed_up"
        if all(date and last_day(date) <= back for date, stage in said if stage != "feedback"):
            return "feedback"
    for stages in reversed(STAGES):
        for stage in reversed(stages.split()):
            if any(fact[0] == stage for fact in facts):
                return stage
    return "submitted"


def first_day(date):
    return date + "-00-00"[len(date) - 4 :]


def last_day(date):
    return date + "-99-99"[len(date) - 4 :]


def replied_of(proposal):
    if {fact[0] for fact in happened(proposal)} & {"replied", "followed_up", "feedback"}:
        return {"yes"}
    date = proposal.submitted or proposal.session.opened or str(proposal.session.year)
    year, month, day = (*(int(part) for part in date.split("-")), 12, 31)[:3] if len(date) < 5 else (
        *(int(part) for part in date.split("-")), 31)[:3]  # fmt: skip
    month += 6
    due = f"{year + (month > 12)}-{month - 12 * (month > 12):02}-{day:02}"
    none_due = status_of(proposal) in ("merged", "opinion")
    return {"no"} if none_due or due >= timezone.localdate().isoformat() else {"no", "overdue"}


def days_of(proposal):
    """The days from submission to the first reply, where both are known to the day and it is known which was first."""
    begin = proposal.submitted or proposal.session.opened or str(proposal.session.year)
    replies = [when for what, when, *_rest in happened(proposal) if what in ("replied", "followed_up")]
    if len(begin) < 10 or not all(replies):
        return None
    for reply in replies:
        if len(reply) == 10 and all(first_day(other) >= reply for other in replies):
            days = (datetime.date.fromisoformat(reply) - datetime.date.fromisoformat(begin)).days
            return days if days >= 0 else None
    return None


def leads_of(proposal):
    found = [each.agency for each in proposal.events.all() if each.role in ("lead", "separate")]
    return [*filter(None, found), *(answer.reply.agency for answer in proposal.answers.all())]


def last_outcomes(answers):
    """The outcome of the last of the answers of each agency; `answers` are pairs of a reply and an outcome."""
    found = {}
    for reply, outcome in sorted(answers, key=lambda pair: (pair[0].date, pair[0].pk)):
        found[reply.agency_id] = outcome
    return {*found.values()}
