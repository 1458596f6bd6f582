"""What the shop sells."""

from django.core.validators import FileExtensionValidator
from django.db import models

# Formats that a browser only ever shows: no script can be in them.
PHOTO_FORMATS = ["jpg", "jpeg", "png", "webp"]


class Product(models.Model):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    stock = models.PositiveIntegerField(default=0)
    photo = models.FileField(
        upload_to="products",
        blank=True,
        validators=[FileExtensionValidator(PHOTO_FORMATS)],
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
