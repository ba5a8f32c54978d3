"""What a first visit brings over the wire: at most 150 KB without photos."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.factories import ProducerFactory, PublicRatingFactory, UnitFactory

pytestmark = pytest.mark.django_db
BUDGET = 150 * 1024


def static_files(page: str) -> set[Path]:
    """The files that a page names, and the letters of Vietnamese that its style sheets ask for.

    The fonts' latin-ext subset is left out: no Vietnamese text needs it.
    """
    # A telephone asks for this one when the portal is put on its home screen, not on a visit.
    page = re.sub(r'<link rel="apple-touch-icon"[^>]*>', "", page)
    names = set(re.findall(rf'(?:src|href)="{settings.STATIC_URL}([^"#]+)', page))
    files = {Path(finders.find(name)) for name in names}
    for sheet in [file for file in files if file.suffix == ".css"]:
        for url in re.findall(r'url\("([^"]+\.woff2)"\)', sheet.read_text()):
            if "latin-ext" not in url:
                files.add((sheet.parent / url).resolve())
    return files


def wire_size(content: bytes, *, squeezed: bool) -> int:
    return len(content) if squeezed else len(brotli.compress(content))


@pytest.mark.parametrize(
    "where",
    ["home", "catalogue", "product", "commune", "set", "comparison", "rehearsal", "report"],
)
def test_a_first_visit_stays_within_its_budget(client, where):
    for _n in range(20):
        producer = ProducerFactory(unit=UnitFactory())
        product = PublicRatingFactory(product__producer=producer).product
    address = {
        "home": reverse("home"),
        "catalogue": reverse("products:catalogue"),
        "product": product.get_public_url(),
        "commune": product.producer.unit.get_public_url(),
        "set": reverse("lawbook:set", args=["148-2023", 26]),
        "comparison": reverse("lawbook:compare") + "?a=1048-2019.1&b=148-2023.1",
        "rehearsal": reverse("lawbook:rehearsal") + "?qd=148-2023&bo=26",
        "report": reverse("lawbook:rehearsal_report") + "?qd=148-2023&bo=26",
    }[where]
    page = client.get(address).content
    sent = client.get(address, headers={"accept-encoding": "gzip"}).content
    files = static_files(page.decode())
    assert {file.suffix for file in files} == {".css", ".js", ".svg", ".woff2"}
    total = len(sent) + sum(
        wire_size(file.read_bytes(), squeezed=file.suffix == ".woff2") for file in files
    )
    assert total <= BUDGET, f"{total} bytes"
