/* Every page: messages become toasts that can be closed, menus close when one taps beside them. */
"use strict";

document.documentElement.classList.add("js");

// How a case is said aloud: in its own words, else its need and its place as its card shows them.
function sayCase(node) {
  const parts = [".case-card__link", ".case-card__place"].map((part) => node.querySelector(part));
  const words = node.dataset.say || parts.filter(Boolean).map((part) => part.textContent).join(", ");
  return words.replace(/\s+/g, " ").trim();
}

// A page that waits for its answer looks for it by itself; without this script its link does.
document.querySelectorAll("[data-look-again]").forEach((waiting) => {
  setTimeout(() => location.reload(), Number(waiting.dataset.lookAgain) * 1000);
});

function settle(toast) {
  const button = toast.querySelector("[data-close]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => toast.remove());
  // A refusal stays until it is read; good news goes by itself.
  if (!toast.matches(".toast--error, .toast--warning")) setTimeout(() => toast.remove(), 8000);
}

function settleAll() {
  document.querySelectorAll(".toast:not([data-settled])").forEach((toast) => {
    toast.dataset.settled = "";
    settle(toast);
  });
}

settleAll();
document.addEventListener("htmx:load", settleAll);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  const opened = opener && document.getElementById(opener.dataset.open);
  if (opened) opened.open = true;
  document.querySelectorAll("details:is(.who, .more)[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details:is(.who, .more)[open]").forEach((menu) => (menu.open = false));
});
