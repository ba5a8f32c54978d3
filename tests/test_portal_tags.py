"""The two signs of the portal, points and dates, as a reader or a screen reader gets them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import get_template
from django.utils.translation import override

from ocop_portal.navigation import OFFICE, PUBLIC
from ocop_portal.templatetags.portal import NOTHING, STEP_NAMES, points, vn_date, vn_datetime

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
DRAWN_ONCE = re.compile(r"""drawn_once ["']([^"']+)["']""")


def render(source, **context):
    return engines["django"].from_string(source).render(context)


class Spoken(HTMLParser):
    """What assistive technology reads: the text outside aria-hidden elements."""

    VOID = frozenset({"img", "input", "br", "meta", "link", "hr"})

    def __init__(self):
        super().__init__()
        self.stack = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.stack.append(dict(attrs).get("aria-hidden") == "true")

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.stack.pop()

    def handle_data(self, data):
        if not any(self.stack):
            self.words.append(data)


def spoken(html):
    reader = Spoken()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


def shapes(html):
    return re.findall(r"sprite\.svg#([\w-]+)", html)


# --- Stars ----------------------------------------------------------------------------------


def test_certified_stars_are_said_in_words_and_drawn_filled():
    html = render("{% stars 4 %}")
    assert spoken(html) == "4 sao"
    assert shapes(html) == ["rank-full"] * 4


def test_a_district_result_differs_from_certified_stars_in_words_and_in_shape():
    html = render("{% stars 4 certified=False %}")
    assert spoken(html) == "4 sao (kết quả cấp huyện)"
    assert shapes(html) == ["rank-open"] * 4
    assert "kết quả cấp huyện</span>" in html  # for the eye too, not only for the ear


def test_without_a_caption_the_ear_still_learns_that_the_stars_are_not_certified():
    html = render('{% stars 3 certified=False caption="" %}')
    assert spoken(html) == "3 sao (chưa được công nhận)"


@pytest.mark.parametrize(("n", "text"), [(None, "Chưa xếp hạng"), (0, "Không đạt hạng sao")])
def test_no_rating_and_no_star_are_two_things(n, text):
    html = render("{% stars n %}", n=n)
    assert spoken(html) == text
    assert shapes(html) == []


@pytest.mark.parametrize("n", [-1, 6])
def test_stars_outside_the_scale_are_an_error(n):
    with pytest.raises(ValueError, match="0 to 5"):
        render("{% stars n %}", n=n)


# --- The six steps --------------------------------------------------------------------------


def steps_of(html):
    return re.findall(r"<li class=\"(track-step[^\"]*)\"([^>]*)>", html)


def test_only_the_open_step_is_marked_current():
    steps = steps_of(render("{% step_track 3 %}"))
    assert [classes for classes, _ in steps] == [
        "track-step is-done",
        "track-step is-done",
        "track-step is-current",
        "track-step",
        "track-step",
        "track-step",
    ]
    assert [attributes.strip() for _, attributes in steps] == [
        "",
        "",
        'aria-current="step"',
        "",
        "",
        "",
    ]


def test_the_six_steps_are_named_in_order():
    html = render("{% step_track 1 %}")
    assert spoken(html) == " ".join(
        f"Bước {number}: {name}" for number, name in enumerate(STEP_NAMES, start=1)
    )


def test_a_late_step_says_so_in_words_and_only_the_open_one():
    assert spoken(render("{% step_track 5 late=True %}")).count("quá hạn") == 1
    assert "Đánh giá, xếp hạng quá hạn" in spoken(render("{% step_track 5 late=True %}"))
    assert "quá hạn" not in spoken(render("{% step_track 7 late=True %}"))


@pytest.mark.parametrize(("current", "done"), [(0, 0), (7, 6)])
def test_before_the_first_and_after_the_last_step_none_is_open(current, done):
    html = render("{% step_track current %}", current=current)
    assert "aria-current" not in html
    assert html.count("is-done") == done


def test_steps_may_carry_their_own_name_link_and_note():
    html = render(
        "{% step_track 1 steps=steps %}",
        steps=[{"name": "Nhận hồ sơ", "url": "/b/1/", "note": "đến 30/10/2019"}, "Chấm điểm"],
    )
    assert '<a href="/b/1/">Nhận hồ sơ</a>' in html
    assert spoken(html) == "Bước 1: Nhận hồ sơ đến 30/10/2019 Bước 2: Chấm điểm"


# --- Points and dates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (93, "93,00"),
        (Decimal("69.996"), "69,99"),
        (Fraction(69996, 1000), "69,99"),
        (Fraction(209, 3), "69,66"),
        (Decimal("49.995"), "49,99"),
        (0, "0,00"),
        (None, NOTHING),
    ],
)
def test_points_are_cut_and_never_rounded(value, shown):
    assert points(value) == shown


def test_a_float_is_refused_as_points():
    with pytest.raises(TypeError):
        points(69.996)


def test_a_moment_is_shown_in_vietnams_time_zone():
    late_evening_utc = datetime(2019, 12, 31, 18, 5, tzinfo=UTC)
    assert vn_date(late_evening_utc) == "01/01/2020"
    assert vn_datetime(late_evening_utc) == "01:05 01/01/2020"


def test_a_day_is_shown_day_first_and_no_day_as_nothing():
    assert vn_date(date(2020, 1, 5)) == "05/01/2020"
    assert vn_date(None) == ""


# --- Pieces ---------------------------------------------------------------------------------


def test_an_empty_fact_shows_a_dash_and_zero_stays_zero():
    html = render('<dl>{% fact "Mã số thuế" "" %}{% fact "Lao động" 0 %}</dl>')
    assert spoken(html) == f"Mã số thuế {NOTHING} Lao động 0"


def test_a_fact_is_escaped():
    html = render('{% fact "Tên" value %}', value="<b>Hùng</b> & con")
    assert "&lt;b&gt;Hùng&lt;/b&gt; &amp; con" in html


def test_page_links_keep_the_filters(rf):
    page = Paginator(range(273), 20).page(4)
    context = Context({"page_obj": page, "noun": "sản phẩm"})
    context.request = rf.get("/san-pham/?sao=4&page=4")
    html = get_template("components/pagination.html").template.render(context)
    assert 'href="?sao=4&amp;page=5"' in html
    assert html.count('aria-current="page"') == 1
    assert "61–80 trong 273 sản phẩm" in html


def test_an_icon_alone_has_a_name_and_beside_a_text_has_none():
    assert 'aria-hidden="true"' in render('{% icon "bell" %}')
    labelled = render('{% icon "bell" "Thông báo" %}')
    assert 'role="img" aria-label="Thông báo"' in labelled
    assert "aria-hidden" not in labelled


def test_every_icon_named_in_a_template_is_in_the_sprite():
    sprite = ElementTree.parse(STATIC / "icons/sprite.svg").getroot()
    drawn = {symbol.get("id") for symbol in sprite}
    root = Path(settings.BASE_DIR)
    named = {
        (path.relative_to(root).as_posix(), name)
        for path in root.glob("**/templates/**/*.html")
        if not {"var", ".venv"} & set(path.relative_to(root).parts)
        for name in re.findall(r"""\bicon[ =]["']([\w-]+)["']""", path.read_text("utf-8"))
    }
    named |= {("the menu", row[2]) for row in (*PUBLIC, *OFFICE)}
    assert {item for item in named if item[1] not in drawn} == set()
    assert ("templates/base.html", "bell") in named  # the search above does find icons


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_page_of_a_broken_server_needs_neither_request_nor_database(name):
    html = get_template(name).render()
    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_no_template_needs_what_the_content_security_policy_forbids():
    forbidden = re.compile(
        r"""\sstyle=|\son[a-z]+=["']|<style|<script(?![^>]*(?:\bsrc=|type="application/(?:ld\+)?json"))|javascript:|https?://[^"'\s]+\.(?:js|css|woff2)""",
        re.IGNORECASE,
    )
    mails = {"mail", "email"}  # they bring their style along: no policy of ours reaches a mailbox
    found = {
        (path.relative_to(TEMPLATES).as_posix(), match.group().strip())
        for path in TEMPLATES.rglob("*.html")
        if mails.isdisjoint(path.parts)
        for match in forbidden.finditer(path.read_text("utf-8"))
    }
    assert found == set()


def test_vendored_files_name_no_source_map():
    """`collectstatic` with hashed names fails on a map that is not shipped."""
    naming = [
        path.name
        for path in (STATIC / "vendor").rglob("*")
        if path.suffix in {".js", ".css"} and "sourceMappingURL" in path.read_text("utf-8")
    ]
    assert naming == []


def test_what_is_drawn_once_reads_nothing_of_a_page_and_is_said_in_each_language():
    texts = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    names = {name for text in texts.values() for name in DRAWN_ONCE.findall(text)}
    assert len(names) >= 3
    for name in names:
        assert "{{" not in texts[TEMPLATES / name], name
    foot = "{% drawn_once 'components/foot_links.html' %}"
    with override("vi"):
        assert "Tin tức" in render(foot)
    with override("en"):
        assert "Tin tức" not in render(foot)
        assert "News" in render(foot)
