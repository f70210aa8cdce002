"""Who may do what with related proposals, policy documents and echoes: the groups of 0005, for what came after them."""

from importlib import import_module

from django.db import migrations

PARTS, RECORDS = ["lineage", "echo"], ["policydocument"]


def give(apps, schema_editor):
    import_module("proposals.migrations.0008_roles_in_the_life_cycle").give(apps, schema_editor, PARTS, RECORDS)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0009_lineage_and_echo")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
