"""What a product is found by follows its name, its producer's name and its producer's place."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from communes.models import Producer

from .models import Product
from .word_index import index_products


@receiver(post_save, sender=Product, dispatch_uid="products.words")
def index_words(sender, instance: Product, raw: bool = False, **kwargs) -> None:
    """Keep the words of a saved product."""
    if not raw:
        index_products(Product.objects.filter(pk=instance.pk))


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
    index_products(Product.objects.filter(producer=instance))
