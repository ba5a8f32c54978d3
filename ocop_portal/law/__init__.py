"""The law that the portal applies: Decisions as data, criteria, scoring, tally. No Django here.

>>> from ocop_portal import law
>>> law.decision("1048-2019").criteria_set(1).criterion("1.1").points
3
"""

from .advice import Advice, Change, advise
from .checks import Fault, faults, unpublished
from .compare import Comparison, Difference, NotePair, OptionPair, Row, compare
from .criteria import (
    MISSING,
    RECONSTRUCTED,
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
from .errors import (
    BothCases,
    IncompleteSheet,
    LawError,
    LawFileError,
    MissingSet,
    OptionOutOfRange,
    PointsOutOfRange,
    UnknownCriterion,
    UnknownDecision,
    UnknownRule,
    UnknownSet,
    WrongSet,
)
from .library import decision, decisions, publish
from .model import (
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
from .remarks import english, remarks
from .scoring import Score, best_parts, score
from .tally import MarkState, Tally, show_points, stars_for, tally

__all__ = [
    "MISSING",
    "RECONSTRUCTED",
    "TRANSCRIBED",
    "Advice",
    "Amendment",
    "Band",
    "BothCases",
    "Branch",
    "CalendarItem",
    "Change",
    "Check",
    "Comparison",
    "CriteriaSet",
    "Criterion",
    "Decision",
    "Difference",
    "DossierItem",
    "Doubt",
    "Fault",
    "Group",
    "IncompleteSheet",
    "LawError",
    "LawFileError",
    "LegalForm",
    "Level",
    "MarkState",
    "MissingSet",
    "NotePair",
    "Option",
    "OptionOutOfRange",
    "OptionPair",
    "Part",
    "PointsOutOfRange",
    "Published",
    "Row",
    "Rule",
    "Score",
    "Section",
    "SetSummary",
    "Tally",
    "UnknownCriterion",
    "UnknownDecision",
    "UnknownRule",
    "UnknownSet",
    "WorkingRules",
    "WrongSet",
    "advise",
    "best_parts",
    "compare",
    "decision",
    "decisions",
    "english",
    "faults",
    "publish",
    "remarks",
    "score",
    "show_points",
    "stars_for",
    "tally",
    "unpublished",
]
