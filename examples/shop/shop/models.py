"""What the shop sells, and what people say of it."""

from django.conf import settings
from django.core.validators import FileExtensionValidator, MinLengthValidator
from django.db import models

# Formats that a browser only ever shows: no script can be in them.
PHOTO_FORMATS = ["jpg", "jpeg", "png", "webp"]

RATINGS = [(number, "★" * number) for number in range(5, 0, -1)]


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


class Review(models.Model):
    """What one user says of one product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    rating = models.PositiveSmallIntegerField(choices=RATINGS)
    text = models.TextField(max_length=1000, validators=[MinLengthValidator(10)])
    date = models.DateField(auto_now=True)

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [models.UniqueConstraint(fields=["product", "user"], name="one_review_each")]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_rating_display()}"
