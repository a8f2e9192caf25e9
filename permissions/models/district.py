"""The jurisdiction that grants rights."""

from django.db import models


class District(models.Model):
    """A district by its administrative code (GB/T 2260), such as 110102."""

    code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=50)
    name_en = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[1-9][0-9]{5}$"), name="district_code_has_six_digits"),
        ]

    def __str__(self) -> str:
        return self.name
