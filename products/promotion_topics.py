"""The topics of step 6: which rows, which form and filter, what a list and a file show of a row."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ocop_portal.exchange.tables import Field
from ocop_portal.templatetags.portal import vn_number

from . import promotion_forms as forms
from .models import (
    Chain,
    ChainLink,
    Contract,
    Fair,
    FairProduct,
    Flagship,
    GapTask,
    OnlineShop,
    SalesPoint,
)
from .promotion_scope import chains_for, fairs_for, of_products_for

PRODUCT = Field(_("Sản phẩm"), lambda row: str(row.product), 32)
PRODUCER = Field(_("Chủ thể"), lambda row: str(row.product.producer), 32)
COMMUNE = Field(_("Xã, thị trấn"), lambda row: row.product.producer.unit.dated_name, 24)
SINCE = Field(_("Từ ngày"), lambda row: row.starts_on)
UNTIL = Field(_("Đến hết ngày"), lambda row: row.ends_on)
NOTE = Field(_("Ghi chú"), lambda row: row.note, 40)
SOURCE = Field(_("Nguồn thông tin"), lambda row: row.source, 40)


@dataclass(frozen=True)
class Topic:
    """One topic: its addresses are `name`, `name_add` and so on. The first field leads to the row."""

    name: str
    model: type
    rows: Callable
    form: type
    filter: type
    title: str
    one: str
    add: str
    none: str
    fields: tuple[Field, ...]  # of the list and the file
    facts: tuple[Field, ...] = ()  # only on the row's page
    adds: str = "products.list_products"
    changes: str = "products.change_promotion"
    related: tuple[str, ...] = ("product__producer__unit",)
    template: str = "products/promotion/row.html"

    @property
    def listed(self) -> str:
        """The name of the list's address."""
        return f"{self.name}s"


def _of(model: type) -> Callable:
    return lambda user: of_products_for(model, user)


def _in_force(model: type, above: str, figure) -> Subquery:
    """A figure of what hangs on a row and was not withdrawn.

    A subquery, so that it is worked out for the rows of a page alone; joined, all would be grouped.
    """
    rows = model.objects.in_force().filter(**{above: OuterRef("pk")}).order_by().values(above)
    return Subquery(rows.annotate(figure=figure).values("figure"))


def _number(model: type, above: str) -> Coalesce:
    return Coalesce(_in_force(model, above, Count("pk")), 0)


def _fairs(user):
    return fairs_for(user).annotate(
        product_count=_number(FairProduct, "fair"),
        sales_sum=_in_force(FairProduct, "fair", Sum("sales")),
        contract_sum=_in_force(FairProduct, "fair", Sum("contracts_signed")),
    )


def _chains(user):
    return chains_for(user).annotate(link_count=_number(ChainLink, "chain"))


def _flagships(user):
    undone = GapTask.objects.in_force().filter(flagship=OuterRef("pk"), done_on=None)
    number = undone.order_by().values("flagship").annotate(number=Count("pk")).values("number")
    return of_products_for(Flagship, user).annotate(open_tasks=Coalesce(Subquery(number), 0))


