// Runs before the page is painted, so that what the scripts will hide is never shown first.
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
}
