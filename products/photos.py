"""Public product photos: every upload is drawn anew, so no position or hidden payload survives."""

import io

import pillow_heif
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from ocop_portal.page_language import filled

from .files import FileRefused
from .models import Product, ProductPhoto

pillow_heif.register_heif_opener()
# A small file can unfold to gigabytes of pixels.
Image.MAX_IMAGE_PIXELS = settings.PHOTO_MAX_PIXELS

FULL_WIDTH, THUMBNAIL_WIDTH = 1600, 480
MAX_PHOTOS = 12
_NOT_A_PHOTO = _("Không đọc được ảnh. Hãy chọn ảnh JPG, PNG hoặc HEIC.")
_TOO_MANY_PIXELS = format_lazy(
    _("Ảnh quá lớn: trên {millions} triệu điểm ảnh."), millions=settings.PHOTO_MAX_PIXELS // 10**6
)


@transaction.atomic
def add_photo(*, product: Product, uploaded, caption: str, by) -> ProductPhoto:
    """Re-encode and keep a photo; raises `FileRefused` for what is no photo, or one too many."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    count = product.photos.count()
    if count >= MAX_PHOTOS:
        raise FileRefused(filled(_("Mỗi sản phẩm có nhiều nhất %d ảnh."), MAX_PHOTOS))
    if uploaded.size > settings.UPLOAD_MAX_MB * 1024 * 1024:
        raise FileRefused(filled(_("Ảnh lớn hơn %s MB."), settings.UPLOAD_MAX_MB))
    image = _open(uploaded)
    photo = ProductPhoto(product=product, caption=caption, position=count, uploaded_by=by)
    photo.image.save("anh.jpg", _jpeg(image, FULL_WIDTH), save=False)
    photo.thumbnail.save("nho.jpg", _jpeg(image, THUMBNAIL_WIDTH), save=False)
    photo.save()
    return photo


def _open(uploaded) -> Image.Image:
    try:
        image = Image.open(uploaded)
        # MPO: a JPEG with a second picture behind it, as many telephones save it.
        if image.format not in {"JPEG", "MPO", "PNG", "HEIF", "WEBP"}:
            raise FileRefused(_NOT_A_PHOTO)
        # Pillow itself only warns up to twice its limit.
        if image.width * image.height > settings.PHOTO_MAX_PIXELS:
            raise FileRefused(_TOO_MANY_PIXELS)
        # A JPEG is unfolded no larger than needed: a telephone's 50 million pixels take 500 MB.
        image.draft(None, (FULL_WIDTH, FULL_WIDTH))
        image.load()
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused(_TOO_MANY_PIXELS) from error
    except Exception as error:
        # What a decoder raises on broken content differs from format to format.
        raise FileRefused(_NOT_A_PHOTO) from error
    image = _upright(image)
    if image.has_transparency_data:
        # JPEG knows no transparency: what is see-through would turn black.
        drawn = image.convert("RGBA")
        image = Image.new("RGBA", drawn.size, "white")
        image.alpha_composite(drawn)
    image = image.convert("RGB")
    # A comment would be written again into the new file.
    image.info.clear()
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Turned as it was held; as it lies where the camera's notes cannot be read."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _jpeg(image: Image.Image, width: int) -> ContentFile:
    copy = image.copy()
    copy.thumbnail((width, width * 4))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    # Without a name Django takes the content for no file and clears width and height.
    return ContentFile(out.getvalue(), name="anh.jpg")
