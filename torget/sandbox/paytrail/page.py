"""The hosted payment page: it says plainly that it is a test, and every button is one way a payment can go."""

import json
import sqlite3
from html import escape

from werkzeug.wrappers import Request, Response

from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.paytrail.page_texts import METHODS, TEXTS, buttons_for
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.dispatcher import Dispatcher
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import NotPossible
from torget.sandbox.providers.page_texts import Texts

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1rem; }
.test { border: 3px solid; padding: .5rem 1rem; font-weight: 700; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
form { display: grid; gap: .75rem; }
button { font: inherit; padding: .75rem 1rem; min-height: 3rem; text-align: left; border: 2px solid; border-radius: 4px;
  background: Canvas; color: CanvasText; cursor: pointer; }
button.first { background: #00579c; color: #fff; border-color: #00579c; }
button:focus-visible { outline: 4px solid #ffbf47; outline-offset: 2px; }
"""


def respond(
    request: Request, state: State, outbox: Outbox, dispatcher: Dispatcher | None, *, payment_id: str
) -> Response:
    """Show the page, or do what a button says and send the browser back to the shop."""
    payment = _payment(state, payment_id)
    if payment is None:
        return Response("Not found", 404)
    language = request.args.get("lang", json.loads(payment["body"])["language"].lower())
    texts = TEXTS.get(language, TEXTS["fi"])
    if request.method == "GET":
        return _page(payment, texts)
    try:
        chosen = carry_out(
            state,
            outbox,
            dispatcher,
            payment_id=payment_id,
            outcome=request.form.get("outcome", ""),
            method=request.form.get("method", ""),
            overrides={},
        )
    except NotPossible:
        return _page(_payment(state, payment_id) or payment, texts, status_code=409)
    if chosen.return_url is None:
        return _page(_payment(state, payment_id) or payment, texts)
    return Response(status=303, headers={"location": chosen.return_url})


def _payment(state: State, payment_id: str) -> sqlite3.Row | None:
    return state.store.row("SELECT * FROM payment WHERE id = ?", (payment_id,))


def _page(payment: sqlite3.Row, texts: Texts, *, status_code: int = 200) -> Response:
    amount = f"{payment['amount'] // 100},{payment['amount'] % 100:02d} €"
    facts = {
        texts["amount"]: amount,
        texts["reference"]: payment["reference"],
        texts["account"]: payment["account"],
        texts["status"]: texts[f"status_{payment['status']}"],
    }
    html = f"""<!doctype html>
<html lang="{texts["lang"]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(texts["title"])}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<p class="test">{escape(texts["test"])}</p>
<nav aria-label="{escape(texts["languages"])}">{_language_links(texts)}</nav>
</header>
<main>
<h1>{escape(texts["title"])}</h1>
<dl>{"".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())}</dl>
{_form(payment, texts)}
</main>
</body>
</html>
"""
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }
    return Response(html, status_code, headers, content_type="text/html; charset=utf-8")


def _language_links(texts: Texts) -> str:
    return " ".join(
        f'<a href="?lang={code}" lang="{code}" hreflang="{code}">{escape(other["name"])}</a>'
        for code, other in TEXTS.items()
        if code != texts["lang"]
    )


def _form(payment: sqlite3.Row, texts: Texts) -> str:
    """Without JavaScript: one form, one button for each thing that can happen now."""
    buttons = buttons_for(payment["status"])
    if not buttons:
        return f"<p>{escape(texts['done'])}</p>"
    options = "".join(f'<option value="{code}">{escape(name)}</option>' for code, name in METHODS.items())
    rows = "".join(
        f'<button name="outcome" value="{outcome}"{" class=first" if number == 0 else ""}>'
        f"{escape(texts[outcome])}</button>"
        for number, outcome in enumerate(buttons)
    )
    return (
        f'<form method="post" action="?lang={texts["lang"]}">'
        f'<label for="method">{escape(texts["method"])}</label>'
        f'<select id="method" name="method">{options}</select>{rows}</form>'
    )
