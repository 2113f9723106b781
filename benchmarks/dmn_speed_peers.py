"""Run inside the peers' environment: decisions per CPU second of zen-engine and SpiffWorkflow on the same table."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import zen
from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

_DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_NAMES = ("kind", "amount", "age")


def zen_decider(rules: list[dict[str, Any]], trace: bool) -> Callable[[dict[str, Any]], Any]:
    """Build the table as a graph of zen's own format."""
    rows = [
        {
            "_id": f"r{number}",
            "i0": json.dumps(rule["kind"]),
            "i1": f"[{rule['low']}..{rule['high']})",
            "i2": "" if rule["age_below"] is None else f"< {rule['age_below']}",
            "o0": json.dumps(rule["result"]),
        }
        for number, rule in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": f"i{place}", "name": name, "field": name} for place, name in enumerate(_NAMES)],
        "outputs": [{"id": "o0", "name": "result", "field": "result"}],
        "rules": rows,
    }
    origin = {"x": 0, "y": 0}
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": origin},
            {"id": "t", "type": "decisionTableNode", "name": "t", "position": origin, "content": table},
            {"id": "out", "type": "outputNode", "name": "out", "position": origin},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "t", "type": "edge"},
            {"id": "e2", "sourceId": "t", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    options = {"trace": trace}
    return lambda case: decision.evaluate(case, options)["result"].get("result")


def spiff_decider(rules: list[dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    """Build the table as SpiffWorkflow's DMN, whose cells are Python."""
    root = etree.Element(f"{{{_DMN}}}definitions", nsmap={"dmn": _DMN})
    decision = etree.SubElement(root, f"{{{_DMN}}}decision", id="d", name="d")
    table = etree.SubElement(decision, f"{{{_DMN}}}decisionTable", id="t", hitPolicy="UNIQUE")
    for name in _NAMES:
        clause = etree.SubElement(table, f"{{{_DMN}}}input", id=f"i_{name}", label=name)
        expression = etree.SubElement(clause, f"{{{_DMN}}}inputExpression", id=f"e_{name}", typeRef="string")
        etree.SubElement(expression, f"{{{_DMN}}}text").text = name
    etree.SubElement(table, f"{{{_DMN}}}output", id="o", name="result", typeRef="string")
    for number, rule in enumerate(rules):
        row = etree.SubElement(table, f"{{{_DMN}}}rule", id=f"r{number}")
        below = "" if rule["age_below"] is None else f"< {rule['age_below']}"
        for place, text in enumerate((json.dumps(rule["kind"]), f"{rule['low']} <= ? < {rule['high']}", below)):
            entry = etree.SubElement(row, f"{{{_DMN}}}inputEntry", id=f"r{number}_{place}")
            etree.SubElement(entry, f"{{{_DMN}}}text").text = text or None
        entry = etree.SubElement(row, f"{{{_DMN}}}outputEntry", id=f"r{number}_o")
        etree.SubElement(entry, f"{{{_DMN}}}text").text = json.dumps(rule["result"])
    parser = DMNParser(None, root, {"dmn": _DMN}, filename="table.dmn")
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def decide(case: dict[str, Any]) -> Any:
        task = SimpleNamespace(data=dict(case), workflow=workflow)
        return engine.result(task).get("result")

    return decide


def main() -> None:
    question = json.load(sys.stdin)
    rules, cases = question["rules"], question["cases"]
    deciders = {
        "zen": zen_decider(rules, trace=False),
        "zen with trace": zen_decider(rules, trace=True),
        "spiff": spiff_decider(rules),
    }
    name = question["peer"]
    decide = deciders[name]
    some = cases[: question["sizes"][name]]
    start = time.process_time()
    results = [decide(case) for case in some]
    seconds = time.process_time() - start
    json.dump({"rate": len(some) / seconds, "results": results[:50]}, sys.stdout)


if __name__ == "__main__":
    main()
