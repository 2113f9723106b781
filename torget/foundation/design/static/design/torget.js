// Everything here only makes easier what also works without it.
import { initAll } from "./vendor/govuk-frontend-6.6.0.min.js";

const language = document.documentElement.lang || "fi";
const euros = new Intl.NumberFormat(language, { style: "currency", currency: "EUR" });

const formatCents = (cents) => euros.format(cents / 100);

/** The text for a number: the page carries every form in its own language, with {count} where the number stands. */
function countText(element, count) {
  const form = count === 0 ? "zero" : new Intl.PluralRules(language).select(count);
  const text = element.dataset[form] ?? element.dataset.other ?? "";
  return text.replace("{count}", String(count));
}

/** Text that is announced must change only when it differs, or it is read aloud again and again. */
function setText(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

function showTotals(form) {
  const chosen = [...form.querySelectorAll("input[type=checkbox][data-cents]:checked")];
  const sum = (boxes) => boxes.reduce((cents, box) => cents + Number(box.dataset.cents), 0);
  setText(form.querySelector("[data-total]"), formatCents(sum(chosen)));
  const count = form.querySelector("[data-count]");
  if (count) {
    setText(count, countText(count, chosen.length));
  }
  for (const element of form.querySelectorAll("[data-subtotal]")) {
    const ofPayee = chosen.filter((box) => box.dataset.payee === element.dataset.subtotal);
    setText(element, formatCents(sum(ofPayee)));
  }
}

function startTotals(root) {
  for (const form of root.querySelectorAll("form[data-totals]")) {
    if (form.dataset.totals === "live") {
      continue;
    }
    form.dataset.totals = "live";
    form.addEventListener("change", () => showTotals(form));
    showTotals(form);
  }
}

/** The bar's height depends on the language and the text size, so what must stay clear of it is measured. */
function keepClearOfBar() {
  const bar = document.querySelector(".torget-pay-bar");
  if (!bar || !("ResizeObserver" in window)) {
    return;
  }
  const measure = () => {
    const { position, bottom } = getComputedStyle(bar);
    const isAtLowerEdge = position === "sticky" && bottom !== "auto";
    document.documentElement.style.scrollPaddingBottom = isAtLowerEdge ? `${bar.offsetHeight + 16}px` : "";
  };
  new ResizeObserver(measure).observe(bar);
  window.addEventListener("resize", measure);
  measure();
}

/** A part that says where the focus goes gets it; else the focus stays, and a role=status in the part speaks. */
function focusAfterSwap(part) {
  const target = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
  if (target) {
    if (!target.hasAttribute("tabindex") && target.tabIndex < 0) {
      target.setAttribute("tabindex", "-1");
    }
    target.focus();
  }
}

/** A second press while the first is on its way must not send the form twice; the server refuses it as well. */
function guardAgainstDoubleSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") {
      event.preventDefault();
    } else if (form.hasAttribute("data-once")) {
      form.dataset.sent = "yes";
      // When the network fails the page stays, and its button must work again.
      setTimeout(() => delete form.dataset.sent, 10_000);
    }
  });
  // A page that the back button brings out of memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
}

initAll();
startTotals(document);
keepClearOfBar();
guardAgainstDoubleSubmit();
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  initAll({ scope: detail.elt });
  startTotals(detail.elt.parentElement ?? document);
  focusAfterSwap(detail.elt);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});
