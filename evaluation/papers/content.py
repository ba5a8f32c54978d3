"""What each paper of a round says, as plain data that PDF and Word are drawn from.

Papers are written in Vietnamese, whatever language the screen has. What nobody has decided yet –
numbers, hours, places, a signer's name – is a dotted line. Layout and order of the parts follow
Nghị định 30/2020/NĐ-CP, Phụ lục I and III.
"""

import datetime

from django.utils import timezone

from ocop_portal.law import show_points

from ..models import Result, Seat
from ..sheet_table import sheet_parts
from ..sheets import NONE_OF_THESE, score_of
from .record import ClosedProduct, ClosedRound, CountedSheet, SheetAnswers

DOTS = "........"
LONG_DOTS = "." * 40
P = Result.Proposal
# The council's own words on star marks and on the Decision's questions; one taken back is none.
SAID = {"met": "đạt", "unmet": "không đạt", "yes": "đạt", "no": "không đạt"}


def long_day(day: datetime.date) -> str:
    """As the decree writes it: days below 10, January and February with a nought."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def short_day(day: datetime.date | str) -> str:
    """dd/mm/yyyy, from a date or its ISO form; "" from an empty one."""
    if not day:
        return ""
    day = datetime.date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return day.strftime("%d/%m/%Y")


def moment(value: str | datetime.datetime) -> str:
    """ "14:30 ngày 05/11/2026", in Vietnam's time; "" from an empty one."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return timezone.localtime(value).strftime("%H:%M ngày %d/%m/%Y")


UNDATED = f"ngày {DOTS} tháng {DOTS} năm {DOTS}"


def rank(result: Result) -> str:
    """The council's rank in words; a product that is out, or without stars, has none."""
    if result.knocked_out:
        return "Bị loại"
    return f"{result.stars} sao" if result.stars else "Không xếp hạng"


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


# --- Blocks of a text -------------------------------------------------------------------------


def para(text: str, lead: str = "") -> dict:
    """A paragraph; `lead` comes first, in bold."""
    return {"kind": "para", "lead": lead, "text": text}


def paras(text: str, lead: str = "") -> list[dict]:
    """A text of several lines, a paragraph each."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [para(line, lead if number == 0 else "") for number, line in enumerate(lines)]


def heading(text: str) -> dict:
    return {"kind": "heading", "text": text}


def basis(text: str) -> dict:
    """A line of the legal basis (căn cứ), in italics."""
    return {"kind": "basis", "text": text}


def centred(text: str) -> dict:
    return {"kind": "centred", "text": text}


def products_table(rows: list[ClosedProduct]) -> dict:
    """The products with points, rank and proposal; numbered as in the round."""
    return {
        "kind": "table",
        "rows": [
            {
                "number": str(row.words["number"]),
                "product": row.words["name"],
                "producer": ", ".join(
                    part
                    for part in (row.words["producer"], row.words["address"], row.words["unit"])
                    if part
                ),
                "points": show_points(row.mean),
                "rank": rank(row.result),
                "proposal": capital(row.result.proposal_text),
            }
            for row in rows
        ],
    }


# --- The parts that papers share --------------------------------------------------------------


def _head(issuer: str, above: str, sign: str, place: str = "") -> dict:
    """Issuer, number and sign; with a place, place and date."""
    return {
        "above": _committee_lines(above),
        "issuer": _committee_lines(issuer),
        "number": f"Số: {DOTS}/{sign}",
        "place": f"{place}, {UNDATED}" if place else "",
    }


def _committee_lines(name: str) -> str:
    """In capitals; the place of a people's committee stands on a line of its own."""
    return name.upper().replace("ỦY BAN NHÂN DÂN ", "ỦY BAN NHÂN DÂN\n", 1)


def _from_council(council: dict, sign: str, place: str = "") -> dict:
    return _head(council["name"], council["committee"], sign, place)


def _from_committee(council: dict, sign: str) -> dict:
    """A people's committee names no body above it."""
    return _head(council["committee"], "", sign, council["place"])


