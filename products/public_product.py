"""What a product's public page tells beyond its facts: related products, search engines, the QR."""

import io

import segno
from django.conf import settings
from django.db.models import Case, Q, Value, When
from django.templatetags.static import static
from django.utils.safestring import SafeString

from ocop_portal.linked_data import as_linked_data

from . import catalogue
from .cards import Card, cards
from .catalogue import Standing
from .models import Product, PublicRating

MOST_RELATED = 4


def related(product: Product) -> list[Card]:
    """Other products with stars: the same producer's first, then those of the same set.

    A real product is set beside real ones alone, a sample beside samples.
    """
    own = Q(producer=product.producer_id)
    alike = Q(branch=product.branch, set_name=product.set_name)
    others = catalogue.starred_products().filter(is_sample=product.is_sample)
    found = catalogue.most_stars_first(others.filter(own | alike).exclude(pk=product.pk))
    order = Case(When(own, then=Value(0)), default=Value(1))
    found = found.order_by(order, *found.query.order_by).values_list("pk", flat=True)
    return cards(found[:MOST_RELATED])


def address_of(product: Product) -> str:
    """The page's full address, as a QR and other pages carry it."""
    return settings.SITE_URL + product.get_public_url()


def qr(address: str) -> bytes:
    """An address as a QR in black on white, an SVG that scales."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=4, xmldecl=False, light="#fff", omitsize=True
    )
    return out.getvalue()


def picture_of(photos: list) -> str:
    """The full address of the first photo; of the portal's sign where there is none."""
    url = photos[0].image.url if photos else static("icons/mark-512.png")
    return url if url.startswith("http") else settings.SITE_URL + url


def linked_data(product: Product, fact: PublicRating, photos: list) -> SafeString:
    """The page for search engines (schema.org), ready to stand in a script element.

    Official stars are no readers' rating, so they are told as a certification, and only while a
    recognition is in force.
    """
    producer = product.producer
    data = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "url": address_of(product),
        "category": f"{product.branch} > {product.set_name}",
        "manufacturer": {
            "@type": "Organization",
            "name": producer.name,
            "address": {
                "@type": "PostalAddress",
                "addressLocality": str(producer.unit),
                "addressCountry": "VN",
            },
        },
    }
    if product.summary:
        data["description"] = product.summary
    if photos:
        data["image"] = picture_of(photos)
    if producer.publish_contact and producer.website:
        data["manufacturer"]["url"] = producer.website
    if fact.standing == Standing.CERTIFIED:
        data["hasCertification"] = {
            "@type": "Certification",
            "name": f"OCOP {fact.stars} sao",
            "certificationIdentification": fact.decision_number,
            "certificationStatus": "https://schema.org/CertificationActive",
            "issuedBy": {"@type": "GovernmentOrganization", "name": fact.authority},
            "datePublished": fact.decided_on.isoformat() if fact.decided_on else None,
            "expires": fact.valid_until.isoformat(),
        }
    return as_linked_data(data)
