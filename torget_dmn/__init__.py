"""A DMN engine: decision models read, checked, compiled and run, each step traced."""

from torget_dmn.engine.decision_model import DecisionModel, Evaluation
from torget_dmn.engine.trace import Trace
from torget_dmn.errors import (
    DmnError,
    FeelSyntaxError,
    InputError,
    LimitExceededError,
    ModelError,
    Problem,
    SpreadsheetError,
)
from torget_dmn.limits import Limits
from torget_dmn.model.reader import read_model

__all__ = [
    "DecisionModel",
    "DmnError",
    "Evaluation",
    "FeelSyntaxError",
    "InputError",
    "LimitExceededError",
    "Limits",
    "ModelError",
    "Problem",
    "SpreadsheetError",
    "Trace",
    "read_model",
]
