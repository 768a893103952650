/* A doctor's words outlive a dead network, an ended session and a reload: kept in this tab alone, until they are saved.
   Without this script the buttons save them. */
"use strict";

(() => {
  const form = document.querySelector("[data-consult]");
  if (!form) {
    // Back at the desk: the patient's words are with the office, and no longer on this telephone.
    Object.keys(sessionStorage).filter((key) => key.startsWith("consult:")).forEach((key) => sessionStorage.removeItem(key));
    return;
  }
  const fields = () => [...form.querySelectorAll("textarea")];
  const keyOf = (field) => `consult:${form.dataset.consult}:${field.name}`;
  const notice = document.getElementById("kept");
  let sent = {};

  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) sessionStorage.setItem(keyOf(event.target), event.target.value);
  });

  // What could not be sent last time is put back, said, and sent again.
  const unsent = fields().filter((field) => {
    const kept = sessionStorage.getItem(keyOf(field));
    return kept !== null && kept.trim() !== field.value.trim();
  });
  unsent.forEach((field) => { field.value = sessionStorage.getItem(keyOf(field)); });
  if (unsent.length) {
    notice.hidden = false;
    window.addEventListener("load", () => form.dispatchEvent(new Event("change", { bubbles: true })));
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "saved") sent = Object.fromEntries(fields().map((field) => [keyOf(field), field.value]));
  });

  // Saved: forget what was sent; words typed meanwhile stay.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "saved" || !event.detail.successful) return;
    if (!event.detail.xhr.responseText.includes("data-saved")) return;
    Object.entries(sent).forEach(([key, value]) => {
      if (sessionStorage.getItem(key) === value) sessionStorage.removeItem(key);
    });
    notice.hidden = true;
  });
})();
