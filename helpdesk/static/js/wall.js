/* The wall's clock runs by the server's time, and says so when the figures stay away. Without this script the figures
   stand still at the time that is written beside them. */
"use strict";

(() => {
  const clock = document.getElementById("clock");
  const stale = document.getElementById("stale");
  const QUIET_SECONDS = 60;
  let ahead = Number(clock.dataset.at) * 1000 - Date.now(); // a screen's own clock is often wrong
  let heard = Date.now();
  const clockOf = (also) => new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Kolkata", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...also,
  });
  const format = clockOf({ second: "2-digit" });
  const minutes = clockOf({});

  function tick() {
    clock.textContent = format.format(new Date(Date.now() + ahead));
    const quiet = Date.now() - heard > QUIET_SECONDS * 1000;
    if (quiet === stale.hidden) {
      const then = minutes.format(new Date(heard + ahead));
      stale.hidden = !quiet;
      stale.textContent = quiet ? document.getElementById("wall").dataset.stale.replace("{time}", then) : "";
    }
  }

  // Whose session has ended is sent to the sign-in page: shown as a page, and not swapped into the wall.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = new URL(event.detail.xhr.responseURL || location.href);
    if (answered.pathname === location.pathname) return;
    event.detail.shouldSwap = false;
    location.assign(answered);
  });

  document.addEventListener("htmx:load", (event) => {
    if (event.target.id !== "wall-live") return;
    heard = Date.now();
    const told = Number(event.target.dataset.at) * 1000 - heard;
    if (Math.abs(told - ahead) > 2000) ahead = told; // whole seconds: the clock must not step back for less
  });
  setInterval(tick, 1000);
  tick();
})();
