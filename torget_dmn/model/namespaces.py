"""The XML namespaces of the versions of DMN."""

from __future__ import annotations

VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
NAMESPACES = {version: namespace for namespace, version in VERSIONS.items()}
LATEST_VERSION = "1.5"
# Version 1.4 took over the drawings of 1.3.
DIAGRAM_NAMESPACES = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/DMNDI/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "1.4": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/DMNDI/",
}
# The version that brought an element; a model that has it cannot be written for an older one.
SINCE = {
    "functionItem": "1.3",
    **dict.fromkeys(("conditional", "filter", "for", "some", "every"), "1.4"),
    "typeConstraint": "1.5",
}
