"""The Decisions on the shelf: one folder each, read strictly and kept.

`decision.yaml` holds what is true of a whole Decision, `sets/NN.yaml` one criteria set. A new
Decision is a new folder. Whatever a file says that this module does not know is an error that
names the place: a misspelt key must never be a rule that silently does not hold.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .criteria import (
    CONDITIONAL,
    GATE,
    HEADER,
    MISSING,
    ONE_OF_TWO_CASES,
    RULE_KINDS,
    STATES,
    TRANSCRIBED,
    Band,
    CriteriaSet,
    Criterion,
    Doubt,
    Option,
    Part,
    Rule,
    Section,
)
from .errors import MissingSet, UnknownDecision
from .model import (
    ACTORS,
    Amendment,
    Branch,
    CalendarItem,
    Check,
    Decision,
    DossierItem,
    Group,
    LegalForm,
    Level,
    Published,
    SetSummary,
    WorkingRules,
)
from .reader import Reader

SHELF = Path(__file__).parent / "decisions"
# The versions of a Decision's sets that were published: lines are added to it, never changed.
PUBLISHED = "published.yaml"
_PUBLISHED_HEAD = """\
# The versions of the criteria sets that were published. A published version never changes: a
# correction is a new version. Lines are added by `manage.py check_law --publish`, never edited.
published:
"""


@cache
def decisions() -> tuple[Decision, ...]:
    """Every Decision, the oldest first."""
    found = [
        load_decision(folder) for folder in SHELF.iterdir() if (folder / "decision.yaml").is_file()
    ]
    return tuple(sorted(found, key=lambda decision: (decision.in_force_from, decision.slug)))


def decision(slug: str) -> Decision:
    """The Decision with this slug ("1048-2019"); UnknownDecision otherwise."""
    for found in decisions():
        if found.slug == slug:
            return found
    raise UnknownDecision(f"Không có Quyết định {slug}.")


def load_decision(folder: Path) -> Decision:
    """Read the Decision in this folder; its sets are read when asked for. Raises LawFileError."""
    top = Reader.open(folder / "decision.yaml")
    slug = top.text("slug")
    if slug != folder.name:
        top.fail(f"slug “{slug}” khác tên thư mục “{folder.name}”")
    force = top.child("in_force")
    marks = {"in_force": force.provenance()}
    bands_at = top.child("bands")
    marks["bands"] = bands_at.provenance()
    bands = tuple(
        _done(
            item,
            Band(
                stars=item.whole("stars"),
                minimum=item.whole("minimum"),
                printed=item.text("printed"),
            ),
        )
        for item in bands_at.items("levels")
    )
    parts_at = top.child("parts")
    marks["parts"] = parts_at.provenance()
    star_marks = top.child("star_marks") if "star_marks" in top.data else None
    if star_marks:
        marks["star_marks"] = star_marks.provenance()
    certificate = top.child("certificate")
    marks["certificate"] = certificate.provenance()
    code = top.child("product_code")
    marks["product_code"] = code.provenance()
    classification = top.child("classification")
    marks["classification"] = classification.provenance()
    legal_forms = top.child("legal_forms")
    marks["legal_forms"] = legal_forms.provenance()
    rules = top.child("working_rules")
    branches = tuple(_branch(item) for item in classification.items("branches"))
    found = {}

    def load_set(number: int) -> CriteriaSet:
        if number not in found:
            found[number] = read_set(
                folder / "sets" / f"{number:02d}.yaml", of=loaded, summary=loaded.summary(number)
            )
        return found[number]

    loaded = Decision(
        slug=slug,
        number=top.text("number"),
        title=top.text("title"),
        dated=top.date("dated"),
        in_force_from=force.date("from"),
        in_force_until=force.date("until", optional=True),
        amended_by=tuple(
            _done(
                item,
                Amendment(
                    number=item.text("number"),
                    dated=item.date("dated"),
                    what=item.text("what"),
                    not_applied=item.text("not_applied", optional=True),
                ),
            )
            for item in top.items("amended_by", optional=True)
        ),
        bands=bands,
        part_points={key: parts_at.whole(key) for key in ("A", "B", "C")},
        star_rule=_done(star_marks, star_marks.text("rule")) if star_marks else "",
        branches=branches,
        levels=tuple(_level(item) for item in top.items("levels")),
        checks=tuple(_check(item) for item in top.items("checks", optional=True)),
        calendar=tuple(_calendar_item(item) for item in top.items("calendar", optional=True)),
        working_rules=WorkingRules(
            quorum=rules.fraction("quorum"),
            chair_required=rules.flag("chair_required"),
            spread_limit=rules.whole("spread_limit"),
            documents_days=rules.whole("documents_days"),
            provenance=rules.provenance(),
        ),
        dossier=tuple(_dossier_item(item) for item in top.items("dossier")),
        legal_forms=tuple(
            _done(
                item,
                LegalForm(
                    code=item.text("code"), name=item.text("name"), option=item.whole("option")
                ),
            )
            for item in legal_forms.items("forms")
        ),
        legal_form_criterion=legal_forms.text("criterion"),
        certificate_months=certificate.whole("months"),
        certificate_from_stars=certificate.whole("from_stars"),
        product_code_pattern=code.text("pattern"),
        provenance=marks,
        readings=top.texts("readings", optional=True),
        open_questions=top.texts("open_questions", optional=True),
        published=_published(folder / PUBLISHED),
        load_set=load_set,
    )
    for reader in (
        force,
        bands_at,
        parts_at,
        certificate,
        code,
        classification,
        legal_forms,
        rules,
        top,
    ):
        reader.done()
    _once(top, "mã hồ sơ", [item.code for item in loaded.dossier])
    _once(top, "bộ số", [item.number for item in loaded.sets])
    _once(top, "mã câu hỏi", [check.code for check in loaded.checks])
    _once(top, "mã thời hạn", [item.code for item in loaded.calendar])
    try:
        re.compile(loaded.product_code_pattern)
    except re.error:
        code.fail("pattern không phải là biểu thức hợp lệ")
    return loaded


def _published(path: Path) -> tuple[Published, ...]:
    """The versions that were published; none where the Decision has no such file yet."""
    if not path.is_file():
        return ()
    top = Reader.open(path)
    found = tuple(
        _done(
            item,
            Published(
                set_number=item.whole("set"),
                version=item.whole("version"),
                digest=item.text("digest"),
                on=item.date("date"),
            ),
        )
        for item in top.items("published")
    )
    top.done()
    _once(top, "phiên bản đã công bố", [(item.set_number, item.version) for item in found])
    return found


def publish(of: Decision, sets: Iterable[CriteriaSet], *, on: datetime.date) -> None:
    """Add these versions to the Decision's published ones; lines that are there stay as they are."""
    path = SHELF / of.slug / PUBLISHED
    text = path.read_text(encoding="utf-8") if path.is_file() else _PUBLISHED_HEAD
    # A file whose last line was left open must not swallow the first new one.
    text += "" if text.endswith("\n") else "\n"
    for found in sets:
        text += (
            f"  - {{set: {found.number}, version: {found.version}, date: {on}, "
            f'digest: "{found.digest}"}}\n'
        )
    path.write_text(text, encoding="utf-8")
    decisions.cache_clear()


