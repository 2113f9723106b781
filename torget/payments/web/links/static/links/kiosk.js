// Nobody there: ask, then go back to the start, which forgets. Without this script the page's own refresh does it.
const kiosk = document.querySelector("[data-idle-seconds]");
const asks = document.querySelector("[data-still-there]");

if (kiosk) {
  const idle = Number(kiosk.dataset.idleSeconds) * 1000;
  let asking, leaving;
  const wait = () => {
    clearTimeout(asking);
    clearTimeout(leaving);
    asks.hidden = true;
    asking = setTimeout(() => {
      asks.hidden = false;
      asks.querySelector("button").focus();
    }, idle);
    leaving = setTimeout(() => window.location.replace(kiosk.dataset.start), idle * 1.5);
  };
  // Not "scroll": the question itself scrolls into view.
  for (const event of ["pointerdown", "keydown", "wheel"]) {
    window.addEventListener(event, wait, { passive: true });
  }
  // The back button must not bring the last person's page out of memory.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.replace(kiosk.dataset.start));
  wait();
}
