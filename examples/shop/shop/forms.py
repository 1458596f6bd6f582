"""Django's forms, which check what pages of Reflex send as they check what a browser posts."""

from django import forms

from shop.models import Review


class ReviewForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["rating", "text"]
