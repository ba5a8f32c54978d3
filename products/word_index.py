"""Finding products by words as people type them: without marks, cut short, with a wrong letter.

Every product has its words in a table: those of its name, of its producer and of its commune, then
and now. A search first asks for products that hold every typed word, whole or as a beginning. Only
when there is none does it also take words that are one letter off, and says so.

A wrong letter is found without comparing with every word: a word and a mistyped one share a form in
which one letter is left out, so these forms are kept beside the words. The table grows with the
vocabulary, which stays small, and not with the products; and it works alike on every database.
"""

from dataclasses import dataclass, field
from itertools import islice

from django.db import models, transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Length
from rapidfuzz.distance import OSA

from ocop_portal.search import words_of
from ocop_portal.text import fold

LONGEST = 30  # letters of a word that are kept
# One letter makes a shorter word another word.
SHORTEST_MISTYPED = 3
MOST_TYPED = 12  # words of one search; nobody types more
BATCH = 1000
FITS = (4, 2, 1)  # what a whole word, a beginning and a guess are worth


class Place(models.IntegerChoices):
    """Where a product has a word from; the number is what a hit there is worth."""

    COMMUNE = 1
    PRODUCER = 2
    NAME = 4


class SearchWord(models.Model):
    """A word of the vocabulary, folded. Words stay when the last product with them goes."""

    word = models.CharField(max_length=LONGEST, unique=True)

    def __str__(self) -> str:
        return self.word


class MistypedForm(models.Model):
    """A word of the vocabulary with one letter left out."""

    form = models.CharField(max_length=LONGEST, db_index=True)
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="forms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "form"], name="mistyped_form_once")]

    def __str__(self) -> str:
        return self.form


class ProductWord(models.Model):
    """A product has this word; `place` is the best place where it has it."""

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="words")
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="products")
    place = models.PositiveSmallIntegerField(choices=Place)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "product"], name="product_word_once")
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.word_id}"


# --- Keeping it -------------------------------------------------------------------------------


def index_products(products: QuerySet) -> int:
    """Write the words of these products anew; returns how many products were read.

    Asks for producers and units itself; a fixed number of queries for each thousand products.
    """
    rows = iter(
        products.select_related("producer__unit")
        .prefetch_related("producer__unit__successions__successor")
        .order_by("pk")
        .iterator(chunk_size=BATCH)
    )
    count = 0
    while batch := list(islice(rows, BATCH)):
        _write({product.pk: words_of_product(product) for product in batch})
        count += len(batch)
    return count


def words_of_product(product) -> dict[str, int]:
    """Word → the best place where the product has it."""
    unit = product.producer.unit
    communes = [unit.name, *(s.successor.name for s in unit.successions.all())]
    found: dict[str, int] = {}
    for text, place in (
        (" ".join(communes), Place.COMMUNE),
        (product.producer.name, Place.PRODUCER),
        (product.name, Place.NAME),
    ):
        for word in split(text):
            found[word] = max(place, found.get(word, 0))
    return found


def split(text: str) -> list[str]:
    """The words of a text, folded: letters and digits, each no longer than is kept."""
    plain = "".join(c if c.isalnum() else " " for c in fold(text))
    return [word[:LONGEST] for word in plain.split()]


@transaction.atomic
def _write(words: dict[int, dict[str, int]]) -> None:
    wanted = {word for found in words.values() for word in found}
    ids = _vocabulary(wanted)
    ProductWord.objects.filter(product__in=words).delete()
    ProductWord.objects.bulk_create(
        [
            ProductWord(product_id=product, word_id=ids[word], place=place)
            for product, found in sorted(words.items())
            for word, place in sorted(found.items())
        ],
        batch_size=BATCH,
        ignore_conflicts=True,  # two officers who save the same product at once
    )


def _vocabulary(wanted: set[str]) -> dict[str, int]:
    """The words' ids; new ones are added with their forms."""
    known = dict(SearchWord.objects.filter(word__in=wanted).values_list("word", "pk"))
    if new := sorted(wanted - set(known)):
        SearchWord.objects.bulk_create([SearchWord(word=w) for w in new], ignore_conflicts=True)
        added = dict(SearchWord.objects.filter(word__in=new).values_list("word", "pk"))
        MistypedForm.objects.bulk_create(
            [
                MistypedForm(form=form, word_id=pk)
                for word, pk in sorted(added.items())
                for form in sorted(mistyped_forms(word))
            ],
            ignore_conflicts=True,
        )
        known |= added
    return known


