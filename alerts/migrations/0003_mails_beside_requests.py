"""Mails that ask for confirmation are sent beside the requests: what waits for an answer by now was sent."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_roles")]

    operations = [
        migrations.AddField("pending", "due", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "pending", "due", models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)
        ),
    ]
