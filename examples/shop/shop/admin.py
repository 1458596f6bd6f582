"""Products in Django's admin; stock can be changed in the list."""

from django.contrib import admin

from shop.models import Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "price", "stock"]
    list_editable = ["stock"]
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name", "description"]
