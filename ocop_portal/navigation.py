"""The menu: what each person may open, by permission. Names of URLs only; no app is imported."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import is_valid_path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .languages import in_language


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    active: bool
    badge: int = 0


PUBLIC = (
    (pgettext_lazy("nhiều sản phẩm", "Sản phẩm"), "products:catalogue", "box-seam"),
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
    (_("Sản phẩm"), "products:product_list", "box-seam", "products.list_products"),
    (_("Xúc tiến"), "products:fairs", "megaphone", "products.list_products"),
    (_("Chủ thể"), "communes:producers", "people", "communes.list_producers"),
    (_("Báo cáo"), "products:reports", "graph-up", "products.list_products"),
    (_("Đánh giá"), "evaluation:rounds", "award", "evaluation.list_rounds"),
    (_("Bộ tiêu chí"), "lawbook:desk", "journal-text", "lawbook.check_set"),
    (_("Người dùng"), "roles:users", "key", "communes.manage_roles"),
    (_("Trang công khai"), "home", "globe", None),
)

# Pages that belong to an entry of the menu though their addresses do not begin with its own.
ALSO = {
    "products:plans": (
        "/lam-viec/viec-ke-hoach/",
        "/lam-viec/bo-may/",
        "/lam-viec/tap-huan/",
        "/lam-viec/nguoi-du/",
        "/lam-viec/tuyen-truyen/",
    ),
    "products:cycles": (
        "/lam-viec/tham-gia/",
        "/lam-viec/giay-to/",
        "/lam-viec/tu-danh-gia/",
        "/lam-viec/bieu/",
        "/lam-viec/nop-muon/",
        "/lam-viec/trao-doi/",
        "/lam-viec/yeu-cau/",
    ),
    "products:fairs": ("/lam-viec/xuc-tien/",),
    "products:product_list": ("/lam-viec/phan-anh/",),
}

ALSO_PUBLIC = {
    "products:catalogue": ("/chu-the/",),
    "products:map": ("/xa-thi-tran/",),
    "products:numbers": ("/du-lieu-mo/",),
    "products:programme": ("/danh-gia/cong-khai/",),
}


def other_languages(request) -> list[dict]:
    """A public page in every language, for its links; empty for what is there in one only."""
    match = getattr(request, "resolver_match", None)
    if match is None or getattr(match.func, "login_required", True):
        return []
    query = request.META.get("QUERY_STRING", "")
    found = []
    for code, name in settings.LANGUAGES:
        path = in_language(request.path, code)
        with translation.override(code):
            if not is_valid_path(path):
                return []
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


def portal(request) -> dict:
    """What base.html needs on every page. Costs no query on public pages for visitors."""
    user = getattr(request, "user", None)
    office = user is not None and user.is_authenticated
    rows = (
        [row[:3] for row in OFFICE if row[3] is None or user.has_perm(row[3])] if office else PUBLIC
    )
    here = request.path
    plain = in_language(here, settings.LANGUAGE_CODE)
    items = []
    for label, name, icon in rows:
        url = reverse(name)
        active = here == url or (len(url) > 1 and name != "office" and here.startswith(url))
        active = active or plain.startswith((ALSO if office else ALSO_PUBLIC).get(name, ()))
        items.append(NavItem(label, url, icon, active))
    return {
        "portal_name": settings.PORTAL_NAME,
        # Filters and pages of a list are the same page to a search engine.
        "canonical": f"{settings.SITE_URL}{here}",
        "languages": other_languages(request),
        "nav_items": items,
        "unread_notices": user.notices.filter(read_at__isnull=True).count() if office else 0,
    }
