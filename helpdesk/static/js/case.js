/* The case page: ready words go into the note with a tap, a move's form opens where the link points.
   Without this script ready words are ticked and added when the form is sent, and each form is a page. */
"use strict";

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-canned] input, input[data-canned]");
  if (!box || !box.checked) return;
  const note = document.getElementById(box.dataset.canned);
  if (!note) return;
  note.value = [note.value.trim(), box.closest("label").textContent.trim()].filter(Boolean).join("\n");
  box.checked = false; // the words stand in the note now, where they can be changed
  note.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const opened = opener && document.getElementById(opener.dataset.opens);
  if (!opened) return;
  event.preventDefault();
  opened.open = true;
  opened.scrollIntoView({ block: "start" });
});
