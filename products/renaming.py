"""A product is found by its producer's name too, so a renamed producer renames its products' search."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from communes.models import Producer

from .models import Product


@receiver(post_save, sender=Producer, dispatch_uid="products.renaming")
def follow_producer(sender, instance: Producer, created: bool, **kwargs) -> None:
    """Fold the producer's present name into its products; the register's history is not touched."""
    if created:
        return
    for product in Product.objects.filter(producer=instance):
        product.producer = instance
        folded = product.searchable()
        if folded != product.search:
            Product.objects.filter(pk=product.pk).update(search=folded)
