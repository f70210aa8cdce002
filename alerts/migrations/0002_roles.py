"""Who may see how the sending of alerts went: reviewers and administrators."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def give(apps, schema_editor):
    create_permissions(installed.get_app_config("alerts"), verbosity=0, using=schema_editor.connection.alias)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    found = Permission.objects.filter(content_type__app_label="alerts", codename="view_run")
    for name in ("reviewer", "administrator"):
        Group.objects.get_or_create(name=name)[0].permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_subscriptions"), ("proposals", "0012_roles_in_intake")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
