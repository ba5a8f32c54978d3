"""The menu: what each person may open, by permission. Names of URLs only; no app is imported."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .languages import in_language, is_readable


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    active: bool
    badge: int = 0


PRODUCTS = pgettext_lazy("nhiều sản phẩm", "Sản phẩm")
PRODUCERS = pgettext_lazy("nhiều chủ thể", "Chủ thể")
COMMUNES = pgettext_lazy("nhiều xã", "Xã, thị trấn")
UNITS = pgettext_lazy("nhiều đơn vị", "Đơn vị hành chính")

PUBLIC = (
    (PRODUCTS, "products:catalogue", "box-seam"),
    (_("Bản đồ"), "products:map", "map"),
    (_("Số liệu"), "products:numbers", "graph-up"),
    (_("Chương trình"), "products:programme", "flag"),
    (_("Bộ tiêu chí"), "lawbook:decisions", "journal-text"),
    (_("Tự đánh giá"), "lawbook:rehearsal_start", "clipboard-check"),
    (_("Kiểm tra chứng nhận"), "check_certificates", "shield-check"),
)
OFFICE = (
    (_("Việc cần làm"), "office", "clipboard-check", None),
    (_("Kế hoạch"), "products:plans", "flag", "products.list_products"),
    (_("Chu trình năm"), "products:cycles", "calendar3", "products.list_products"),
    (PRODUCTS, "products:product_list", "box-seam", "products.list_products"),
    (_("Xúc tiến"), "products:fairs", "megaphone", "products.list_products"),
    (PRODUCERS, "communes:producers", "people", "communes.list_producers"),
    (_("Báo cáo"), "products:reports", "graph-up", "products.list_products"),
    (_("Đánh giá"), "evaluation:rounds", "award", "evaluation.list_rounds"),
    (_("Bộ tiêu chí"), "lawbook:desk", "journal-text", "lawbook.check_set"),
    (_("Người dùng"), "roles:users", "key", "communes.manage_roles"),
    (_("Trang công khai"), "home", "globe", None),
)

# Every address begins with theirs (`/en/` of the English ones).
ABOVE_OTHERS = ("home", "office")

# Pages that belong to an entry of the menu though their addresses do not begin with its own.
ALSO = {
    "products:plans": (
        "/lam-viec/viec-ke-hoach/",
        "/lam-viec/bo-may/",
        "/lam-viec/tap-huan/",
        "/lam-viec/nguoi-du/",
        "/lam-viec/tuyen-truyen/",
        "/lam-viec/tep-tuyen-truyen/",
        "/lam-viec/tin-tuc/",
        "/lam-viec/tep-tin-tuc/",
        "/lam-viec/van-ban/",
        "/lam-viec/tep-van-ban/",
    ),
    "products:cycles": (
        "/lam-viec/tham-gia/",
        "/lam-viec/trien-khai/",
        "/lam-viec/giay-to/",
        "/lam-viec/tu-danh-gia/",
        "/lam-viec/bieu/",
        "/lam-viec/nop-muon/",
        "/lam-viec/trao-doi/",
        "/lam-viec/yeu-cau/",
    ),
    "products:fairs": ("/lam-viec/xuc-tien/",),
    "products:product_list": ("/lam-viec/phan-anh/", "/lam-viec/anh/"),
    "communes:producers": ("/lam-viec/don-vi/",),
}

ALSO_PUBLIC = {
    "products:catalogue": ("/chu-the/",),
    "products:map": ("/xa-thi-tran/",),
    "products:numbers": ("/du-lieu-mo/",),
    "products:programme": (
        "/danh-gia/cong-khai/",
        "/tin-tuc/",
        "/van-ban/",
        "/lich-nop-ho-so/",
        "/ban-tin/",
    ),
}


# Name of an address → whether its page is there in every language. To find out takes longer than
# many a page does to draw, and the answer is the same for all pages of a name.
_everywhere: dict[str, bool] = {}


def other_languages(request) -> list[dict]:
    """A page in every language, for its links; empty for what is there in one only."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return []
    if match.view_name not in _everywhere:
        _everywhere[match.view_name] = all(
            is_readable(request.path, code) for code, _name in settings.LANGUAGES
        )
    if not _everywhere[match.view_name]:
        return []
    query = request.META.get("QUERY_STRING", "")
    found = []
    for code, name in settings.LANGUAGES:
        path = in_language(request.path, code)
        found.append(
            {
                "code": code,
                "name": name,
                "path": path + (f"?{query}" if query else ""),
                "url": settings.SITE_URL + path,
                "here": code == request.LANGUAGE_CODE,
            }
        )
    return found


def _menu(rows, also: dict[str, tuple], here: str) -> tuple[NavItem, ...]:
    plain = in_language(here, settings.LANGUAGE_CODE)
    items = []
    for label, name, icon in rows:
        url = reverse(name)
        active = here == url or (name not in ABOVE_OTHERS and here.startswith(url))
        active = active or plain.startswith(also.get(name, ()))
        items.append(NavItem(str(label), url, icon, active))
    return tuple(items)


@lru_cache(maxsize=1000)
def _visitors_menu(here: str, _language: str) -> tuple[NavItem, ...]:
    return _menu(PUBLIC, ALSO_PUBLIC, here)


def portal(request) -> dict:
    """What base.html needs on every page. Costs no query on public pages for visitors."""
    user = getattr(request, "user", None)
    office = user is not None and user.is_authenticated
    here = request.path
    if office:
        allowed = [row[:3] for row in OFFICE if row[3] is None or user.has_perm(row[3])]
        items = _menu(allowed, ALSO, here)
    else:
        items = _visitors_menu(here, get_language())
    return {
        "portal_name": settings.PORTAL_NAME,
        # Filters and pages of a list are the same page to a search engine.
        "canonical": f"{settings.SITE_URL}{here}",
        "languages": other_languages(request),
        "nav_items": items,
        "unread_notices": user.notices.filter(read_at__isnull=True).count() if office else 0,
    }
