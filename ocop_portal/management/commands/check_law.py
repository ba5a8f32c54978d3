from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal import law
from ocop_portal.lawbook import frozen

STATES = {
    law.TRANSCRIBED: gettext_lazy("đã chép, chưa đối chiếu văn bản ký"),
    law.RECONSTRUCTED: gettext_lazy("đã chép, có phương án khôi phục"),
    law.MISSING: gettext_lazy("CHƯA CÓ VĂN BẢN, không dùng được"),
}


class Command(BaseCommand):
    help = gettext_lazy(
        "Liệt kê các Quyết định, từng bộ tiêu chí với tổng điểm, tình trạng và mọi lỗi; "
        "thất bại khi có lỗi chưa khai báo."
    )

    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument(
            "--publish",
            action="store_true",
            help=_("công bố các phiên bản mới: từ đó nội dung không được đổi nữa"),
        )

    def handle(self, *args, publish=False, **options):
        try:
            decisions = law.decisions()
            law.english()  # else its first reader would be a visitor
        except law.LawFileError as error:
            raise CommandError(str(error)) from None
        new = {decision.slug: law.unpublished(decision) for decision in decisions if publish}
        undeclared = 0
        for decision in decisions:
            undeclared += self._decision(decision, new.get(decision.slug, ()))
        if undeclared:
            raise CommandError(_("%(count)d lỗi chưa khai báo.") % {"count": undeclared})
        for decision in decisions:
            if new.get(decision.slug):
                law.publish(decision, new[decision.slug], on=timezone.localdate())
                told = {"number": decision.number, "count": len(new[decision.slug])}
                self.stdout.write(_("%(number)s: công bố %(count)d phiên bản mới.") % told)
        self.stdout.write(_("Không có lỗi nào ngoài những điều đã khai báo."))

    def _decision(self, decision: law.Decision, new: tuple[law.CriteriaSet, ...]) -> int:
        """Print a Decision; how many faults of it nobody declared.

        That a version which is about to be published was not published yet is no fault.
        """
        about_to = {found.number for found in new}
        faults = [
            fault
            for fault in (*law.faults(decision.slug), *frozen.faults(decision.slug))
            if not (fault.kind == "frozen" and fault.set_number in about_to)
        ]
        self.stdout.write(f"{decision.number} ({decision.slug}): {decision.title}")
        self._faults([fault for fault in faults if fault.set_number is None])
        for item in decision.sets:
            facts = filter(None, [self._sums(decision, item), str(STATES[item.state])])
            self.stdout.write(f"  {item.number:>2}  {item.name}: {' – '.join(facts)}")
            self._faults([fault for fault in faults if fault.set_number == item.number])
        for question in decision.open_questions:
            self.stdout.write(f"  {_('để ngỏ')}: {question}")
        self.stdout.write(f"  {self._totals(decision)}")
        return sum(not fault.declared for fault in faults)

    def _totals(self, decision: law.Decision) -> str:
        found = [_readable(decision, item) for item in decision.sets]
        sets = [criteria_set for criteria_set in found if criteria_set]
        return _(
            "tổng cộng %(sets)d bộ, %(usable)d bộ dùng được: %(criteria)d tiêu chí, "
            "%(options)d phương án, %(marks)d yêu cầu tối thiểu theo hạng sao"
        ) % {
            "sets": len(found),
            "usable": len(sets),
            "criteria": sum(len(found.leaves) for found in sets),
            "options": sum(len(leaf.options) for found in sets for leaf in found.leaves),
            "marks": sum(len(codes) for found in sets for codes in found.star_marks.values()),
        }

    def _sums(self, decision: law.Decision, item: law.SetSummary) -> str:
        found = _readable(decision, item)
        if not found:
            return ""
        # From the options themselves: what a sheet can really reach, not what is printed.
        parts = law.best_parts(found)
        count = {
            "criteria": len(found.leaves),
            "options": sum(len(leaf.options) for leaf in found.leaves),
        }
        sums = " + ".join(f"{code} {points}" for code, points in parts.items())
        marks = ", ".join(f"{star}★ {len(codes)}" for star, codes in found.star_marks.items())
        return (
            _("%(criteria)d tiêu chí, %(options)d phương án") % count
            + f", {sums} = {sum(parts.values())}"
            + (_("; yêu cầu tối thiểu %(marks)s") % {"marks": marks} if marks else "")
        )

    def _faults(self, faults: list[law.Fault]) -> None:
        for fault in faults:
            mark = _("khai báo") if fault.declared else _("LỖI")
            style = self.style.WARNING if fault.declared else self.style.ERROR
            self.stdout.write("      " + style(f"{mark} [{fault.where}] {fault.what}"))


def _readable(decision: law.Decision, item: law.SetSummary) -> law.CriteriaSet | None:
    try:
        return decision.criteria_set(item.number)
    except law.LawError:
        return None  # told as a fault of the set