def mistyped_forms(word: str) -> set[str]:
    """The word itself and every form of it with one letter left out."""
    if len(word) < SHORTEST_MISTYPED:
        return {word}
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


# --- Searching --------------------------------------------------------------------------------


@dataclass
class _Typed:
    """What one typed word may stand for: ids of words, by how well they fit."""

    exact: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)

    def groups(self, *, guessed: bool) -> list[set[int]]:
        """The ids, those that fit best first; wrong letters only where they are guessed."""
        return [self.exact, self.begun, *([self.near] if guessed else [])]


@dataclass(frozen=True)
class Hits:
    """Products that a search finds; `guessed`: only by taking a wrong letter."""

    products: QuerySet
    guessed: bool
    meant: tuple[_Typed, ...] = ()


def search(products: QuerySet, typed: str) -> Hits:
    """Those of `products` that hold every typed word. Two queries; none when nothing was typed."""
    if not fold(typed):
        return Hits(products, guessed=False)
    words = [word for typed_word in words_of(typed) for word in split(typed_word)][:MOST_TYPED]
    if not words:  # signs alone
        return Hits(products.none(), guessed=False)
    meant = tuple(_meant(words))
    strict = [entry.exact | entry.begun for entry in meant]
    if all(strict):
        found = _holding(products, strict)
        if found.exists():
            return Hits(found, False, meant)
    wide = [ids | entry.near for ids, entry in zip(strict, meant, strict=True)]
    return Hits(_holding(products, wide), True, meant)


def _meant(words: list[str]) -> list[_Typed]:
    """What each typed word may stand for; one query for all of them."""
    forms = {word: mistyped_forms(word) for word in words}
    starts = Q()
    for word in words:
        if len(word) > 1:
            starts |= Q(word__startswith=word)
    by_form = MistypedForm.objects.filter(form__in={f for found in forms.values() for f in found})
    rows = (
        SearchWord.objects.filter(Q(pk__in=by_form.values("word")) | Q(word__in=words) | starts)
        .values_list("pk", "word")
        .order_by("pk")
    )
    found = [_Typed() for _word in words]
    for pk, known in rows:
        for word, entry in zip(words, found, strict=True):
            if known == word:
                entry.exact.add(pk)
            elif len(word) > 1 and known.startswith(word):
                entry.begun.add(pk)
            elif len(word) >= SHORTEST_MISTYPED and OSA.distance(known, word, score_cutoff=1) <= 1:
                entry.near.add(pk)
    return found


def _holding(products: QuerySet, wanted: list[set[int]]) -> QuerySet:
    """The products that have one of the words of each group."""
    for ids in wanted:
        held = ProductWord.objects.filter(product=OuterRef("pk"), word__in=ids)
        products = products.filter(Exists(held))
    return products


def best_first(products: QuerySet, hits: Hits) -> QuerySet:
    """Whole words before beginnings before guesses, the name before the producer and the place.

    Of equals the shorter name comes first: it says less that was not asked for.
    """
    points = [_points(entry, guessed=hits.guessed) for entry in hits.meant]
    ids = set().union(*(ids for entry in hits.meant for ids in entry.groups(guessed=hits.guessed)))
    held = ProductWord.objects.filter(product=OuterRef("pk"), word__in=ids).order_by()
    # All typed words in one look at the product's words: it is looked at once for every product.
    worth = sum((Max(each) for each in points), Value(0))
    rank = Subquery(held.values("product").annotate(worth=worth).values("worth"))
    return products.annotate(rank=rank).order_by("-rank", Length("name"), "search", "pk")


def _points(entry: _Typed, *, guessed: bool):
    """What a word of a product is worth for one typed word: how well it fits, times its place."""
    fits = zip(FITS, entry.groups(guessed=guessed), strict=False)
    cases = [When(word__in=ids, then=Value(value) * F("place")) for value, ids in fits if ids]
    return Case(*cases, default=Value(0), output_field=models.IntegerField())