def _named(seats: list[dict], position: str) -> str:
    """Who held this position; "" for nobody."""
    for seat in seats:
        if seat["position"] == position and not seat["left_on"]:
            return seat["name"]
    return ""


def _law_basis(words: dict) -> list[dict]:
    day = datetime.date.fromisoformat(words["decision_dated"])
    found = [
        basis(
            f"Căn cứ Quyết định số {words['decision_number']} {long_day(day)} của Thủ tướng Chính "
            f"phủ ban hành {words['decision_title']};"
        )
    ]
    for row in words["amended_by"]:
        day = datetime.date.fromisoformat(row["dated"])
        found.append(
            basis(
                f"Căn cứ Quyết định số {row['number']} {long_day(day)} của Thủ tướng Chính phủ "
                f"sửa đổi, bổ sung Quyết định số {words['decision_number']};"
            )
        )
    return found


def _council_basis(council: dict) -> dict:
    day = datetime.date.fromisoformat(council["decided_on"])
    return basis(
        f"Căn cứ Quyết định số {council['decision_number']} {long_day(day)} về việc thành lập "
        f"{council['name']};"
    )


def _minutes_basis(closed: ClosedRound, end: str) -> dict:
    day = datetime.date.fromisoformat(closed.words["meets_on"])
    return basis(f"Căn cứ Biên bản họp {closed.council['name']} {long_day(day)}{end}")


_GOVERNMENT_BASIS = basis(f"Căn cứ Luật Tổ chức chính quyền địa phương {UNDATED};")


def _seat_line(seat: dict) -> str:
    rest = ", ".join(part for part in (seat["position_words"], seat["represents"]) if part)
    return f"Ông (bà) {seat['name']} – {rest}"


def _sitting(seats: list[dict], day: str) -> list[dict]:
    """Who belonged to the council on this day."""
    return [seat for seat in seats if not seat["left_on"] or seat["left_on"] > day]


def _decision_name(words: dict) -> str:
    return f"Quyết định số {words['decision_number']}"


def _groups(closed: ClosedRound) -> list[tuple[str, list[ClosedProduct]]]:
    """The results by what is proposed, only those that there are."""
    words = closed.words
    found = [
        (f"Đề nghị {words['higher']} đánh giá, phân hạng", closed.going(P.REFER)),
        ("Đề nghị công nhận", closed.going(P.RECOGNISE)),
        ("Trả hồ sơ để hoàn thiện", closed.going(P.IMPROVE)),
        ("Bị loại", closed.going(P.OUT)),
    ]
    return [(title, rows) for title, rows in found if rows]


def _named_products(rows: list[ClosedProduct]) -> str:
    return "; ".join(f"{row.words['number']}. {row.words['name']}" for row in rows)


# --- Invitation -------------------------------------------------------------------------------


def invitation(names: dict) -> dict:
    """The invitation to the council's meeting; of a round that is not closed it holds no mark."""
    words, council = names["round"], names["council"]
    day = datetime.date.fromisoformat(words["meets_on"])
    chair = _named(names["seats"], Seat.Position.CHAIR)
    count = len(names["products"])
    blocks = [
        para(f"{council['name']} trân trọng kính mời:"),
        *[
            para(f"{number}. {_seat_line(seat)}.")
            for number, seat in enumerate(_sitting(names["seats"], words["meets_on"]), start=1)
        ],
        para(
            f"Tới dự họp Hội đồng, {words['name']}: đánh giá, phân hạng {count} sản phẩm theo "
            f"{_decision_name(words)} (danh sách kèm theo)."
        ),
        para(chair or LONG_DOTS, "Chủ trì: "),
        para(f"{DOTS} giờ {DOTS}, {long_day(day)}.", "Thời gian: "),
        para(LONG_DOTS, "Địa điểm: "),
        para(
            "hồ sơ và phiếu chấm điểm có trên cổng thông tin. Thành viên nhận tài liệu trước ngày "
            f"họp ít nhất {words['documents_days']} ngày làm việc và gửi phiếu trước "
            f"{moment(words['scoring_due'])}.",
            "Tài liệu: ",
        ),
        para(
            "thành viên có liên quan đến chủ thể của sản phẩm nào thì khai trên cổng thông tin và "
            "không chấm sản phẩm đó.",
            "Lưu ý: ",
        ),
        heading("Danh sách sản phẩm"),
        *[
            para(f"{row['number']}. {row['name']} – {row['producer']}, {row['unit']}.")
            for row in names["products"]
        ],
    ]
    return {
        "head": _from_council(council, "GM-HĐ", council["place"]),
        "title": "GIẤY MỜI",
        "about": f"Họp {council['name']}",
        "blocks": blocks,
        "recipients": ["- Như thành phần mời;", "- Lưu: VT, hồ sơ đợt đánh giá."],
        "signatures": [{"title": "CHỦ TỊCH HỘI ĐỒNG", "name": chair}],
        "is_sample": council["is_sample"],
    }


