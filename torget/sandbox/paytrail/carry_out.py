"""One outcome from choice to sending, the same for the page's buttons and for machines."""

from collections.abc import Mapping
from typing import Any

from torget.sandbox.paytrail.outcomes import choose_outcome
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.dispatcher import Dispatcher
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import Chosen


def carry_out(
    state: State,
    outbox: Outbox,
    dispatcher: Dispatcher | None,
    *,
    payment_id: str,
    outcome: str,
    method: str = "",
    overrides: Mapping[str, Any],
) -> Chosen:
    """Choose the outcome, send what must be sent before the browser moves on, and wake the dispatcher."""
    chosen = choose_outcome(state, outbox, payment_id=payment_id, outcome=outcome, method=method, overrides=overrides)
    if dispatcher is not None:
        for callback_id in chosen.send_first:
            callback = outbox.take(callback_id)
            if callback is not None:
                dispatcher.send(callback)
        dispatcher.wake()
    return chosen
