from django.core.management.base import BaseCommand, CommandError
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

    def handle(self, *args, **options):
        try:
            decisions = law.decisions()
        except law.LawFileError as error:
            raise CommandError(str(error)) from None
        undeclared = 0
        for decision in decisions:
            undeclared += self._decision(decision)
        if undeclared:
            raise CommandError(_("%(count)d lỗi chưa khai báo.") % {"count": undeclared})
        self.stdout.write(_("Không có lỗi nào ngoài những điều đã khai báo."))

    def _decision(self, decision: law.Decision) -> int:
        """Print a Decision; how many faults of it nobody declared."""
        # The texts on the shelf, then those that were published in this portal.
        faults = (*law.faults(decision.slug), *frozen.faults(decision.slug))
        self.stdout.write(f"{decision.number} ({decision.slug}): {decision.title}")
        self._faults([fault for fault in faults if fault.set_number is None])
        for item in decision.sets:
            facts = filter(None, [self._sums(decision, item), str(STATES[item.state])])
            self.stdout.write(f"  {item.number:>2}  {item.name}: {' – '.join(facts)}")
            self._faults([fault for fault in faults if fault.set_number == item.number])
        for question in decision.open_questions:
            self.stdout.write(f"  {_('để ngỏ')}: {question}")
        return sum(not fault.declared for fault in faults)

    def _sums(self, decision: law.Decision, item: law.SetSummary) -> str:
        try:
            found = decision.criteria_set(item.number)
        except law.LawError:
            return ""
        # From the options themselves: what a sheet can really reach, not what is printed.
        parts = law.best_parts(found)
        count = {
            "criteria": len(found.leaves),
            "options": sum(len(leaf.options) for leaf in found.leaves),
        }
        sums = " + ".join(f"{code} {points}" for code, points in parts.items())
        return (
            _("%(criteria)d tiêu chí, %(options)d phương án") % count
            + f", {sums} = {sum(parts.values())}"
        )

    def _faults(self, faults: list[law.Fault]) -> None:
        for fault in faults:
            mark = _("khai báo") if fault.declared else _("LỖI")
            style = self.style.WARNING if fault.declared else self.style.ERROR
            self.stdout.write("      " + style(f"{mark} [{fault.where}] {fault.what}"))