# --- Minutes ----------------------------------------------------------------------------------


def minutes(closed: ClosedRound) -> dict:
    """Minutes of the council's meeting (biên bản họp hội đồng)."""
    words, council = closed.words, closed.council
    day = datetime.date.fromisoformat(words["meets_on"])
    chair = _named(closed.seats, Seat.Position.CHAIR)
    secretary = _named(closed.seats, Seat.Position.SECRETARY)
    handed_in = {sheet.seat["seat"] for row in closed.products for sheet in row.sheets}
    sitting = _sitting(closed.seats, words["meets_on"])
    scoring = [seat for seat in sitting if seat["scores"] and not seat.get("substitutes_for")]
    quorum = words["quorum"]
    blocks = [
        para(f"{DOTS} giờ {DOTS}, {long_day(day)}.", "Thời gian bắt đầu: "),
        para(LONG_DOTS, "Địa điểm: "),
        para(f"{len(sitting)} người theo Quyết định thành lập Hội đồng:", "Thành phần: "),
        *[para(f"{n}. {_seat_line(seat)}.") for n, seat in enumerate(sitting, start=1)],
        para(
            f"{len(handed_in)}/{len(scoring)} thành viên chấm điểm có phiếu hợp lệ.",
            "Số phiếu: ",
        ),
        para(_absent(closed), "Vắng mặt (lý do): "),
        *_replaced(closed),
        para(chair or LONG_DOTS, "Chủ trì: "),
        para(secretary or LONG_DOTS, "Thư ký: "),
        heading("I. Cách thức đánh giá"),
        para(
            f"Hội đồng đánh giá {len(closed.products)} sản phẩm của {words['name']} theo "
            f"{_decision_name(words)}. Các thành viên chấm điểm độc lập trên phiếu; điểm của sản "
            "phẩm là trung bình cộng tổng điểm của các phiếu hợp lệ, lấy hai chữ số thập phân, "
            "không làm tròn lên."
        ),
        para(
            f"Sản phẩm có kết quả khi ít nhất {quorum[0]}/{quorum[1]} số thành viên được chấm sản "
            "phẩm đó gửi phiếu, trong đó có chủ tịch. Hai phiếu lệch nhau quá "
            f"{words['spread_limit']} điểm thì Hội đồng thảo luận lại."
        ),
        heading("II. Kết quả"),
        products_table(closed.products),
        *_discussion(closed),
        heading("IV. Kết luận"),
    ]
    for number, (title, rows) in enumerate(_groups(closed), start=1):
        blocks.append(
            para(f"{len(rows)} sản phẩm: {_named_products(rows)}.", f"{number}. {title}: ")
        )
    blocks.append(
        para(
            f"Cuộc họp kết thúc vào {DOTS} giờ {DOTS}, {UNDATED}. Biên bản đã được đọc cho mọi "
            f"người dự họp cùng nghe, thống nhất và lập thành {DOTS} bản./."
        )
    )
    return {
        "head": _from_council(council, "BB-HĐ"),
        "title": "BIÊN BẢN",
        "about": f"Họp {council['name']} – {words['name']}",
        "blocks": blocks,
        "recipients": ["- Thành viên Hội đồng;", "- Lưu: VT, hồ sơ đợt đánh giá."],
        "signatures": [
            {"title": "THƯ KÝ", "name": secretary},
            {"title": "CHỦ TRÌ", "name": chair},
        ],
        "is_sample": closed.is_sample,
    }


