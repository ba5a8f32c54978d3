"""What a product is found by follows its name, its producer's name and its producer's place."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from communes.models import Producer
from communes.producers import producers_changed

from .models import Product
from .word_index import index_products


@receiver(post_save, sender=Product, dispatch_uid="products.words")
def index_words(sender, instance: Product, raw: bool = False, **kwargs) -> None:
    """Keep the words of a saved product."""
    if not raw:
        index_products(Product.objects.filter(pk=instance.pk))


@receiver(post_save, sender=Producer, dispatch_uid="products.renaming")
def follow_producer(sender, instance: Producer, created: bool, **kwargs) -> None:
    """Let the products of a changed producer follow it."""
    if not created:
        follow_producers(sender, [instance])


@receiver(producers_changed, dispatch_uid="products.renaming_many")
def follow_producers(sender, producers: list[Producer], **kwargs) -> None:
    """Fold the producers' present names into their products; the register's history is not touched.

    A fixed number of queries.
    """
    by_id = {producer.pk: producer for producer in producers}
    renamed = []
    for product in Product.objects.filter(producer__in=by_id).order_by("pk"):
        product.producer = by_id[product.producer_id]
        folded = product.searchable()
        if folded != product.search:
            product.search = folded
            renamed.append(product)
    if renamed:
        Product.objects.bulk_update(renamed, ["search"], batch_size=200)
    index_products(Product.objects.filter(producer__in=by_id))
