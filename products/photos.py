"""Public product photos: every upload is drawn anew, so no position or hidden payload survives."""

import io

import pillow_heif
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

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
        raise FileRefused(_("Mỗi sản phẩm có nhiều nhất %d ảnh.") % MAX_PHOTOS)
    if uploaded.size > settings.UPLOAD_MAX_MB * 1024 * 1024:
        raise FileRefused(_("Ảnh lớn hơn %s MB.") % settings.UPLOAD_MAX_MB)
    image = _open(uploaded)
    photo = ProductPhoto(product=product, caption=caption, position=count, uploaded_by=by)
    photo.image.save("anh.jpg", _jpeg(image, FULL_WIDTH), save=False)
    photo.thumbnail.save("nho.jpg", _jpeg(image, THUMBNAIL_WIDTH), save=False)
    photo.save()
    return photo


def _open(uploaded) -> Image.Image:
    try:
        image = Image.open(uploaded)
        if image.format not in {"JPEG", "PNG", "HEIF", "WEBP"}:
            raise FileRefused(_NOT_A_PHOTO)
        # Pillow itself only warns up to twice its limit.
        if image.width * image.height > settings.PHOTO_MAX_PIXELS:
            raise FileRefused(_TOO_MANY_PIXELS)
        image.load()
    except Image.DecompressionBombError as error:
        raise FileRefused(_TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise FileRefused(_NOT_A_PHOTO) from error
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        # JPEG knows no transparency: what is see-through would turn black.
        drawn = image.convert("RGBA")
        image = Image.new("RGBA", drawn.size, "white")
        image.alpha_composite(drawn)
    return image.convert("RGB")


def _jpeg(image: Image.Image, width: int) -> ContentFile:
    copy = image.copy()
    copy.thumbnail((width, width * 4))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    # Without a name Django takes the content for no file and clears width and height.
    return ContentFile(out.getvalue(), name="anh.jpg")
