"""Loading the value chain that plan 102/KH-UBND names, and made-up promotion for sample products.

The plan's page names Vĩnh Linh pepper as a product for a value chain. No source tells the area,
the growers, the volume or a contract: these stay open.
"""

import datetime
from pathlib import Path

from django.db import transaction

from communes.models import Unit
from communes.programme import Loaded, change_reason, loaded_rows, read

from .models import (
    Chain,
    ChainLink,
    Contract,
    Fair,
    FairProduct,
    Flagship,
    GapTask,
    OnlineShop,
    Product,
    SalesPoint,
)
from .programme import DATA
from .promotion import save_promotion

KEY = "chain-pepper"


@transaction.atomic
def load_chains(path: Path = DATA / "programme.yaml") -> Loaded:
    """Add the pepper chain, where it was never loaded; what officers changed stays."""
    if KEY in loaded_rows(Chain):
        return Loaded(0, 0, 1)
    text = read(path)
    day = text["plan"]["date"]
    chain = Chain(
        unit=Unit.objects.on(day).get(code=text["unit"], level=Unit.Level.DISTRICT),
        name="Chuỗi liên kết hồ tiêu Vĩnh Linh",
        goods="Hồ tiêu",
        source="Trang đăng tin về kế hoạch 102/KH-UBND; chưa đối chiếu văn bản.",
        note="Nguồn nêu hồ tiêu Vĩnh Linh là sản phẩm cần liên kết chuỗi giá trị, "
        "không nêu diện tích, số hộ, sản lượng, các bên và hợp đồng.",
    )
    chain._change_reason = change_reason(KEY)
    save_promotion(row=chain, by=None)
    return Loaded(1, 0, 1)


@transaction.atomic
def make_samples(*, product: Product, by) -> None:
    """Rows of every topic for a sample product, all of them called samples; once."""
    unit = product.producer.unit.parent
    if not product.is_sample or Fair.objects.filter(unit=unit, name="Hội chợ mẫu").exists():
        return
    fair = Fair(
        unit=unit,
        name="Hội chợ mẫu",
        organiser="Cơ quan mẫu",
        place="Địa điểm mẫu",
        where=Fair.Place.WITHIN,
        starts_on=datetime.date(2020, 9, 10),
        ends_on=datetime.date(2020, 9, 14),
    )
    chain = Chain(unit=unit, name="Chuỗi liên kết mẫu", goods="Mặt hàng mẫu")
    flagship = Flagship(product=product, target_star=4, level=Flagship.Level.PROVINCE, year=2020)
    # A row that others point to is kept first: before that it has no key to point with.
    for row in (fair, chain, flagship):
        save_promotion(row=row, by=by)
    part = ChainLink.Part
    for row in (
        FairProduct(
            fair=fair, product=product, booth="Gian mẫu", sales=12_500_000, contracts_signed=1
        ),
        SalesPoint(
            product=product,
            name="Cửa hàng mẫu",
            kind=SalesPoint.Kind.SHOP,
            address="Địa chỉ mẫu",
        ),
        OnlineShop(product=product, platform="Sàn mẫu", url="https://ban-hang-mau.example/"),
        Contract(product=product, buyer="Bên mua mẫu", volume=2, volume_unit="tấn"),
        ChainLink(chain=chain, part=part.GROWER, name="Tổ trồng mẫu", area=20, households=35),
        ChainLink(chain=chain, part=part.PROCESSOR, producer=product.producer, volume=18),
        ChainLink(chain=chain, part=part.BUYER, name="Bên mua mẫu", volume=12),
        GapTask(flagship=flagship, words="Việc mẫu: làm tem truy xuất", who="Chủ thể mẫu"),
    ):
        save_promotion(row=row, by=by)