def _absent(closed: ClosedRound) -> str:
    """Who was written down as absent, and why; a dotted line where nobody wrote anything down."""
    reasons = closed.content["absences"]
    absent = [
        f"{seat['name']} ({reasons[str(seat['seat'])]})"
        for seat in closed.seats
        if str(seat["seat"]) in reasons
    ]
    return "; ".join(absent) + "." if absent else LONG_DOTS


def _replaced(closed: ClosedRound) -> list[dict]:
    """Which substitutes were called in for whom, in one paragraph; none where nobody was."""
    names = {seat["seat"]: seat["name"] for seat in closed.seats}
    products = {row.words["candidate"]: row.words["name"] for row in closed.products}
    told = []
    # A round closed before there were substitutes has none.
    for row in closed.content.get("substitutions", []):
        if row["candidate"] and row["candidate"] not in products:
            continue
        where = products[row["candidate"]] if row["candidate"] else "cả đợt"
        day = short_day(row["at"][:10])
        told.append(
            f"{names[row['substitute']]} thay {names[row['member']]}, {where}, từ {day} "
            f"({row['reason']})"
        )
    return [para("; ".join(told) + ".", "Dự khuyết được gọi thay: ")] if told else []


def _discussion(closed: ClosedRound) -> list[dict]:
    blocks = [heading("III. Ý kiến thảo luận")]
    for row in closed.products:
        title = f"{row.words['number']}. {row.words['name']}: "
        if row.words["conflicts"]:
            away = {found["seat"] for found in row.words["conflicts"]}
            for what, is_team in (("chấm", False), ("kiểm tra hồ sơ", True)):
                told = ", ".join(
                    seat["name"]
                    for seat in closed.seats
                    if seat["seat"] in away
                    and (seat["position"] == Seat.Position.SUPPORT) is is_team
                )
                if told:
                    blocks.append(
                        para(f"{told} có liên quan nên không {what} sản phẩm này.", title)
                    )
        if row.spread_note:
            blocks += paras(row.spread_note, f"{title}Chênh lệch {row.result.spread} điểm. ")
        declared = sum(bool(sheet.knock_outs) for sheet in row.sheets)
        if declared:
            blocks.append(para(f"{declared}/{len(row.sheets)} phiếu đề nghị loại.", title))
            if row.finding:
                found = "loại" if row.finding == "upheld" else "không loại"
                blocks += paras(row.finding_reason, f"{title}Hội đồng kết luận {found}. ")
        for found in row.result.mark_findings:
            if found["word"] in SAID:
                mark = f"Tiêu chí {found['criterion']}, yêu cầu tối thiểu của {found['star']} sao"
                lead = f"{title}{mark}: Hội đồng kết luận {SAID[found['word']]}. "
                blocks += paras(found["text"], lead)
        for found in row.result.check_answers:
            if found["word"] in SAID:
                lead = f"{title}{found['asked']} Hội đồng trả lời: {SAID[found['word']]}. "
                blocks += paras(f"Đối chiếu: {found['text']}", lead)
    if len(blocks) == 1:
        blocks.append(para("Không có ý kiến khác về điểm của các phiếu."))
    return blocks


# --- Proposal to the authority above ----------------------------------------------------------


def proposed(closed: ClosedRound) -> list[ClosedProduct]:
    """The products that go to an authority: sent on, or to be recognised."""
    return closed.going(P.REFER, P.RECOGNISE)


