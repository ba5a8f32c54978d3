"""The screens of news, the document library, the newsletter and the calendar, for screenshots.py."""

import datetime


def visits() -> list[tuple]:
    """Rows as those of `screenshots.visits`."""
    from communes.models import NewsItem

    shown = NewsItem.objects.public().filter(is_sample=True).first()
    draft = NewsItem.objects.filter(is_sample=True, published_at__isnull=True).first()
    library = {"published": _document(published=True), "draft": _document(published=False)}
    subscriber = _subscriber()
    return [
        ("", "news-public", "communes:public_news"),
        ("", "news-public-nothing", "communes:public_news", (), "?q=khong+co"),
        ("", "news-public-item", "communes:public_news_item", (shown.pk,)),
        ("", "documents-public", "communes:public_documents"),
        ("", "documents-public-nothing", "communes:public_documents", (), "?q=khong+co"),
        ("", "days", "products:days"),
        ("", "newsletter", "newsletter"),
        ("", "newsletter-wrong", "newsletter", (), "press Nhận bản tin"),
        ("", "newsletter-sent", "newsletter", (), "?da-gui=1"),
        ("", "newsletter-confirm", "newsletter_confirm", (_confirmation(subscriber),)),
        ("", "newsletter-confirm-old", "newsletter_confirm", ("cu",)),
        ("", "newsletter-leave", "newsletter_leave", (subscriber.token,)),
        ("canbotinh", "news", "communes:news"),
        ("canbohuyen", "news-none", "communes:news"),
        ("canbotinh", "news-item", "communes:news_item", (shown.pk,)),
        ("canbotinh", "news-draft", "communes:news_item", (draft.pk,)),
        ("canbohuyen", "news-add", "communes:news_add"),
        ("canbohuyen", "news-add-wrong", "communes:news_add", (), "press Lưu"),
        ("canbotinh", "news-edit", "communes:news_edit", (draft.pk,)),
        ("canbotinh", "news-withdraw", "communes:news_withdraw", (shown.pk,)),
        ("canbotinh", "news-file-add", "communes:news_file_add", (draft.pk,)),
        ("canbohuyen", "documents", "communes:documents"),
        *(
            ("canbohuyen", f"document-{name}", "communes:document", (pk,))
            for name, pk in library.items()
        ),
        ("canbohuyen", "document-add", "communes:document_add"),
        ("canbohuyen", "document-add-wrong", "communes:document_add", (), "press Lưu"),
        ("canbohuyen", "document-edit", "communes:document_edit", (library["draft"],)),
        ("canbohuyen", "document-withdraw", "communes:document_withdraw", (library["published"],)),
        ("canbohuyen", "document-file", "communes:document_file_replace", (library["draft"],)),
    ]


def _document(*, published: bool) -> int:
    """A document by a sample's name with a file of one drawn page."""
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from communes.documents import publish_document, replace_file, save_document
    from communes.models import Document, Unit
    from ocop_portal.accounts.models import User
    from ocop_portal.uploads import PDF, check_upload

    by = User.objects.get(username="canbohuyen")
    document = Document(
        unit=Unit.objects.get(code="464", level="district"),
        kind=Document.Kind.GUIDE if published else Document.Kind.PLAN,
        title="Văn bản mẫu: hướng dẫn lập hồ sơ" if published else "Văn bản mẫu còn là bản thảo",
        number="01/HD-MAU" if published else "",
        issued_on=datetime.date(2020, 3, 2),
        issued_by="Cơ quan mẫu",
        is_sample=True,
    )
    save_document(document=document, by=by)
    content = io.BytesIO()
    Image.new("RGB", (595, 842), "#ffffff").save(content, "PDF")
    upload = check_upload(
        SimpleUploadedFile("van-ban-mau.pdf", content.getvalue()), accepted={PDF}, refusal=""
    )
    replace_file(document=document, upload=upload, by=by)
    if published:
        publish_document(document=document, by=by)
    return document.pk


def _subscriber():
    """An address that has asked for the newsletter and has not confirmed yet."""
    from ocop_portal.reminders import newsletter
    from ocop_portal.reminders.models import Subscriber

    address = "nguoi-doc-mau@example.vn"
    newsletter.subscribe(address=address, language="vi")
    return Subscriber.objects.get(address=address)


def _confirmation(subscriber) -> str:
    from ocop_portal.reminders.newsletter import confirmation_of

    return confirmation_of(subscriber)


# Addresses without a picture of their own, and why.
NO_SCREEN = {
    "communes:news_publish": "a form on the item's page",
    "communes:document_publish": "a form on the document's page",
    "communes:news_feed": "a feed",
    "communes:news_file": "a file",
    "communes:news_file_withdraw": "needs a file; the same page as withdrawing the item",
    "communes:public_news_file": "a file",
    "communes:public_document_file": "a file",
    "communes:document_file": "a file",
    "products:blank_form": "a file",
}
