"""Measures the DMN engine against its peers: `python -m benchmarks.dmn_speed`.

Every claim is a ratio of decisions per CPU second, taken in alternating rounds of one run; medians are reported.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.dmn_peers import ask, python
from torget_dmn import DecisionModel
from torget_dmn.model.elements import Decision, Definitions, InputData
from torget_dmn.model.expressions import DecisionTable, InputClause, LiteralExpression, OutputClause, Rule, Variable

ROUNDS = 5
PEER_CASES = {"zen": 3000, "zen with trace": 3000, "spiff": 1000}
OWN_CASES = 20_000
WHAT_IF_CASES = 100_000
INPUTS = (("kind", "string"), ("amount", "number"), ("age", "number"))


def rules_of(count: int) -> list[dict[str, Any]]:
    """Return the rows of the table, as plain data that every engine's format is made from."""
    return [
        {"kind": f"k{n % 10}", "low": n * 5, "high": n * 5 + 60, "age_below": None if n % 3 else 50, "result": f"r{n}"}
        for n in range(count)
    ]


def cases_of(count: int, rows: int) -> list[dict[str, Any]]:
    """Return cases of which some match early, some late and some not at all."""
    return [{"kind": f"k{n % 12}", "amount": (n * 7) % (5 * rows + 60), "age": (n * 3) % 90} for n in range(count)]


def table_of(rules: list[dict[str, Any]], amount: str = "[{low}..{high})") -> DecisionTable:
    """Return the rows as a DMN table; `amount` is how the test of the amount is written."""
    below = [f"< {rule['age_below']}" if rule["age_below"] is not None else "-" for rule in rules]
    return DecisionTable(
        hit_policy="FIRST",
        inputs=[InputClause(expression=LiteralExpression(text=name, type_ref=kind)) for name, kind in INPUTS],
        outputs=[OutputClause(name="result")],
        rules=[
            Rule(inputs=[f'"{rule["kind"]}"', amount.format(**rule), age], outputs=[f'"{rule["result"]}"'])
            for rule, age in zip(rules, below, strict=True)
        ],
    )


def model_of(*row_counts: int, amount: str = "[{low}..{high})") -> DecisionModel:
    """Return a graph of tables, each over the same inputs, and a decision that joins their results."""
    model = Definitions(name="speed", namespace="speed")
    needed = [f"#{name}" for name, _ in INPUTS]
    for name, kind in INPUTS:
        model.input_data.append(InputData(name=name, id=name, variable=Variable(name=name, type_ref=kind)))
    for place, rows in enumerate(row_counts):
        name = f"table {place}"
        model.decisions.append(
            Decision(name=name, id=name, required_inputs=list(needed), expression=table_of(rules_of(rows), amount))
        )
    names = [decision.name for decision in model.decisions]
    joined = LiteralExpression(text=f"[{', '.join(names)}]")
    joint = Decision(name="all", id="all", required_decisions=[f"#{name}" for name in names], expression=joined)
    model.decisions.append(joint)
    return DecisionModel(model)


def rate(model: DecisionModel, cases: list[dict[str, Any]], mode: str) -> float:
    """Return decisions per CPU second."""
    start = time.process_time()
    if mode == "no trace":
        for case in cases:
            model.evaluate("table 0", case)
    elif mode == "trace":
        for case in cases:
            model.evaluate("table 0", case, trace=True)
    else:
        for case in cases:
            trace = model.evaluate("table 0", case, trace=True).trace
            if trace is not None:
                trace.tables[0].as_dict()
    return len(cases) / (time.process_time() - start)


def against_peers() -> bool:
    """Compare on the 20-row table; every engine must give the same results."""
    rules, cases = rules_of(20), cases_of(OWN_CASES, 20)
    model = model_of(20)
    own: dict[str, list[float]] = {"no trace": [], "trace": [], "trace told in full": []}
    peers: dict[str, list[float]] = {name: [] for name in PEER_CASES}
    expected = [model.evaluate("table 0", case).value for case in cases[:50]]
    for _ in range(ROUNDS):
        for name, rates in peers.items():
            question = {"peer": name, "rules": rules, "cases": cases, "sizes": PEER_CASES}
            answer = ask([python(), Path(__file__).with_name("dmn_speed_peers.py")], question)
            if answer["results"] != expected:
                raise SystemExit(f"{name} gives other results")
            rates.append(answer["rate"])
        for mode, rates in own.items():
            rates.append(rate(model, cases, mode))
    medians = {name: statistics.median(rates) for name, rates in {**own, **peers}.items()}
    print(f"20 rows, 3 inputs, decisions per CPU second, median of {ROUNDS} rounds")
    for name, value in medians.items():
        print(f"  {name:<20}{value:>10.0f}")
    targets = (("no trace", "zen", 10), ("trace", "zen with trace", 5), ("trace", "spiff", 20))
    kept = [
        claim(f"{mine} / {other}", medians[mine] / medians[other], at_least=least)
        for mine, other, least in (*targets, ("trace told in full", "zen with trace", 5))
    ]
    return all(kept)


def claim(what: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> bool:
    """Print a measured value beside what is claimed of it."""
    kept = value >= at_least if at_least is not None else at_most is not None and value <= at_most
    limit = f"at least {at_least}" if at_least is not None else f"at most {at_most}"
    print(f"  {'holds' if kept else 'FAILS'}  {what}: {value:.2f} ({limit})")
    return kept


def by_size() -> bool:
    """Show how the cost of a decision grows with the rows, with an index and without."""
    print("rows of the table, microseconds a decision (no trace), seconds to compile")
    indexed = _costs((20, 200, 2000, 10_000), "[{low}..{high})")
    print("the same where the amount is tested against another value, so that no index can be made")
    asked = _costs((200, 2000, 10_000), "[{low} + 0 * age..{high})")
    per_row = (asked[10_000] / 10_000) / (asked[200] / 200)
    kept = [
        claim("without an index, cost per row at 10,000 rows / at 200", per_row, at_most=2),
        claim("with an index, cost at 10,000 rows / at 20", indexed[10_000] / indexed[20], at_most=10),
    ]
    return all(kept)


def _costs(sizes: tuple[int, ...], amount: str) -> dict[int, float]:
    costs: dict[int, float] = {}
    for rows in sizes:
        start = time.process_time()
        model = model_of(rows, amount=amount)
        compiled = time.process_time() - start
        cases = cases_of(min(3000, 2_000_000 // rows), rows)
        costs[rows] = 1e6 / statistics.median(rate(model, cases, "no trace") for _ in range(ROUNDS))
        print(f"  {rows:>6}{costs[rows]:>10.1f}{compiled:>10.2f}")
    return costs


def what_if() -> bool:
    """Run many cases against a graph of three tables with fifty rows in all."""
    model, cases = model_of(20, 20, 10), cases_of(WHAT_IF_CASES, 20)
    seconds: list[float] = []
    for _ in range(3):
        start = time.process_time()
        for _ in model.evaluate_many("all", cases):
            pass
        seconds.append(time.process_time() - start)
    return claim(f"{WHAT_IF_CASES} cases against a 50-row graph, CPU s", statistics.median(seconds), at_most=2)


def main() -> int:
    kept = [against_peers(), by_size(), what_if()]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
