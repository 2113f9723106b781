"""How a table lies in a sheet.

Rows 1 to 4 say what the table is. Row 5 says of each column whether it is an input, an output or an annotation;
rows 6 to 10 give its title, expression or name, type, listed values and default. The rules follow from row 11,
numbered in column A.
"""

from __future__ import annotations

NAME_ROW, POLICY_ROW, AGGREGATION_ROW, LABEL_ROW = 1, 2, 3, 4
KIND_ROW, TITLE_ROW, SOURCE_ROW, TYPE_ROW, VALUES_ROW, DEFAULT_ROW = 5, 6, 7, 8, 9, 10
FIRST_RULE_ROW = 11
NUMBER_COLUMN, FIRST_COLUMN = 1, 2
INPUT, OUTPUT, ANNOTATION = "input", "output", "annotation"

ROW_TITLES = {
    NAME_ROW: "table",
    POLICY_ROW: "hit policy",
    AGGREGATION_ROW: "aggregation",
    LABEL_ROW: "output label",
    KIND_ROW: "column",
    TITLE_ROW: "title",
    SOURCE_ROW: "expression or name",
    TYPE_ROW: "type",
    VALUES_ROW: "values",
    DEFAULT_ROW: "default",
}
# An official may head the columns in any of the three languages.
KINDS = {
    "input": INPUT, "indata": INPUT, "syöte": INPUT,
    "output": OUTPUT, "utdata": OUTPUT, "tulos": OUTPUT,
    "annotation": ANNOTATION, "anteckning": ANNOTATION, "huomautus": ANNOTATION,
}  # fmt: skip
SHEET_NAME_LENGTH_MAX = 31
