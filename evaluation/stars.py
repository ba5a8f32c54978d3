"""What one sheet comes to in stars, in words that a member understands; the rules are the law's."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from ocop_portal import law


@dataclass(frozen=True)
class Shortfall:
    """A criterion below the least points that are printed for a star; `points`: what it has now."""

    criterion: law.Criterion
    least: int
    points: int
    is_answered: bool


@dataclass(frozen=True)
class StarLine:
    """One star with printed marks: what keeps the sheet from it, by marks alone."""

    star: int
    short: tuple[Shortfall, ...]


@dataclass(frozen=True)
class SheetStars:
    """The stars of a sheet: the lower of the band of its points and of the printed marks.

    `lines`: every star for which the set prints marks, the highest first; empty under 1048/QĐ-TTg.
    """

    score: law.Score
    lines: tuple[StarLine, ...]

    @property
    def is_lowered(self) -> bool:
        """Whether marks hold the sheet below the band of its points."""
        return not self.score.disqualified and self.score.stars < self.score.band

    @property
    def held_by(self) -> StarLine | None:
        """The lowest star within the band that a mark keeps out of reach."""
        within = [line for line in self.lines if line.short and line.star <= self.score.band]
        return min(within, key=lambda line: line.star, default=None)


def sheet_stars(criteria: law.CriteriaSet, score: law.Score) -> SheetStars:
    """The stars of a sheet and what stands between it and more of them."""
    lines = []
    for star, least in sorted(criteria.star_marks.items(), reverse=True):
        short = tuple(
            Shortfall(
                criterion=criteria.criterion(code),
                least=least[code],
                points=score.points[code],
                is_answered=code not in score.missing,
            )
            for code in score.unmet_marks.get(star, ())
        )
        lines.append(StarLine(star, short))
    return SheetStars(score, tuple(lines))


def stars_fragment(criteria: law.CriteriaSet, score: law.Score) -> str:
    """The piece of the page that tells the stars, for a page that is already open."""
    return render_to_string("evaluation/_sheet_stars.html", {"stars": sheet_stars(criteria, score)})
