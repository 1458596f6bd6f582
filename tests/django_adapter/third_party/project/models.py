"""Something with a history."""

from django.db import models
from simple_history.models import HistoricalRecords


class Note(models.Model):
    text = models.CharField(max_length=50)
    history = HistoricalRecords()
