from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_mails_beside_requests")]

    operations = [migrations.AddField("message", "handings", models.PositiveSmallIntegerField(default=0))]
