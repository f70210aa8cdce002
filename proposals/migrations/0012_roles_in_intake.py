"""Who may do what with intakes: those who enter proposals; who only reads does not see working material."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def give(apps, schema_editor):
    create_permissions(installed.get_app_config("proposals"), verbosity=0, using=schema_editor.connection.alias)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    found = Permission.objects.filter(content_type__app_label="proposals", content_type__model="intake")
    for name in ("analyst", "reviewer", "administrator"):
        Group.objects.get_or_create(name=name)[0].permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0011_intakes")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
