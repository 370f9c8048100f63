"""Profile likelihood of every parameter of a mixed model: curves and intervals.

For each value of a parameter the deviance is minimised over all others; zeta, the signed root of
its rise above the minimum, is a curve that crosses plus and minus 1.96 at the ends of a 95%
interval. As in lme4 this is the full (ML) likelihood whatever the fit's own method, variances stand
as standard deviations, and an interval that the curve never closes ends at the boundary: 0 for a
standard deviation, -1 or 1 for a correlation.

References
----------
Bates, Maechler, Bolker & Walker (2015), Journal of Statistical Software 67(1), section 5.1;
Bates & Watts (1988), Nonlinear Regression Analysis, chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.errors import ModelError
from mlm_core.fits.criterion import build_problem
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import find_optimum
from mlm_core.inference.parameters import Kind, Parameter
from mlm_core.inference.profile_deviance import ProfileDeviance, stacked
from mlm_core.inference.profile_ends import End, find_ends
from mlm_core.inference.profile_parameters import Coordinates, all_coordinates
from mlm_core.inference.profile_paths import Path, Sides, follow

FloatArray = NDArray[np.float64]
Scale = Literal["sd", "variance"]
# Curves go this far, enough for intervals of 99.7%.
_REACH = 3.0
# Groups times parameters that are profiled within about a second.
_QUICK = 10_000


@dataclass(frozen=True, eq=False)
class ProfileCurve:
    """The profile of one parameter.

    Attributes
    ----------
    parameter : Parameter
    estimate : float
        By full maximum likelihood; NaN for a correlation with an effect that does not vary.
    values : ndarray (points,)
        Values of the parameter, ascending.
    zeta : ndarray (points,)
        Signed root of the deviance's rise there; zero at the estimate.
    """

    parameter: Parameter
    estimate: float
    values: FloatArray
    zeta: FloatArray

    @property
    def rise(self) -> FloatArray:
        """Rise of the deviance above its minimum, zeta squared, shape (points,)."""
        return self.zeta**2


@dataclass(frozen=True, eq=False)
class Profile:
    """Profiles of all parameters; see :func:`profile`.

    Attributes
    ----------
    curves : tuple of ProfileCurve
        Random effects (outermost level first), the residual, fixed coefficients.
    deviance : ProfileDeviance
    coordinates : tuple of Coordinates
    paths : tuple of (Path or None, Path or None)
        The lower and the upper side of each parameter; None where there is none.
    user_scale : tuple of (float, float)
        Factor and constant from stored units of each parameter to the user's.
    """

    curves: tuple[ProfileCurve, ...]
    deviance: ProfileDeviance
    coordinates: tuple[Coordinates, ...]
    paths: tuple[tuple[Path | None, Path | None], ...]
    user_scale: tuple[tuple[float, float], ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in the order of the curves."""
        return tuple(curve.parameter for curve in self.curves)

    def intervals(self, level: float = 0.95, *, scale: Scale = "sd") -> pd.DataFrame:
        """Return profile likelihood intervals.

        Parameters
        ----------
        level : float
            Nominal coverage, between 0 and 1.
        scale : {"sd", "variance"}
            Whether random effects and residual stand as standard deviations or as variances, whose
            intervals are the squares.

        Returns
        -------
        DataFrame
            Columns parameter, estimate, lower, upper.

        Raises
        ------
        ModelError
            The level is not between 0 and 1.
        """
        if not 0.0 < level < 1.0:
            raise ModelError(f"The level must lie between 0 and 1, not {level!r}: 0.95, say.")
        z = float(special.ndtri(0.5 + level / 2.0))
        wanted = [
            End(coordinates, path, direction)
            for coordinates, sides in zip(self.coordinates, self.paths, strict=True)
            for path, direction in zip(sides, (-1.0, 1.0), strict=True)
        ]
        ends = find_ends(self.deviance, wanted, z)
        records = []
        for index, curve in enumerate(self.curves):
            kind = curve.parameter.kind
            lower, upper = (
                float(_shown(end, kind, self.user_scale[index]))
                for end in ends[2 * index : 2 * index + 2]
            )
            values = (curve.estimate, lower, upper)
            label = curve.parameter.label
            if scale == "variance" and kind in ("sd", "sigma"):
                values = (values[0] ** 2, values[1] ** 2, values[2] ** 2)
                label = "sigma^2" if kind == "sigma" else f"var{label.removeprefix('sd')}"
            records.append((label, *values))
        return pd.DataFrame.from_records(
            records, columns=["parameter", "estimate", "lower", "upper"]
        )


