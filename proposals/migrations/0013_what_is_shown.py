"""When what proposals and replies show in public changed last; of those that are there, when they were edited last."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max, Min

BATCH = 2_000


def last_edits(apps, kind):
    """Give for each record of a kind when the last of its versions was made that the public saw."""
    versions = apps.get_model("people", "Version").objects.filter(kind=kind, public=True).order_by()
    return dict(versions.values_list("key").annotate(Max("at")))


def fill(apps, _schema_editor):
    proposals, replies, answers, shown_proposals, shown_replies = (
        apps.get_model("proposals", name) for name in ("Proposal", "Reply", "Answer", "ShownProposal", "ShownReply")
    )
    edits, reply_edits = last_edits(apps, "proposals.proposal"), last_edits(apps, "proposals.reply")
    public = answers.objects.filter(proposal__state="published").order_by()
    since = dict(public.values_list("reply").annotate(Min("proposal__published_at")))
    created = dict(replies.objects.filter(pk__in=public.values("reply")).order_by().values_list("pk", "created"))
    began = {reply: max(since[reply], at) for reply, at in created.items()}
    changed = {reply: max(filter(None, (at, reply_edits.get(reply)))) for reply, at in began.items()}
    for reply, proposal in public.values_list("reply", "proposal"):
        edits[proposal] = max(filter(None, (edits.get(proposal), changed[reply])))
    rows = []
    published = proposals.objects.filter(state="published").order_by("pk").values_list("pk", "published_at")
    for key, at in published.iterator(BATCH):
        rows.append(shown_proposals(proposal_id=key, changed=max(filter(None, (at, edits.get(key))))))
        if len(rows) == BATCH:
            shown_proposals.objects.bulk_create(rows)
            rows = []
    shown_proposals.objects.bulk_create(rows)
    shown_replies.objects.bulk_create(
        [shown_replies(reply_id=key, since=began[key], changed=at) for key, at in changed.items()], batch_size=BATCH
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0008_former_slugs"), ("proposals", "0012_roles_in_intake")]

    operations = [
        migrations.CreateModel(
            name="ShownProposal",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shown",
                        serialize=False,
                        to="proposals.proposal",
                    ),
                ),
                ("changed", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ShownReply",
            fields=[
                (
                    "reply",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shown",
                        serialize=False,
                        to="proposals.reply",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("changed", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