def read_set(path: Path, *, of: Decision, summary: SetSummary) -> CriteriaSet:
    """Read one set's file as a set of this Decision.

    Raises LawFileError, or MissingSet where the classification says that no text was found.
    """
    top = Reader.open(path)
    number, name = top.whole("set"), top.text("name")
    if (number, name) != (summary.number, summary.name):
        top.fail(f"bộ {number} “{name}” khác bảng phân loại: bộ {summary.number} “{summary.name}”")
    if summary.state == MISSING:
        why = top.text("missing")
        top.done()
        raise MissingSet(number, name, why)
    loaded = CriteriaSet(
        decision=of.slug,
        number=number,
        version=top.whole("version"),
        name=name,
        branch=summary.branch,
        group=summary.group,
        agency=summary.agency,
        state=summary.state,
        is_service=summary.is_service,
        bands=of.bands,
        header_rules=_rules(top, HEADER),
        doubts=tuple(
            _done(
                item,
                Doubt(where=item.text("where"), about=item.text("about"), why=item.text("why")),
            )
            for item in top.items("doubts", optional=True)
        ),
        parts=tuple(_part(item) for item in top.items("parts")),
    )
    top.done()
    return loaded


def _branch(at: Reader) -> Branch:
    name = at.text("branch")
    return _done(
        at, Branch(name=name, groups=tuple(_group(item, name) for item in at.items("groups")))
    )


