"""What every row of the record is."""

from typing import Any

from django.db import models, transaction


class RecordModel(models.Model):
    """A row of the record: a save and what its signals write are one transaction, so neither is without the other."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, in a transaction."""
        with transaction.atomic():
            super().save(*args, **kwargs)