def addressee(closed: ClosedRound) -> str:
    """To whom the proposal goes: the authority of the level that is asked."""
    if closed.going(P.REFER):
        own = closed.council["committee_above"]
        # The file names kinds of authorities ("Ủy ban nhân dân tỉnh"); the unit above has a name.
        authority = closed.words["higher_authority"]
        return own if own.startswith(authority) else authority
    return closed.words["authority"]


def submission(closed: ClosedRound) -> dict:
    """The proposal (tờ trình) for the products that go on; call it only where there are some."""
    words, council = closed.words, closed.council
    to = addressee(closed)
    referred, recognised = closed.going(P.REFER), closed.going(P.RECOGNISE)
    asked = " và ".join(
        part
        for part in (
            "đánh giá, phân hạng" if referred else "",
            "công nhận" if recognised else "",
        )
        if part
    )
    blocks = [
        {"kind": "to", "text": f"Kính gửi: {to}."},
        *_law_basis(words),
        _council_basis(council),
        _minutes_basis(closed, "."),
        para(
            f"{council['committee']} kính trình {to} xem xét, {asked} sản phẩm Chương trình mỗi xã "
            "một sản phẩm như sau:"
        ),
        heading("1. Kết quả đánh giá của Hội đồng"),
        para(
            f"{council['name']} đã đánh giá {len(closed.products)} sản phẩm tại {words['name']}, "
            f"họp {long_day(datetime.date.fromisoformat(words['meets_on']))}. Trong đó "
            f"{len(proposed(closed))} sản phẩm được đề nghị:"
        ),
    ]
    for title, rows in _groups(closed):
        if rows[0].result.proposal in (P.REFER, P.RECOGNISE):
            blocks += [para(f"{len(rows)} sản phẩm.", f"{title}: "), products_table(rows)]
    blocks += [
        heading("2. Hồ sơ kèm theo"),
        para(
            "Biên bản họp Hội đồng; bảng tổng hợp điểm; phiếu đánh giá của từng thành viên; hồ sơ "
            "của từng sản phẩm và bảng kê tệp."
        ),
        para(f"{council['committee']} kính đề nghị {to} xem xét, {asked} theo quy định./."),
    ]
    return {
        "head": _from_committee(council, "TTr-UBND"),
        "title": "TỜ TRÌNH",
        "about": f"Về việc đề nghị {asked} sản phẩm OCOP, {words['name']}",
        "blocks": blocks,
        "recipients": ["- Như trên;", "- Hội đồng đánh giá;", "- Lưu: VT."],
        "signatures": [{"title": "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "name": ""}],
        "is_sample": closed.is_sample,
    }


# --- Draft of the decision that approves the results ------------------------------------------


def draft_decision(closed: ClosedRound) -> dict:
    """The draft of the decision that approves the council's results."""
    words, council = closed.words, closed.council
    articles = [
        para(
            f"Phê duyệt kết quả đánh giá, phân hạng {len(closed.products)} sản phẩm của "
            f"{words['name']}, {words['level']}, như sau:",
            "Điều 1. ",
        ),
        products_table(closed.products),
    ]
    number = 2
    for proposal, text in (
        (
            P.RECOGNISE,
            "Công nhận {count} sản phẩm ({products}). Giấy chứng nhận có giá trị "
            f"{words['certificate_months']} tháng kể từ ngày cấp.",
        ),
        (
            P.REFER,
            "Hoàn thiện hồ sơ {count} sản phẩm ({products}), đề nghị "
            f"{words['higher']} đánh giá, phân hạng.",
        ),
        (P.IMPROVE, "Trả hồ sơ {count} sản phẩm ({products}) để chủ thể hoàn thiện."),
    ):
        rows = closed.going(proposal)
        if rows:
            filled = text.format(count=len(rows), products=_named_products(rows))
            articles.append(para(filled, f"Điều {number}. "))
            number += 1
    articles.append(
        para(
            "Quyết định này có hiệu lực kể từ ngày ký. Các cơ quan, đơn vị liên quan và chủ thể có "
            "sản phẩm nêu tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
            f"Điều {number}. ",
        )
    )
    return {
        "head": _from_committee(council, "QĐ-UBND"),
        "draft": True,
        "title": "QUYẾT ĐỊNH",
        "about": f"Về việc phê duyệt kết quả đánh giá, phân hạng sản phẩm OCOP, {words['name']}",
        "blocks": [
            centred(council["committee"].upper()),
            _GOVERNMENT_BASIS,
            *_law_basis(words),
            _council_basis(council),
            _minutes_basis(closed, ";"),
            basis(f"Theo đề nghị của {LONG_DOTS}."),
            centred("QUYẾT ĐỊNH:"),
            *articles,
        ],
        "recipients": ["- Như Điều " + str(number) + ";", f"- {LONG_DOTS[:20]};", "- Lưu: VT."],
        "signatures": [{"title": "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "name": ""}],
        "is_sample": closed.is_sample,
    }


# --- Summary of points ------------------------------------------------------------------------


def summary(closed: ClosedRound) -> dict:
    """Members × products: totals, means of the parts, mean, spread, rank and proposal."""
    words, council = closed.words, closed.council
    seats = [
        seat
        for seat in closed.seats
        if seat["scores"]
        and (
            (not seat.get("substitutes_for") and seat in _sitting(closed.seats, words["meets_on"]))
            or any(
                sheet.seat["seat"] == seat["seat"]
                for row in closed.products
                for sheet in row.sheets
            )
        )
    ]
    rows = []
    for row in closed.products:
        totals = {sheet.seat["seat"]: sheet.total for sheet in row.sheets}
        away = {found["seat"] for found in row.words["conflicts"]}
        rows.append(
            {
                "number": str(row.words["number"]),
                "product": row.words["name"],
                "producer": row.words["producer"],
                "totals": [
                    str(totals[seat["seat"]])
                    if seat["seat"] in totals
                    else "x"
                    if seat["seat"] in away
                    else "–"
                    for seat in seats
                ],
                "parts": [
                    show_points(mean) for _code, mean in sorted(row.result.part_means.items())
                ],
                "mean": show_points(row.mean),
                "spread": str(row.result.spread),
                "rank": rank(row.result),
                "proposal": capital(row.result.proposal_text),
            }
        )
    return {
        "head": _from_council(council, "BTH-HĐ", council["place"]),
        "title": "BẢNG TỔNG HỢP ĐIỂM",
        "about": f"{words['name']} – chấm theo {_decision_name(words)}",
        "members": [
            f"{seat['name']} ({seat['position_words']})"
            if seat["position"] != Seat.Position.MEMBER
            else seat["name"]
            for seat in seats
        ],
        "part_names": sorted({code for row in closed.products for code in row.result.part_points}),
        "rows": rows,
        "notes": [
            "Điểm là tổng điểm của từng phiếu hợp lệ; cột A, B, C và điểm chung là trung bình cộng, "
            "lấy hai chữ số thập phân, không làm tròn lên.",
            "“x”: thành viên có liên quan nên không chấm. “–”: không có phiếu hợp lệ.",
            f"Kết quả chốt lúc {moment(words['closed_at'])}.",
        ],
        "signatures": [
            {"title": "THƯ KÝ", "name": _named(closed.seats, Seat.Position.SECRETARY)},
            {"title": "CHỦ TỊCH HỘI ĐỒNG", "name": _named(closed.seats, Seat.Position.CHAIR)},
        ],
        "is_sample": closed.is_sample,
    }


# --- Score sheet ------------------------------------------------------------------------------


def score_sheet(
    names: dict,
    words: dict,
    criteria,
    answers: SheetAnswers,
    seat: dict,
    counted: CountedSheet | None = None,
) -> dict:
    """One member's sheet for one product (phiếu đánh giá).

    `names`: of the round; `words`: of the product, both as in `RoundRecord`. `counted`: the sheet as
    the result keeps it, whose figures are then printed; without it they are worked out.
    """
    declared = dict(answers.declared)
    score = score_of(criteria, answers.options, declared)
    if counted:
        score = counted.as_recorded(criteria, score)
    by_key = {rule.key: rule for rule in criteria.rules}
    day = timezone.localtime(answers.submitted_at).date() if answers.submitted_at else None
    round_, council = names["round"], names["council"]
    return {
        "head": {
            "above": _committee_lines(council["committee"]),
            "issuer": council["name"].upper(),
            "number": "",
            "place": f"{council['place']}, {long_day(day) if day else UNDATED}",
        },
        "title": "PHIẾU ĐÁNH GIÁ SẢN PHẨM",
        "about": f"{round_['name']} – theo {_decision_name(round_)}",
        "facts": [
            ["Sản phẩm", f"{words['number']}. {words['name']}"],
            ["Chủ thể", ", ".join(part for part in (words["producer"], words["unit"]) if part)],
            ["Bộ sản phẩm", f"{words['set_number']}. {words['set_name']}"],
            [
                "Người chấm",
                ", ".join(
                    part
                    for part in (seat["name"], seat["position_words"], seat["represents"])
                    if part
                ),
            ],
        ],
        "parts": [
            _part(part, answers.options)
            for part in sheet_parts(criteria, score, answers.options, declared, closed=True)
        ],
        "total": str(score.total),
        "most": str(sum(part.points for part in criteria.parts)),
        "declared": [
            {
                "title": "Đề nghị loại" if key.startswith("knock_out:") else "Dừng đánh giá",
                "text": by_key[key].text,
                "reason": reason,
            }
            for key, reason in answers.declared
        ],
        "submitted": f"Phiếu gửi lúc {moment(answers.submitted_at)}.",
        "signatures": [{"title": "NGƯỜI CHẤM", "name": seat["name"]}],
        "is_sample": council["is_sample"] or words["is_sample"],
    }


def _part(part: dict, options: dict[str, int]) -> dict:
    rows = []
    for section in part["sections"]:
        if not section["is_direct"]:
            found = section["section"]
            rows.append(
                {
                    "kind": "section",
                    "code": found.code,
                    "title": found.title,
                    "most": str(found.points),
                }
            )
        for row in section["rows"]:
            criterion = row.criterion
            if row.is_heading:
                rows.append(
                    {
                        "kind": "heading",
                        "code": criterion.printed_code or criterion.code,
                        "title": criterion.title,
                        "most": str(criterion.points),
                    }
                )
                continue
            rows.append(
                {
                    "kind": "criterion",
                    "code": criterion.printed_code or criterion.code,
                    "title": criterion.title,
                    "level": row.off_reason or _level(criterion, options.get(criterion.code)),
                    "most": str(criterion.points),
                    "points": str(row.points),
                }
            )
    return {
        "title": f"Phần {part['part'].code}: {part['part'].title}",
        "most": str(part["part"].points),
        "points": str(part["points"]),
        "rows": rows,
    }


def _level(criterion, number: int | None) -> str:
    if number is None:
        return "Chưa chấm"
    if number == NONE_OF_THESE:
        return "Không đạt mức nào"
    return criterion.option(number).label


# --- Certificate ------------------------------------------------------------------------------


def certificate(recognition, *, address: str, code: str, qr: str) -> dict:
    """The certificate of a recognition; `qr` is an SVG that leads to `address`."""
    product = recognition.product
    producer = recognition.producer
    return {
        "authority": recognition.authority.upper(),
        "product": product.name,
        "producer": producer.name,
        "place": ", ".join(part for part in (producer.address, str(producer.unit)) if part),
        "stars": recognition.stars,
        "stars_words": f"Hạng {recognition.stars} sao",
        "decision": f"Quyết định số {recognition.decision_number} "
        f"{long_day(recognition.decided_on)} của {recognition.authority}",
        "product_code": recognition.product_code or LONG_DOTS[:24],
        "until": f"Có giá trị đến hết {long_day(recognition.valid_until)}",
        "signed_at": f"{LONG_DOTS[:16]}, {UNDATED}",
        "qr": qr,
        "code": code,
        "check": f"Kiểm tra tại {address}",
        "is_sample": product.is_sample,
    }