def _group(at: Reader, branch: str) -> Group:
    name = at.text("group")
    sets = []
    for item in at.items("sets"):
        state = item.text("state", optional=True) or TRANSCRIBED
        if state not in STATES:
            item.fail(f"state “{state}” không thuộc {', '.join(STATES)}")
        summary = SetSummary(
            number=item.whole("set"),
            name=item.text("name"),
            branch=branch,
            group=name,
            agency=item.text("agency", optional=True),
            state=state,
            is_service=item.flag("service", optional=True),
            follows=tuple(
                _done(earlier, (earlier.text("decision"), earlier.whole("set")))
                for earlier in item.items("follows", optional=True)
            ),
        )
        sets.append(_done(item, summary))
    return _done(at, Group(name=name, sets=tuple(sets)))


def _level(at: Reader) -> Level:
    level = Level(
        code=at.text("code"),
        name=at.text("name"),
        authority=at.text("authority"),
        recognises=at.wholes("recognises", optional=True),
        refers_from=at.whole("refers_from", optional=True),
        refers_to=at.text("refers_to", optional=True),
        returns_below=at.whole("returns_below", optional=True),
        valid_from=at.date("valid_from", optional=True),
        valid_until=at.date("valid_until", optional=True),
        provenance=at.provenance(),
    )
    return _done(at, level)


def _dossier_item(at: Reader) -> DossierItem:
    kind, form = at.text("kind"), at.text("form", optional=True) or "file"
    if kind not in ("mandatory", "evidence"):
        at.fail("kind phải là mandatory hoặc evidence")
    if form not in ("file", "physical"):
        at.fail("form phải là file hoặc physical")
    item = DossierItem(
        code=at.text("code"),
        name=at.text("name"),
        mandatory=kind == "mandatory",
        form=form,
        quantity=at.whole("quantity", optional=True),
        only_if=at.text("only_if", optional=True),
        condition=at.text("condition", optional=True),
        not_for_services=at.flag("not_for_services", optional=True),
        due_step=at.whole("due_step", optional=True) or 5,
        provenance=at.provenance(),
    )
    _slug(at, item.code)
    return _done(at, item)


def _check(at: Reader) -> Check:
    check = Check(
        code=at.text("code"),
        star=at.whole("star"),
        text=at.text("text"),
        source=at.text("source"),
        from_day=at.date("from"),
        not_for_services=at.flag("not_for_services", optional=True),
        provenance=at.provenance(),
    )
    _slug(at, check.code)
    if check.star not in (3, 4, 5):
        at.fail(f"star phải từ 3 đến 5, không phải {check.star}")
    return _done(at, check)


def _calendar_item(at: Reader) -> CalendarItem:
    item = CalendarItem(
        code=at.text("code"),
        what=at.text("what"),
        level=at.text("level"),
        before=_yearly(at, "before"),
        working_days=at.whole("working_days", optional=True),
        days=at.whole("days", optional=True),
        days_before_from=at.whole("days_before_from", optional=True),
        days_before_to=at.whole("days_before_to", optional=True),
        valid_from=at.date("valid_from", optional=True),
        valid_until=at.date("valid_until", optional=True),
        provenance=at.provenance(),
    )
    _slug(at, item.code)
    if item.level not in ACTORS:
        at.fail(f"level “{item.level}” không thuộc {', '.join(ACTORS)}")
    times = (item.before, item.working_days, item.days, item.days_before_to)
    if sum(time is not None for time in times) != 1:
        at.fail("cần đúng một trong: before, working_days, days, days_before_to")
    if item.days_before_from is not None and (item.days_before_to or 0) >= item.days_before_from:
        at.fail("days_before_from phải lớn hơn days_before_to")
    return _done(at, item)


def _yearly(at: Reader, key: str) -> tuple[int, int] | None:
    """A day of every year, written "30/04": day, then month."""
    value = at.text(key, optional=True)
    if not value:
        return None
    day, _, month = value.partition("/")
    try:
        # A year without 29 February: a yearly date must exist in every year.
        found = datetime.date(2001, int(month), int(day))
    except ValueError:
        at.fail(f"“{key}” phải là ngày/tháng như “30/04”, không phải “{value}”")
    return found.month, found.day


