r"""A model in three notations: one equation, one equation a level, and the formula of lme4.

The one equation writes the effect of the outermost groups as zeta, of the next ones as eta, the
residual as epsilon; indices run from the row (i) outwards (j, k, ...), and an effect carries just
the indices that identify its group. The other writes every coefficient that varies as an equation
of its own at each level (Raudenbush and Bryk). Names are escaped for ``\text{}``; the texts are
LaTeX without dollar signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlm_core.data.expressions import Expression, Variable, variables
from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.views.escape import for_latex
from mlm_core.views.regressors import (
    INTERCEPT,
    Regressor,
    fixed_regressors,
    varying_levels,
)

_ROW_LETTERS = "ijklmnpqrs"
_EFFECTS = (r"\zeta", r"\eta", r"\xi", r"\nu", r"\omega", r"\kappa")
_STAGES = (r"\beta", r"\delta", r"\gamma", r"\lambda", r"\mu", r"\rho")
_RESIDUAL = r"\varepsilon"
_LINE_WIDTH = 100  # characters that fit on one line of a page
_UNSEEN = re.compile(r"\\[a-zA-Z]+|[\\{}_^$]")


@dataclass(frozen=True, slots=True)
class Equations:
    """A model in three notations.

    Attributes
    ----------
    combined : str
        One equation (LaTeX).
    distributions : str
        What is taken for granted of its random parts (LaTeX).
    by_level : tuple of (str, str)
        Name of the level in words (plain text) and its equations (LaTeX), rows first, outermost
        level last.
    formula : str
        lme4's formula, plain text.
    """

    combined: str
    distributions: str
    by_level: tuple[tuple[str, str], ...]
    formula: str


def equations(
    model: Model | MixedFit | PooledFit, *, varies_at: Mapping[str, str] | None = None
) -> Equations:
    """Write a model in three notations.

    Parameters
    ----------
    model : Model, MixedFit or PooledFit
        A fit shows the categories of categorical predictors, a model does not know them.
    varies_at : Mapping[str, str], optional
        Column to the grouping column within whose groups it is constant; such columns carry the
        group's index and stand in the group's equation. Others are taken to vary by row.
    """
    writer = _Writer(model, dict(varies_at or {}))
    return Equations(
        combined=writer.combined(),
        distributions=writer.distributions(),
        by_level=writer.by_level(),
        formula=writer.model.formula,
    )


class _Writer:
    """Writes one model; holds its levels, outermost first, and the numbers of its coefficients."""

    def __init__(self, model: Model | MixedFit | PooledFit, varies_at: dict[str, str]) -> None:
        self.model = model if isinstance(model, Model) else model.model
        if isinstance(model, PooledFit):
            self.model = self.model.pooled()
        self.levels = varying_levels(model)
        self.fixed = fixed_regressors(model)
        self.varies_at = varies_at
        slopes = [each for level in self.levels for block in level.blocks for each in block]
        known = dict.fromkeys([*self.fixed, *slopes])
        others = [each for each in known if each != INTERCEPT]
        self.number = {INTERCEPT: 0, **{each: place + 1 for place, each in enumerate(others)}}

    # --- one equation -----------------------------------------------------------------------------

    def combined(self) -> str:
        """Return the single equation, inner effects before outer ones."""
        parts = [self._product(f"b_{{{self.number[each]}}}", each) for each in self.fixed]
        for depth in range(len(self.levels) - 1, -1, -1):
            effects = [each for block in self.levels[depth].blocks for each in block]
            parts += [self._product(self._effect(depth, each), each) for each in effects]
        parts.append(f"{_RESIDUAL}_{{{self._letters(None)}}}")
        return _broken(self._outcome(), parts)

    def distributions(self) -> str:
        """Return the distributions of the random parts, outermost first."""
        parts = []
        for depth, level in enumerate(self.levels):
            for place, block in enumerate(level.blocks):
                effects = [self._effect(depth, each) for each in block]
                if len(effects) == 1:
                    sigma = rf"\sigma_{{{self._subscript(depth, block[0])}}}^2"
                    parts.append(rf"{effects[0]} \sim N(0, {sigma})")
                    continue
                several = sum(len(other) > 1 for other in level.blocks) > 1
                mark = f"{_symbol(depth)} {place + 1}" if several else _symbol(depth)
                joined = ", ".join(effects)
                parts.append(rf"({joined}) \sim N(0, \Sigma_{{{mark}}})")
        own = f"{_RESIDUAL}_{{{self._letters(None)}}}"
        parts.append(rf"{own} \sim N(0, \sigma_{{{_RESIDUAL}}}^2)")
        return r",\quad ".join(parts)

    # --- one equation a level ---------------------------------------------------------------------

    def by_level(self) -> tuple[tuple[str, str], ...]:
        """Return the equations level by level, rows first."""
        lines = [("Level 1 (rows)", self._row_equation())]
        for depth in range(len(self.levels) - 1, -1, -1):
            title = " within ".join(reversed(self.levels[depth].groups))
            stages = [each for block in self.levels[depth].blocks for each in block]
            text = r" \\ ".join(self._stage_equation(depth, each) for each in stages)
            is_many = len(stages) > 1
            text = rf"\begin{{gathered}} {text} \end{{gathered}}" if is_many else text
            lines.append((f"Level {len(self.levels) - depth + 1} ({title})", text))
        return tuple(lines)

    def _row_equation(self) -> str:
        parts = []
        for each in self.number:
            depths = self._depths(each)
            if depths:
                parts.append(self._product(self._stage(each, depths[-1]), each))
            elif each in self.fixed and self._home(each) is None:
                parts.append(self._product(f"b_{{{self.number[each]}}}", each))
        parts.append(f"{_RESIDUAL}_{{{self._letters(None)}}}")
        return _broken(self._outcome(), parts)

    def _stage_equation(self, depth: int, regressor: Regressor) -> str:
        """Return one varying coefficient at one level: the outer levels' part, plus the effect."""
        outer = [other for other in self._depths(regressor) if other < depth]
        parts = []
        if outer:
            parts.append(self._stage(regressor, outer[-1]))
        elif regressor in self.fixed:
            parts.append(f"b_{{{self.number[regressor]}}}")
        if regressor == INTERCEPT:
            parts += [
                self._product(f"b_{{{self.number[each]}}}", each)
                for each in self.fixed
                if self._home(each) == depth
            ]
        parts.append(self._effect(depth, regressor))
        return _broken(self._stage(regressor, depth), parts)

    def _depths(self, regressor: Regressor) -> list[int]:
        """Return the levels at which a coefficient varies, outermost first."""
        return [
            depth
            for depth, level in enumerate(self.levels)
            if any(regressor in block for block in level.blocks)
        ]

    def _stage(self, regressor: Regressor, depth: int) -> str:
        depths = self._depths(regressor)
        symbol = _STAGES[(len(depths) - 1 - depths.index(depth)) % len(_STAGES)]
        return f"{symbol}_{{{self.number[regressor]}{self._letters(depth)}}}"

    def _home(self, regressor: Regressor) -> int | None:
        """Return the level in whose equation for the intercept a group's predictor stands."""
        if regressor == INTERCEPT or self._depths(regressor):
            return None
        depth = self._depth_of(regressor)
        return depth if depth in self._depths(INTERCEPT) else None

    # --- pieces -----------------------------------------------------------------------------------

    def _outcome(self) -> str:
        return self._expression(self.model.outcome, self._letters(None))

    def _product(self, coefficient: str, regressor: Regressor) -> str:
        letters = self._letters(self._depth_of(regressor))
        factors = [
            self._expression(expression, letters)
            if category is None
            else rf"[{self._expression(expression, letters)} = \text{{{for_latex(category)}}}]"
            for expression, category in regressor.factors
        ]
        return r"\,".join([coefficient, *factors])

    def _effect(self, depth: int, regressor: Regressor) -> str:
        number = self._effect_number(depth, regressor)
        return f"{_symbol(depth)}_{{{number}{self._letters(depth)}}}"

    def _effect_number(self, depth: int, regressor: Regressor) -> str:
        """Return the number of an effect where its level has several, else nothing."""
        n_effects = sum(len(block) for block in self.levels[depth].blocks)
        return str(self.number[regressor]) if n_effects > 1 or regressor != INTERCEPT else ""

    def _subscript(self, depth: int, regressor: Regressor) -> str:
        return f"{_symbol(depth)} {self._effect_number(depth, regressor)}".strip()

    def _letters(self, depth: int | None) -> str:
        """Return the indices of the groups of a level; of the rows for None."""
        n_levels = len(self.levels)
        return _ROW_LETTERS[0 if depth is None else n_levels - depth : n_levels + 1]

    def _depth_of(self, regressor: Regressor) -> int | None:
        """Return the innermost level a regressor needs an index for; None if it varies by row."""
        depths = [self._depth_of_expression(expression) for expression, _ in regressor.factors]
        known = [depth for depth in depths if depth is not None]
        return max(known) if known and len(known) == len(depths) else None

    def _depth_of_expression(self, expression: Expression) -> int | None:
        if not isinstance(expression, Variable) and expression.function == "group_mean":
            return self._depth_of_groups(expression.groups)
        column = self.varies_at.get(variables(expression)[0])
        matches = [d for d, level in enumerate(self.levels) if level.groups[-1] == column]
        return matches[0] if matches else None

    def _depth_of_groups(self, groups: tuple[str, ...]) -> int | None:
        wanted = set(groups)
        matches = [d for d, level in enumerate(self.levels) if set(level.groups) == wanted]
        return matches[0] if matches else None

    def _expression(self, expression: Expression, letters: str) -> str:
        if isinstance(expression, Variable):
            index = f"_{{{letters}}}" if letters else ""
            return rf"\text{{{for_latex(expression.name)}}}{index}"
        inside = self._expression(expression.argument, letters)
        if expression.function == "power":
            return rf"\left({inside}\right)^{{{expression.exponent:g}}}"
        if expression.function == "group_mean":
            return rf"\overline{{{self._expression(expression.argument, '')}}}_{{{letters}}}"
        if expression.function == "log":
            return rf"\log\left({inside}\right)"
        if expression.function == "scale":
            return rf"\mathrm{{scale}}\left({inside}\right)"
        depth = self._depth_of_groups(expression.groups)
        index = f"_{{{self._letters(depth)}}}" if expression.groups and depth is not None else ""
        mean = rf"\overline{{{self._expression(expression.argument, '')}}}{index}"
        return rf"\left({inside} - {mean}\right)"


def _broken(left: str, parts: list[str]) -> str:
    """Return an equation, on several lines where it is long."""
    lines: list[list[str]] = [[]]
    for part in parts:  # later lines begin where the first does, beneath the equals sign
        width = sum(len(_UNSEEN.sub("", each)) + 3 for each in (left, *lines[-1], part))
        if lines[-1] and width > _LINE_WIDTH:
            lines.append([])
        lines[-1].append(part)
    first, *others = (" + ".join(line) for line in lines)
    if not others:
        return f"{left} = {first}"
    rest = "".join(rf" \\ &\quad + {line}" for line in others)
    return rf"\begin{{aligned}} {left} &= {first}{rest} \end{{aligned}}"


def _symbol(depth: int) -> str:
    return _EFFECTS[depth] if depth < len(_EFFECTS) else rf"u^{{({depth + 1})}}"
