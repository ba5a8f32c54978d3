"""Scans, versions and comparisons for tests, put where the portal's own acts would put them."""

import copy

from django.core.files.base import ContentFile
from django.utils import timezone

from ocop_portal import law
from ocop_portal.lawbook.models import (
    DocumentFile,
    LegalDocument,
    SectionTick,
    SetCheck,
    SetUpload,
    SetVersion,
)
from tests import factories as make

SLUG = "1048-2019"


def in_file(number: int = 1, decision: str = SLUG) -> law.CriteriaSet:
    """The set as the law's files have it."""
    return law.decision(decision).criteria_set(number)


def corrected(number: int = 1, version: int = 2, title: str = "Nguồn nguyên liệu (sửa)") -> dict:
    """The content of a file's set with a higher version and another title of criterion 1.1."""
    content = copy.deepcopy(in_file(number).to_dict())
    content["version"] = version
    content["parts"][0]["sections"][0]["criteria"][0]["title"] = title
    return content


def document(decision: str = SLUG, **fields) -> LegalDocument:
    """A scan of the signed text: a PDF of one page."""
    given = {
        "decision": decision,
        "number": "1048/QĐ-TTg",
        "title": "bản chụp mẫu",
        "uploaded_by": fields.pop("by", None) or make.UserFactory(),
    }
    made = LegalDocument.objects.create(**given | fields)
    content = make.pdf_bytes(f"scan {made.pk}")
    DocumentFile.objects.create(
        document=made,
        position=1,
        file=ContentFile(content, "scan.pdf"),
        original_name="quyet-dinh.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256="0" * 64,
    )
    return made


def checked(
    criteria: law.CriteriaSet, *, ticked: int = 0, sign: bool = False, **fields
) -> SetCheck:
    """A comparison of this set, with so many sections found to agree, signed or not."""
    given = {
        "decision": criteria.decision,
        "number": criteria.number,
        "version": criteria.version,
        "digest": criteria.digest,
        "sections": 11,
        "document": fields.pop("document", None) or document(),
        "officer": fields.pop("officer", None) or make.UserFactory(full_name="Lê Thị Mẫu"),
        "signed_at": timezone.now() if sign else None,
    }
    made = SetCheck.objects.create(**given | fields)
    for number in range(ticked):
        SectionTick.objects.create(comparison=made, section=f"{number + 1}", agrees=True)
    return made


def version(content: dict, state: str = "published", **fields) -> SetVersion:
    """A version kept here; a published one with the signed comparison that it rests on."""
    criteria = law.CriteriaSet.from_dict(content)
    by = fields.pop("by", None) or make.UserFactory()
    given = {
        "decision": criteria.decision,
        "number": criteria.number,
        "version": criteria.version,
        "digest": criteria.digest,
        "content": content,
        "state": state,
        "origin": SetVersion.Origin.SCREEN,
        "reason": "Sửa theo văn bản ký.",
        "created_by": by,
    }
    if state == "published":
        given |= {
            "published_with": checked(criteria, sign=True),
            "published_by": by,
            "published_at": timezone.now(),
        }
    return SetVersion.objects.create(**given | fields)


def sent_in(number: int = 1) -> SetUpload:
    """A file that was sent in with one fault."""
    return SetUpload.objects.create(
        decision=SLUG,
        number=number,
        file=ContentFile(b"set: 1", "tep.yaml"),
        original_name="bo-1.yaml",
        size=6,
        sha256="0" * 64,
        reason="Nhập theo văn bản ký.",
        faults=[{"place": "Dòng 1", "what": "thiếu “name”"}],
        uploaded_by=make.UserFactory(),
    )
