/* Ticks the clocks and ages the server has drawn, with the server's words and the server's time. */
"use strict";

(() => {
  const words = document.getElementById("clock-words");
  if (!words) return;
  const live = document.getElementById("live");
  const ahead = Number(words.dataset.now) - Date.now() / 1000; // a cheap phone's clock is often wrong
  const DUE_SOON = 0.8;

  const now = () => Date.now() / 1000 + ahead;

  function amount(seconds) {
    if (seconds < 90 * 60) return [Math.floor(seconds / 60), "min"];
    if (seconds < 36 * 3600) return [Math.floor(seconds / 3600), "hours"];
    return [Math.floor(seconds / 86400), "days"];
  }

  function say(kind, seconds) {
    if (seconds < 60) return words.getAttribute(`data-${kind}-moment`);
    const [number, unit] = amount(seconds);
    return words.getAttribute(`data-${kind}-${unit}`).replace("{n}", number);
  }

  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function announceLate(clock) {
    const card = clock.closest("[data-say]");
    if (card && live) live.textContent = `${clock.querySelector("time").textContent}: ${sayCase(card)}`;
  }

  function tick(clock) {
    const from = Number(clock.dataset.from);
    const due = Number(clock.dataset.due);
    const left = due - now();
    const share = 1 - left / Math.max(due - from, 1);
    const state = left < 0 ? "late" : share >= DUE_SOON ? "due" : "open";
    write(clock.querySelector("time"), left < 0 ? say("late", -left) : say("left", left));
    clock.querySelector("progress").value = Math.min(Math.max(share, 0), 1) * 100;
    if (clock.dataset.state === state) return;
    clock.dataset.state = state;
    if (state === "late") announceLate(clock);
  }

  function grow(age) {
    write(age, say("ago", now() - Number(age.dataset.age)));
  }

  function tickAll() {
    document.querySelectorAll("[data-clock]").forEach(tick);
    document.querySelectorAll("[data-age]").forEach(grow);
  }

  tickAll();
  setInterval(tickAll, 5000);
  document.addEventListener("htmx:load", tickAll);
})();