def profile(fit: MixedFit) -> Profile:
    """Profile the likelihood of a mixed model in each of its parameters.

    A standard deviation between groups whose interval starts at 0 is one the data cannot tell from
    none; the curve shows how sharply they speak against larger values.

    Parameters
    ----------
    fit : MixedFit
        By either method; the profiles are those of the full likelihood.
    """
    problem = build_problem(fit.problem.moments, "ML")
    at = fit.at if fit.method == "ML" else find_optimum(problem).at
    root = at.ascent.root
    sigma = float(np.sqrt(float(root.r2) / problem.df))
    coordinates = all_coordinates(problem, at.theta, sigma, fit.scale.matrix, root.beta)
    deviance = ProfileDeviance(problem)
    paths = _both_sides(deviance, coordinates)
    scale = fit.scale.outcome_scale
    constants = {name: fit.scale.constant[i] for i, name in enumerate(fit.terms)}
    user_scale = tuple(
        (scale, float(constants[one.parameter.terms[0]]) if one.parameter.kind == "fixed" else 0.0)
        for one in coordinates
    )
    curves = tuple(
        _curve(one, sides, unit)
        for one, sides, unit in zip(coordinates, paths, user_scale, strict=True)
    )
    return Profile(curves, deviance, tuple(coordinates), paths, user_scale)


def is_quick(fit: MixedFit) -> bool:
    """Tell whether profiling a fit takes about a second at most."""
    return len(fit.problem.moments.counts) * fit.n_parameters <= _QUICK


def height_of(level: float) -> float:
    """Return how far the deviance has risen at the ends of an interval: 3.84 for 95%."""
    return float(special.ndtri(0.5 + level / 2.0)) ** 2


def profile_intervals(fit: MixedFit, level: float = 0.95) -> pd.DataFrame:
    """Return the profile intervals of all parameters; see :meth:`Profile.intervals`."""
    return profile(fit).intervals(level)


def _both_sides(
    deviance: ProfileDeviance, coordinates: list[Coordinates]
) -> tuple[tuple[Path | None, Path | None], ...]:
    """Follow every side that exists."""
    chosen = [
        (index, direction)
        for index, one in enumerate(coordinates)
        for direction in (-1.0, 1.0)
        if one.has_side(direction)
    ]
    of = [coordinates[index] for index, _ in chosen]
    sides = Sides(
        points=stacked(of),
        start=np.stack([one.start for one in of]),
        direction=np.array([direction for _, direction in chosen]),
        limit=np.array(
            [one.limit(direction) for one, (_, direction) in zip(of, chosen, strict=True)]
        ),
    )
    followed = dict(zip(chosen, follow(deviance, sides, reach=_REACH), strict=True))
    return tuple(
        (followed.get((index, -1.0)), followed.get((index, 1.0)))
        for index in range(len(coordinates))
    )


def _curve(
    coordinates: Coordinates, sides: tuple[Path | None, Path | None], unit: tuple[float, float]
) -> ProfileCurve:
    kind = coordinates.parameter.kind
    lower, upper = sides
    a, zeta = [np.array([coordinates.start[coordinates.held]])], [np.zeros(1)]
    if lower is not None:
        a.insert(0, lower.a[:0:-1])
        zeta.insert(0, -lower.zeta[:0:-1])
    if upper is not None:
        a.append(upper.a[1:])
        zeta.append(upper.zeta[1:])
    values = _shown(np.concatenate(a), kind, unit)
    estimate = float(_shown(coordinates.start[coordinates.held], kind, unit))
    if lower is None and upper is None:
        return ProfileCurve(coordinates.parameter, estimate, np.zeros(0), np.zeros(0))
    return ProfileCurve(coordinates.parameter, estimate, values, np.concatenate(zeta))


def _shown(a: Any, kind: Kind, unit: tuple[float, float]) -> Any:
    """Take the held coordinate to the user's scale."""
    factor, constant = unit
    if kind == "correlation":
        return np.sin(a)
    return factor * (np.exp(a) if kind == "sigma" else a) + constant
