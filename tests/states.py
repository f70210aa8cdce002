"""Every state in which something is not public, or no longer so, each with a record of its own that has canary words.

`enter()` makes what is public before, `hide()` what is to be gone after; a site's shell can do both.
"""

import string
from tempfile import NamedTemporaryFile

from django.core.management import call_command

from people.batches import Batch
from people.doubles import merge
from people.models import Agency, Delegate
from proposals.models import Citation, Proposal, Source, Sponsorship
from proposals.models.outbox import recorded
from proposals.sheets.importing import undo
from tests.drafts import Draft, make_known
from tests.factories import make_agency, make_delegate, make_proposal, make_source

NEVER = ("draft", "in review", "dated ahead", "undone import")
"""What was never public. There is no publishing at a set time: what is dated ahead is a draft like any other."""
ONCE = ("unpublished", "withdrawn", "deleted", "all of it deleted", "edited", "merged", "parts deleted")
"""What was public, and then was not."""
MARKS = {state: f"xqzv{letter}z" for state, letter in zip((*NEVER, *ONCE), string.ascii_lowercase, strict=False)}


def enter():
    """Enter a public record and one for each state; give the public proposal and the keys of the others."""
    known = make_known()
    found = {}
    for state, mark in MARKS.items():
        if state == "undone import":
            _import(mark)
        elif state in ("merged", "parts deleted", "edited"):
            found[state] = _small(known, mark)
        else:
            draft = Draft(known, mark)
            draft.write()
            found[state] = draft.proposal.pk
            if state in ONCE:
                draft.publish()
    Proposal.objects.filter(pk=found["dated ahead"]).update(submitted="2999-01-01")
    return known, found


@recorded()
def _small(known, mark):
    """A public proposal with texts, a delegate, an agency and a source that bear the mark and can be taken off."""
    return make_proposal(
        title=f"{mark} cells",
        slug=f"{mark}-proposal-slug",
        summary_en=f"{mark} summary",
        note_en=f"{mark} note",
        session=known.session,
        delegates=[make_delegate(name=f"{mark} Name", slug=f"{mark}-delegate-slug", employer=f"{mark} employer")],
        recommendations=[
            {"text": f"{mark} text", "to": [make_agency(name=f"{mark} agency", slug=f"{mark}-agency-slug")]},
            "Do it",
        ],
        sources=[
            make_source(title=f"{mark} source", url=f"https://{mark}.example/"),
            Source.objects.get(slug="known-source-slug"),
        ],
        published=True,
    ).pk


def _import(mark):
    with NamedTemporaryFile("w", suffix=".csv") as sheet:
        sheet.write(f"title_en,session,summary_en\n{mark} title,known-session-slug,{mark} summary\n")
        sheet.flush()
        call_command("import_proposals", sheet.name, verbosity=0)
    assert Proposal.objects.filter(title_en__startswith=mark).exists()


def hide(known, found):
    """Take each out of the public's sight in its own way."""
    proposals = {state: Proposal.objects.get(pk=key) for state, key in found.items()}
    proposals["in review"].state = Proposal.State.REVIEW
    proposals["in review"].save()
    undo(Batch.objects.get())
    proposals["unpublished"].state = Proposal.State.DRAFT
    proposals["unpublished"].save()
    withdrawn = proposals["withdrawn"]
    withdrawn.state, withdrawn.withdrawn_because_en = Proposal.State.WITHDRAWN, "A hoax"
    withdrawn.withdrawn_because_zh = "虚假信息"
    withdrawn.save()
    proposals["deleted"].delete()
    with recorded():
        _delete_all(proposals["all of it deleted"], MARKS["all of it deleted"])
    with recorded():
        _edit(proposals["edited"])
    with recorded():
        _take_parts_off(proposals["merged"])
        merge(known, proposals["merged"])
    with recorded():
        _take_parts_off(proposals["parts deleted"])
        Proposal.objects.filter(pk=found["parts deleted"]).get().delete()


def _delete_all(proposal, mark):
    proposal.delete()
    for model in (Delegate, Agency, Source):
        for row in model.objects.filter(slug__startswith=mark):
            for tied in row.citations.all() if model is Source else ():
                tied.delete()
    Delegate.objects.get(slug__startswith=mark).delete()


def _edit(proposal):
    """Put other words into every text, of what stands beside it too."""
    for name in ("title_en", "summary_en", "note_en"):
        setattr(proposal, name, "Other words")
    proposal.slug = "other-words"
    proposal.save()
    first = proposal.recommendations.order_by("order")[0]
    rows = {
        first: ["text_en"],
        first.agencies.get(): ["name_en", "slug"],
        Source.objects.get(title__startswith="xqzv", citations__proposal=proposal): ["title"],
    }
    rows |= {proposal.delegates.get(): ["name_en", "slug"], proposal.delegates.get().positions.get(): ["employer_en"]}
    for row, names in rows.items():
        for name in names:
            setattr(row, name, "other-words")
        if isinstance(row, Source):
            row.url = "https://example.org/other"
        row.save()


def _take_parts_off(proposal):
    """Delete the delegate, the source, and the recommendation with its addressee."""
    proposal.recommendations.order_by("order")[0].delete()
    source = Source.objects.get(title__startswith="xqzv", citations__proposal=proposal)
    Citation.objects.get(proposal=proposal, source=source).delete()
    source.delete()
    delegate = proposal.delegates.get()
    Sponsorship.objects.get(proposal=proposal).delete()
    for row in (*delegate.positions.all(), *delegate.memberships.all(), delegate):
        row.delete()
