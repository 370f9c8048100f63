"""Every error this package raises on purpose: one root, one branch per stage of the work.

A message names the column, row or group concerned, the value seen, and what to do about it.
Branches follow the path of a request: reading a file, understanding a model, laying it over a
table, fitting, comparing. Callers that want to show any of them catch :class:`MlmError`.
"""

from mlm_core.errors.base import MlmError, closest, listed
from mlm_core.errors.fit import (
    ComparisonError,
    DifferentRowsError,
    ExactTestError,
    FitError,
    NotConvergedError,
    NotNestedError,
    PerfectFitError,
)
from mlm_core.errors.model import (
    DuplicateLevelError,
    FormulaError,
    ModelError,
    OutcomeIsPredictorError,
)
from mlm_core.errors.moments import MomentsFileError, NotMergeableError
from mlm_core.errors.reading import (
    ChangedTypeError,
    EmptyFileError,
    EngineError,
    HeaderOnlyError,
    NeedsRowsError,
    NotATableError,
    ReadError,
    UnknownDatasetError,
)
from mlm_core.errors.simulation import DesignError
from mlm_core.errors.table import (
    AllMissingError,
    AmbiguousColumnError,
    CellError,
    ConstantOutcomeError,
    ConstantSlopeError,
    CrossedGroupsError,
    DomainError,
    GroupOutcomeError,
    InfiniteValueError,
    MomentsLackError,
    NoCompleteRowsError,
    NoFixedEffectsError,
    NotNumericError,
    OneGroupError,
    SingletonGroupsError,
    TableError,
    TooFewRowsError,
    TooManyCategoriesError,
    TooManyRandomEffectsError,
    UnknownColumnError,
    UnknownReferenceError,
    UnseenCategoryError,
)

__all__ = [
    "AllMissingError",
    "AmbiguousColumnError",
    "CellError",
    "ChangedTypeError",
    "ComparisonError",
    "ConstantOutcomeError",
    "ConstantSlopeError",
    "CrossedGroupsError",
    "DesignError",
    "DifferentRowsError",
    "DomainError",
    "DuplicateLevelError",
    "EmptyFileError",
    "EngineError",
    "ExactTestError",
    "FitError",
    "FormulaError",
    "GroupOutcomeError",
    "HeaderOnlyError",
    "InfiniteValueError",
    "MlmError",
    "ModelError",
    "MomentsFileError",
    "MomentsLackError",
    "NeedsRowsError",
    "NoCompleteRowsError",
    "NoFixedEffectsError",
    "NotATableError",
    "NotConvergedError",
    "NotMergeableError",
    "NotNestedError",
    "NotNumericError",
    "OneGroupError",
    "OutcomeIsPredictorError",
    "PerfectFitError",
    "ReadError",
    "SingletonGroupsError",
    "TableError",
    "TooFewRowsError",
    "TooManyCategoriesError",
    "TooManyRandomEffectsError",
    "UnknownColumnError",
    "UnknownDatasetError",
    "UnknownReferenceError",
    "UnseenCategoryError",
    "closest",
    "listed",
]