def _slug(at: Reader, code: str) -> None:
    if not re.fullmatch(r"[a-z0-9_]+", code):
        at.fail(f"code “{code}” chỉ được gồm a–z, 0–9 và _")


def _part(at: Reader) -> Part:
    code = at.text("part")
    sections = tuple(_section(item, code) for item in at.items("sections"))
    return _done(
        at, Part(code=code, title=at.text("title"), points=at.whole("points"), sections=sections)
    )


def _section(at: Reader, part: str) -> Section:
    code, title, points = at.text("section"), at.text("title"), at.whole("points")
    if "options" in at.data or "children" in at.data:
        # Levels (or cases) printed straight under the section: it is its own only criterion.
        criteria: tuple[Criterion, ...] = (
            _criterion(at, part, code, head=(code, title, points), direct=True),
        )
        note = ""
    else:
        criteria = tuple(_criterion(item, part, code) for item in at.items("criteria"))
        note = at.text("note", optional=True)
    return _done(at, Section(code=code, title=title, points=points, criteria=criteria, note=note))


def _criterion(
    at: Reader,
    part: str,
    section: str,
    *,
    head: tuple[str, str, int] | None = None,
    direct: bool = False,
) -> Criterion:
    code, title, points = head or (at.text("code"), at.text("title"), at.whole("points"))
    mode = at.text("mode", optional=True)
    if mode not in ("", "one_of"):
        at.fail("mode chỉ có thể là one_of")
    if ("options" in at.data) == ("children" in at.data):
        at.fail("cần có options hoặc children, và chỉ một trong hai")
    criterion = Criterion(
        code=code,
        title=title,
        points=points,
        part=part,
        section=section,
        options=tuple(
            _option(item, n) for n, item in enumerate(at.items("options", optional=True), start=1)
        ),
        children=tuple(
            _criterion(item, part, section) for item in at.items("children", optional=True)
        ),
        rules=_rules(at, code),
        mode=mode,
        min_star=_min_star(at),
        printed_code=at.text("printed_code", optional=True),
        implied=at.flag("implied", optional=True),
        direct=direct,
    )
    return criterion if direct else _done(at, criterion)


def _min_star(at: Reader) -> int | None:
    star = at.whole("min_star", optional=True)
    if star not in (None, 1, 2, 3, 4, 5):
        at.fail(f"min_star phải từ 1 đến 5, không phải {star}")
    return star


def _option(at: Reader, number: int) -> Option:
    option = Option(
        number=number,
        label=at.text("level"),
        points=at.whole("points"),
        case=at.text("case", optional=True),
        min_star=_min_star(at),
        printed_points=at.whole("printed_points", optional=True),
        reconstructed=at.flag("reconstructed", optional=True),
    )
    if option.case not in ("", "A", "B"):
        at.fail("case chỉ có thể là A hoặc B")
    return _done(at, option)


def _rules(at: Reader, where: str) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for item in at.items("notes", optional=True):
        kinds = [kind for kind in RULE_KINDS if kind in item.data]
        if len(kinds) != 1:
            item.fail(f"cần đúng một loại ghi chú trong: {', '.join(RULE_KINDS)}")
        kind = kinds[0]
        earlier = sum(rule.kind == kind for rule in rules)
        rule = Rule(
            key=f"{kind}:{where}" + (f"#{earlier + 1}" if earlier else ""),
            kind=kind,
            where=where,
            text=item.text(kind),
            when_zero=item.texts("when_zero", optional=True) if kind == GATE else (),
            not_when=item.answers("not_when") if kind == CONDITIONAL else (),
        )
        rules.append(_done(item, rule))
    # Two cases need no words to exclude one another: where none are printed the rule still stands.
    cases = any("case" in option.data for option in at.items("options", optional=True))
    if cases and not any(rule.kind == ONE_OF_TWO_CASES for rule in rules):
        key, text = f"{ONE_OF_TWO_CASES}:{where}", "Lựa chọn một trong hai trường hợp"
        rules.append(Rule(key=key, kind=ONE_OF_TWO_CASES, where=where, text=text))
    return tuple(rules)


def _once(at: Reader, what: str, values: list) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            at.fail(f"{what} {value} xuất hiện {times} lần")


def _done(at: Reader, value):
    """Close the reader, then hand the value on."""
    at.done()
    return value
