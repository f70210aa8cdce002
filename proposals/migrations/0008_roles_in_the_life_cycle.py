"""Who may do what with events, replies and schemes: the groups of 0005, for what came after them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

PARTS = ["event", "answer", "recommendationoutcome", "outcomeclass"]
RECORDS = ["reply", "outcomescheme"]
ACTIONS = {
    "reader": (["view"], ["view"]),
    "analyst": (["view", "add", "change", "delete"], ["view", "add", "change"]),
    "reviewer": (["view", "add", "change", "delete"],) * 2,
    "administrator": (["view", "add", "change", "delete"],) * 2,
}
"""For each group what it may do with parts of a record, and with records."""


def give(apps, schema_editor, parts=PARTS, records=RECORDS):
    create_permissions(installed.get_app_config("proposals"), verbosity=0, using=schema_editor.connection.alias)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    for name, actions in ACTIONS.items():
        allowed = [f"{action}_{model}" for some, models in zip(actions, (parts, records)) for action in some for model in models]
        found = Permission.objects.filter(content_type__app_label="proposals", codename__in=allowed)
        Group.objects.get_or_create(name=name)[0].permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0007_life_cycle"), ("proposals", "0005_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
