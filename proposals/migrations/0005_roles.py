"""The roles: what readers, analysts, reviewers and administrators may do, as groups that an administrator may change."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

RECORD = {
    "people": "region body session sector delegate namevariant membership position agency",
    "proposals": "topic synonym source citation proposal sponsorship recommendation addressee figure",
}
PARTS = {"namevariant", "membership", "position", "synonym", "citation", "sponsorship", "recommendation", "addressee", "figure"}
"""What an analyst may delete besides drafts: rows that belong to a record, whose history keeps them."""


def make_roles(apps, schema_editor):
    for app in (*RECORD, "auth"):  # they are made after all migrations otherwise
        config = installed.get_app_config(app)
        create_permissions(config, verbosity=0, using=schema_editor.connection.alias)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")

    def give(role, label, models, *actions):
        names = [f"{action}_{model}" for action in actions for model in models]
        role.permissions.add(*Permission.objects.filter(content_type__app_label=label, codename__in=names))

    reader, analyst, reviewer, administrator = (
        Group.objects.get_or_create(name=name)[0] for name in ("reader", "analyst", "reviewer", "administrator")
    )
    for label, names in RECORD.items():
        models = names.split()
        give(reader, label, models, "view")
        give(analyst, label, models, "view", "add", "change")
        give(analyst, label, PARTS & {*models} | {*models} & {"proposal"}, "delete")
        for role in (reviewer, administrator):
            give(role, label, models, "view", "add", "change", "delete")
            give(role, label, ["proposal"] if label == "proposals" else [], "publish")
    give(administrator, "auth", ["user", "group"], "view", "add", "change", "delete")


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0004_histories"),
        ("people", "0005_histories"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
