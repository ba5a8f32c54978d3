"""Public photos: drawn anew, without position or maker; what is no photo is refused."""

import io
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from communes.models import Role
from products.models import ProductPhoto
from products.photos import FULL_WIDTH, MAX_PHOTOS, THUMBNAIL_WIDTH
from tests.factories import ProductFactory, ProductPhotoFactory, officer, vinh_linh
from tests.products.uploads import (
    broken_heic,
    heic,
    jpeg,
    jpeg_with_position,
    photo_with_broken_notes,
    picture,
    two_in_one,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune(client):
    user = officer(Role.Kind.COMMUNE_OFFICER)
    client.force_login(user)
    return user


def send(client, product, content, name="anh.jpg", caption=""):
    return client.post(
        reverse("products:photo_add", args=[product.pk]),
        {"image": SimpleUploadedFile(name, content), "caption": caption},
    )


def opened(field) -> Image.Image:
    with field.open("rb") as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    return image


def refusal(answer) -> list[str]:
    return list(answer.context["photo_form"].errors["image"])


NOT_A_PHOTO = ["Không đọc được ảnh. Hãy chọn ảnh JPG, PNG hoặc HEIC."]


def test_position_and_maker_do_not_leave_the_office(client, commune):
    product = ProductFactory()
    sent = jpeg_with_position()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    assert send(client, product, sent, caption="Gói 500 g").status_code == 302
    photo = product.photos.get()
    assert (photo.caption, photo.uploaded_by) == ("Gói 500 g", commune)
    for field in (photo.image, photo.thumbnail):
        assert dict(opened(field).getexif()) == {}
        with field.open("rb") as file:
            assert "Máy ảnh mẫu".encode() not in file.read()


def test_a_photo_held_upright_is_turned_before_its_orientation_is_dropped(client, commune):
    product = ProductFactory()
    send(client, product, jpeg_with_position(orientation=6, width=80, height=60))
    assert opened(product.photos.get().image).size == (60, 80)


def test_an_iphones_photo_is_taken(client, commune):
    product = ProductFactory()
    assert send(client, product, heic(), "IMG_0001.HEIC").status_code == 302
    assert opened(product.photos.get().image).format == "JPEG"


def test_a_comment_in_the_file_does_not_leave_the_office_either(client, commune):
    product = ProductFactory()
    send(client, product, picture(comment="Nhà ông Mẫu".encode()))
    photo = product.photos.get()
    for field in (photo.image, photo.thumbnail):
        with field.open("rb") as file:
            assert "Nhà ông Mẫu".encode() not in file.read()


def test_of_two_pictures_in_one_file_the_first_is_taken(client, commune):
    product = ProductFactory()
    assert send(client, product, two_in_one()).status_code == 302
    red, green, _blue = opened(product.photos.get().image).getpixel((5, 5))
    assert red < green


def test_a_photo_with_broken_notes_of_the_camera_is_taken_all_the_same(client, commune):
    product = ProductFactory()
    assert send(client, product, photo_with_broken_notes()).status_code == 302
    assert product.photos.count() == 1


def test_large_photos_shrink_and_small_ones_stay(client, commune):
    product = ProductFactory()
    send(client, product, jpeg(3000, 2000))
    send(client, product, jpeg(1, 1))
    large, small = product.photos.all()
    assert (opened(large.image).width, opened(large.thumbnail).width) == (
        FULL_WIDTH,
        THUMBNAIL_WIDTH,
    )
    assert opened(small.image).size == (1, 1)


def test_a_transparent_ground_turns_white_not_black(client, commune):
    product = ProductFactory()
    send(client, product, picture(form="PNG", mode="RGBA", color=(0, 0, 0, 0)), "tui.png")
    assert opened(product.photos.get().image).getpixel((5, 5)) == (255, 255, 255)


def bomb(width=30_000, height=30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is 900 million pixels."""
    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00" + b"\x00" * 100,
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        jpeg()[:200],
        picture(form="PNG")[:60],
        broken_heic(),
        b"",
    ],
    ids=["svg", "exe", "gif", "cut jpeg", "cut png", "broken heic", "empty"],
)
def test_what_is_no_photo_is_refused_in_words(client, commune, content):
    product = ProductFactory()
    answer = send(client, product, content, caption="Chú thích của tôi")
    assert answer.status_code == 422
    assert refusal(answer) == NOT_A_PHOTO
    assert "Chú thích của tôi" in answer.content.decode()
    assert not product.photos.exists()


@pytest.mark.parametrize("side", [30_000, 9_000])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_small_file_that_unfolds_to_too_many_pixels_is_refused_unread(client, commune, side):
    answer = send(client, ProductFactory(), bomb(side, side), "anh.png")
    assert refusal(answer) == ["Ảnh quá lớn: trên 50 triệu điểm ảnh."]


def test_a_photo_too_large_is_refused_by_its_size(client, commune, settings):
    settings.UPLOAD_MAX_MB = 1
    answer = send(client, ProductFactory(), jpeg() + b"\x00" * 1024 * 1024)
    assert refusal(answer) == ["Ảnh lớn hơn 1 MB."]


def test_one_photo_too_many_is_refused(client, commune):
    product = ProductFactory()
    ProductPhotoFactory.create_batch(MAX_PHOTOS, product=product)
    assert refusal(send(client, product, jpeg())) == ["Mỗi sản phẩm có nhiều nhất 12 ảnh."]


def test_a_photo_is_removed_by_post_alone_with_its_files_and_leaves_a_trace(
    client, commune, django_capture_on_commit_callbacks
):
    product = ProductFactory()
    send(client, product, jpeg(), caption="Ảnh cũ")
    photo = product.photos.get()
    files = [photo.image.name, photo.thumbnail.name]
    url = reverse("products:photo_remove", args=[photo.pk])
    assert client.get(url).status_code == 200
    assert ProductPhoto.objects.filter(pk=photo.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url).status_code == 302
    assert not ProductPhoto.objects.filter(pk=photo.pk).exists()
    assert [default_storage.exists(name) for name in files] == [False, False]
    newest = product.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("Gỡ ảnh: Ảnh cũ", commune)


def test_a_neighbour_touches_no_photo(client, commune):
    there = ProductFactory(producer__unit=vinh_linh().vinh_thuy)
    photo = ProductPhotoFactory(product=there)
    assert send(client, there, jpeg()).status_code == 404
    assert client.post(reverse("products:photo_remove", args=[photo.pk])).status_code == 404
    assert there.photos.count() == 1
