/* The desk on a wide screen: a case opens beside the queue; what is new slides in and is said aloud.
   Without this script every card is a plain link and the queue renews itself on reload. */
"use strict";

// Keys 1 to 9 choose a possible place, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = document.querySelector(`.candidate[data-key="${CSS.escape(event.key)}"]`);
  if (button) button.click();
});

// "/" goes to the search, as in most lists; Escape leaves it.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search]");
  if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target === search) search.blur();
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// A form that came back with an error: straight to the field that has it, or to the words that refuse the move.
document.addEventListener("htmx:load", (event) => {
  const wrong = event.target.querySelector(".field--wrong :is(input, select, textarea), #refusal");
  if (wrong) wrong.focus();
});

(() => {
  const queue = document.getElementById("queue");
  const pane = document.getElementById("pane");
  const live = document.getElementById("live");
  const wide = window.matchMedia("(min-width: 1024px)");
  if (!queue || !pane || !window.htmx) return;

  const cards = () => [...queue.querySelectorAll("[data-case]")];
  const names = () => new Set(cards().map((card) => card.dataset.case));
  const EVERY = 6;
  let shown = "";
  let known = names();
  let drawn = 0;
  let polls = 0;

  function mark() {
    cards().forEach((card) => {
      if (card.dataset.case === shown) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
    });
  }

  function open(card) {
    shown = card.dataset.case;
    mark();
    return window.htmx.ajax("GET", card.querySelector("a").href, { target: pane, swap: "innerHTML" });
  }

  function openFirst() {
    if (wide.matches && !shown && cards().length) open(cards()[0]);
  }

  queue.addEventListener("click", (event) => {
    const link = event.target.closest(".case-card__link");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !wide.matches || !plain) return;
    event.preventDefault();
    // Where the pane can be seen already, moving to it must not move the page.
    open(link.closest("[data-case]")).then(() => pane.focus({ preventScroll: pane.getBoundingClientRect().top >= 0 }));
  });

  // A queue that silently stands still is worse than none: say when the office cannot be reached.
  const offline = document.getElementById("offline");
  const isPoll = (event) => event.target.id === "queue-live";
  const say = (gone) => { if (offline) offline.hidden = !gone; };
  document.addEventListener("htmx:sendError", (event) => { if (isPoll(event)) say(true); });
  document.addEventListener("htmx:responseError", (event) => { if (isPoll(event)) say(true); });
  document.addEventListener("htmx:beforeOnLoad", (event) => { if (isPoll(event) && event.detail.xhr.status < 400) say(false); });

  // A page nobody looks at asks seldom (cheap phones pay for every byte; a new critical case must still be heard)
  // and asks at once when it is looked at.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPoll(event) || !document.hidden) return;
    polls += 1;
    if (polls % EVERY) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) window.htmx.trigger(document.body, "queue-changed");
  });

  document.addEventListener("htmx:load", (event) => {
    if (event.target.id !== "queue-live") return;
    // What only moved up from the next page is not new.
    const arrived = cards().filter((card) => !known.has(card.dataset.case) && Number(card.dataset.since) >= drawn - 90);
    arrived.forEach((card) => card.classList.add("is-arriving"));
    if (arrived.length && live) live.textContent = arrived.map((card) => `${queue.dataset.newWord}: ${sayCase(card)}`).join(". ");
    known = names();
    drawn = Number(event.target.dataset.at);
    mark();
    openFirst();
  });

  drawn = Number(document.getElementById("queue-live").dataset.at);
  openFirst();
  wide.addEventListener("change", openFirst);
})();
