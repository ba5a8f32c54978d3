"""The map: outlines by code and day, communes of then and now, a list for everybody."""

import datetime
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from communes.boundary_models import Boundary
from communes.models import today
from products import catalogue, map
from tests import factories as make

pytestmark = pytest.mark.django_db

SQUARE = [
    [107.0, 17.0],
    [107.05, 17.00001],
    [107.1, 17.0],
    [107.1, 17.1],
    [107.0, 17.1],
    [107.0, 17.0],
]


def geojson(tmp_path, code: str, ring=SQUARE):
    file = tmp_path / "ranh-gioi.geojson"
    feature = {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return file


@pytest.fixture
def tree():
    return make.vinh_linh()


def test_an_outline_is_simplified_and_loading_again_replaces_it(tree, tmp_path, capsys):
    for _time in range(2):
        call_command("load_boundaries", geojson(tmp_path, tree.ho_xa.code))
    boundary = Boundary.objects.get()
    assert boundary.unit == tree.ho_xa
    assert len(boundary.rings[0]) == len(SQUARE) - 1
    assert boundary.rings[0][0] == boundary.rings[0][-1]


def test_a_code_is_looked_up_on_the_day_of_the_file(tree, tmp_path):
    tree.ho_xa.valid_until = datetime.date(2025, 6, 30)
    tree.ho_xa.save()
    call_command("load_boundaries", geojson(tmp_path, tree.ho_xa.code))
    assert not Boundary.objects.exists()
    call_command(
        "load_boundaries", geojson(tmp_path, tree.ho_xa.code), on=datetime.date(2019, 12, 31)
    )
    assert Boundary.objects.get().unit == tree.ho_xa


@pytest.mark.parametrize("ring", [[[107.0, 17.0]], [[700000, 1900000]] * 5])
def test_what_is_no_outline_is_refused_whole(tree, tmp_path, ring):
    with pytest.raises(CommandError):
        call_command("load_boundaries", geojson(tmp_path, tree.ho_xa.code, ring))
    assert not Boundary.objects.exists()


def test_the_page_lists_and_draws_the_products_of_a_commune(client, tree, tmp_path):
    call_command("load_boundaries", geojson(tmp_path, tree.ho_xa.code))
    make.PublicRatingFactory(product__producer__unit=tree.ho_xa)
    make.ProductFactory(producer__unit=tree.ho_xa)  # nothing published of it
    page = client.get(reverse("products:map"))
    number = {place.unit.pk: place.number for place, _url in page.context["rows"]}
    assert number[tree.ho_xa.pk] == 1
    assert number[tree.vinh_thuy.pk] == 0
    assert "<path d=" in page.content.decode()
    answer = client.get(reverse("products:map_data")).json()
    assert [f["properties"]["number"] for f in answer["features"]] == [1]


def test_filters_narrow_the_map(client, tree):
    make.PublicRatingFactory(product__producer__unit=tree.ho_xa, stars=4)
    page = client.get(reverse("products:map"), {"stars": "3"})
    assert page.context["placed"] == 0


def test_a_point_stands_where_there_is_no_outline(tree):
    tree.ho_xa.latitude, tree.ho_xa.longitude = 17.07, 107.0
    tree.ho_xa.save()
    found, _total = map.places(catalogue.wanted({}), today())
    drawing = map.drawing(found)
    assert [(shape.place.unit, shape.path) for shape in drawing.shapes] == [(tree.ho_xa, "")]


@pytest.mark.parametrize("n", [1, 3])
def test_the_map_costs_the_same_at_any_size(client, django_assert_max_num_queries, n):
    for _n in range(n):
        make.PublicRatingFactory(product__producer__unit=make.UnitFactory())
    with django_assert_max_num_queries(12):
        client.get(reverse("products:map"))