FAIRS = Topic(
    "fair",
    Fair,
    _fairs,
    forms.FairForm,
    forms.FairFilter,
    _("Hội chợ, sự kiện"),
    _("hội chợ"),
    _("Ghi hội chợ"),
    _("Chưa ghi hội chợ, sự kiện nào."),
    (
        Field(_("Hội chợ, sự kiện"), lambda row: row.name, 40),
        Field(_("Trong hay ngoài tỉnh"), lambda row: row.get_where_display(), 14),
        Field(_("Địa điểm"), lambda row: row.place, 30),
        SINCE,
        UNTIL,
        Field(_("Số sản phẩm dự"), lambda row: row.product_count),
        Field(_("Doanh thu (đồng)"), lambda row: row.sales_sum),
        Field(_("Hợp đồng ký"), lambda row: row.contract_sum),
    ),
    (
        Field(_("Cơ quan tổ chức"), lambda row: row.organiser),
        Field(_("Đơn vị cử dự"), lambda row: row.unit.dated_name),
        SOURCE,
        NOTE,
    ),
    adds="products.add_fair",
    changes="products.change_fair",
    related=("unit",),
    template="products/promotion/fair.html",
)
SALES_POINTS = Topic(
    "sales_point",
    SalesPoint,
    _of(SalesPoint),
    forms.SalesPointForm,
    forms.SalesPointFilter,
    _("Điểm bán"),
    _("điểm bán"),
    _("Ghi điểm bán"),
    _("Chưa ghi điểm bán nào."),
    (
        Field(_("Điểm bán"), lambda row: row.name, 32),
        PRODUCT,
        PRODUCER,
        Field(pgettext_lazy("nơi bán", "Loại"), lambda row: row.get_kind_display(), 24),
        Field(_("Địa chỉ"), lambda row: row.address, 40),
        SINCE,
        UNTIL,
    ),
    (
        COMMUNE,
        Field(_("Vĩ độ"), lambda row: row.latitude),
        Field(_("Kinh độ"), lambda row: row.longitude),
        SOURCE,
        NOTE,
    ),
)
ONLINE_SHOPS = Topic(
    "online_shop",
    OnlineShop,
    _of(OnlineShop),
    forms.OnlineShopForm,
    forms.RowFilter,
    _("Bán trên mạng"),
    _("trang bán"),
    _("Ghi trang bán"),
    _("Chưa ghi trang bán hàng nào."),
    (
        Field(_("Sàn, trang bán hàng"), lambda row: row.platform, 24),
        PRODUCT,
        PRODUCER,
        Field(_("Trang"), lambda row: row.host, 30),
        SINCE,
        UNTIL,
    ),
    (COMMUNE, Field(_("Địa chỉ đầy đủ"), lambda row: row.url), NOTE),
)
CONTRACTS = Topic(
    "contract",
    Contract,
    _of(Contract),
    forms.ContractForm,
    forms.ContractFilter,
    pgettext_lazy("nhiều hợp đồng", "Hợp đồng"),
    _("hợp đồng"),
    _("Ghi hợp đồng"),
    _("Chưa ghi hợp đồng nào."),
    (
        Field(_("Bên mua"), lambda row: row.buyer, 32),
        PRODUCT,
        PRODUCER,
        Field(_("Khối lượng"), lambda row: row.volume),
        Field(_("Đơn vị tính"), lambda row: row.volume_unit, 12),
        Field(_("Giá trị (đồng)"), lambda row: row.value),
        UNTIL,
    ),
    (
        COMMUNE,
        Field(_("Số hợp đồng"), lambda row: row.number),
        Field(_("Ngày ký"), lambda row: row.signed_on),
        SINCE,
        NOTE,
    ),
)
CHAINS = Topic(
    "chain",
    Chain,
    _chains,
    forms.ChainForm,
    forms.ChainFilter,
    _("Chuỗi liên kết"),
    _("chuỗi liên kết"),
    _("Ghi chuỗi liên kết"),
    _("Chưa ghi chuỗi liên kết nào."),
    (
        Field(_("Chuỗi liên kết"), lambda row: row.name, 40),
        Field(_("Mặt hàng"), lambda row: row.goods, 30),
        Field(_("Số bên tham gia"), lambda row: row.link_count),
    ),
    (Field(_("Đơn vị"), lambda row: row.unit.dated_name), SOURCE, NOTE),
    adds="products.add_chain",
    changes="products.change_chain",
    related=("unit",),
    template="products/promotion/chain.html",
)
FLAGSHIPS = Topic(
    "flagship",
    Flagship,
    _flagships,
    forms.FlagshipForm,
    forms.FlagshipFilter,
    _("Sản phẩm chủ lực"),
    _("sản phẩm chủ lực"),
    _("Chọn sản phẩm chủ lực"),
    _("Chưa chọn sản phẩm chủ lực nào."),
    (
        PRODUCT,
        PRODUCER,
        COMMUNE,
        Field(_("Hạng sao hướng tới"), lambda row: row.get_target_star_display()),
        Field(_("Cấp"), lambda row: row.get_level_display()),
        Field(_("Đến năm"), lambda row: str(row.year)),
        Field(_("Việc chưa xong"), lambda row: row.open_tasks),
    ),
    (NOTE,),
    template="products/promotion/flagship.html",
)
TOPICS = (FAIRS, SALES_POINTS, ONLINE_SHOPS, CONTRACTS, CHAINS, FLAGSHIPS)


def as_shown(value) -> str:
    """A value as Vietnamese screens show it."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, int | Decimal):
        return vn_number(value)
    return str(value)
