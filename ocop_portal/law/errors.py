"""What can go wrong with the law. Every message is Vietnamese and fit to be shown to the person."""


class LawError(Exception):
    """Any refusal of the law: a wrong choice, an unknown code, a set that must not be used."""


class UnknownDecision(LawError):
    """No Decision has this slug."""


class UnknownSet(LawError):
    """The Decision has no set with this number."""


class MissingSet(LawError):
    """The set exists but its text was never found; nothing may be scored with it.

    `why`: what is known of that, in the words of the set's file.
    """

    def __init__(self, number: int, name: str, why: str):
        super().__init__(f"Bộ tiêu chí {number} “{name}” chưa dùng được: {why}")
        self.number, self.name, self.why = number, name, why


class UnknownCriterion(LawError):
    """The set has no such criterion, or it is a heading that is not marked itself."""


class OptionOutOfRange(LawError):
    """The criterion has no option with this number."""


class UnknownRule(LawError):
    """The set has no knock-out or gate with this key that a member may declare."""


class BothCases(LawError):
    """Two cases exclude one another and both were marked."""


class IncompleteSheet(LawError):
    """A sheet with missing marks was brought to the tally."""


class WrongSet(LawError):
    """A sheet was scored with another criteria set than the one it is tallied with."""


class PointsOutOfRange(LawError):
    """Points below 0 or above 100."""


class LawFileError(LawError):
    """A file of a Decision cannot be read; the message names the file, the place and the line."""
