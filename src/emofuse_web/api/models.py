"""What became of telling somebody that an analysis is over."""

from django.db import models

from emofuse_web.analyses.models import Analysis


class Delivery(models.Model):
    """One ending of one analysis, to be told to its webhook."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="deliveries")
    ended = models.DateTimeField()  # when the job ended that is told of; one that is tried again ends again
    tries = models.PositiveIntegerField(default=0)
    due = models.DateTimeField()
    done = models.BooleanField(default=False)  # it was told, or is given up
    outcome = models.CharField(max_length=40, blank=True)  # of the last try: the status, or what kept us; never what was answered

    class Meta:
        constraints = [models.UniqueConstraint(fields=["analysis", "ended"], name="one_delivery_an_ending")]
        indexes = [models.Index(fields=["done", "due"], name="delivery_due")]
