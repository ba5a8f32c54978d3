"""The package for the next level: complete, listed with sums, and the same each time."""

import hashlib
import io
import zipfile

import pytest
from django.utils import timezone

from evaluation import rounds
from evaluation.models import Candidate
from evaluation.papers import package, record
from products.models import Paper
from tests import factories
from tests.evaluation.pages import get
from tests.evaluation.papers import reading, scenes

pytestmark = pytest.mark.django_db


def opened(round_) -> zipfile.ZipFile:
    with package.referral_package(record.closed(round_)) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_it_holds_the_dossier_the_papers_and_a_list_with_the_sum_of_each_file():
    round_ = scenes.unmarked(3, "Sản phẩm mẫu Tiêu đen")
    found = opened(round_)
    assert found.testzip() is None
    sums = dict(
        reversed(line.split("  ")) for line in found.read(package.SUMS).decode().splitlines()
    )
    assert set(sums) | {package.LIST, package.SUMS} == set(found.namelist())
    for path, digest in sums.items():
        assert hashlib.sha256(found.read(path)).hexdigest() == digest
    stored = {hashlib.sha256(found.read(path)).hexdigest() for path in sums if "/ho-so/" in path}
    frozen = {row["sha256"] for row in round_.candidates.get().dossier if row["sha256"]}
    assert stored == frozen
    assert len(frozen) > 2
    listed = found.read(package.LIST).decode("utf-8-sig")
    for path, digest in sums.items():
        assert f"{digest}" in listed
        assert path in listed
    assert "Sản phẩm mẫu Tiêu đen" in listed
    assert "5 đơn vị, gửi kèm ngoài gói này." in listed
    assert all(path.isascii() for path in found.namelist())


def test_only_products_that_go_on_are_in_it_and_the_same_bytes_come_each_time():
    council = factories.council_with(3, is_sample=False)
    cycle = factories.CycleFactory()
    up, down = (factories.entry_in("ready", cycle=cycle) for _n in range(2))
    round_ = factories.open_round(council=council, entries=[up, down])
    for candidate in round_.candidates.all():
        for user in factories.scorers(council):
            total = 72 if candidate.entry == up else 45
            factories.scored_sheet(candidate, user, total=total)
    by = factories.person_in(council, "secretary")
    rounds.end_scoring(round_=round_, by=by)
    round_ = rounds.close_round(round_=round_, by=by)
    closed = record.closed(round_)
    with package.referral_package(closed) as one, package.referral_package(closed) as other:
        content = one.read()
        assert content == other.read()
    found = zipfile.ZipFile(io.BytesIO(content))
    folders = {name.split("/")[0] for name in found.namelist() if "/" in name}
    assert len(folders) == 1
    sheets = found.read(f"{folders.pop()}/phieu-danh-gia.pdf")
    assert up.product.name in reading.text_of(sheets)
    assert down.product.name not in reading.text_of(sheets)


def test_a_file_that_is_gone_or_altered_is_said_in_the_list():
    round_ = scenes.unmarked(3, "Sản phẩm mẫu Tiêu đen")
    gone, altered = Paper.objects.filter(entry=round_.candidates.get().entry).exclude(file="")[:2]
    gone.file.storage.delete(gone.file.name)
    with altered.file.storage.open(altered.file.name, "wb") as file:
        file.write(b"%PDF-1.4 another")
    listed = opened(round_).read(package.LIST).decode("utf-8-sig")
    assert listed.count("KHÔNG CÒN TỆP TRONG KHO LƯU TRỮ") == 1
    assert listed.count("NỘI DUNG KHÁC VỚI LÚC MỞ ĐỢT") == 1


def test_papers_withdrawn_after_the_round_was_opened_are_still_in_it():
    round_ = scenes.unmarked(3, "Sản phẩm mẫu Tiêu đen")
    before = opened(round_).namelist()
    papers = Paper.objects.filter(entry=Candidate.objects.get().entry)
    papers.update(withdrawn_at=timezone.now(), withdrawn_reason="rút")
    assert opened(round_).namelist() == before


def test_it_is_handed_out_as_a_download_under_a_plain_name():
    round_ = scenes.unmarked(3, name="Đợt 1 – năm 2020")
    secretary = factories.person_in(round_.council, "secretary")
    answer = get(secretary, "round_paper", round_.pk, "ho-so-cap-tren", "zip")
    assert answer["Content-Disposition"] == (
        'attachment; filename="ho-so-cap-tren-dot-1-nam-2020.zip"'
    )
    content = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_a_round_whose_products_all_go_back_has_no_package():
    round_ = scenes.unmarked(3, totals=[45, 45, 45])
    secretary = factories.person_in(round_.council, "secretary")
    answer = get(secretary, "round_paper", round_.pk, "ho-so-cap-tren", "zip")
    assert answer.status_code == 409
    assert "không có sản phẩm nào phải trình" in answer.content.decode()
