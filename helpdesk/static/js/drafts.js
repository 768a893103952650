/* Words typed into a move outlive an ended session and a reload: kept in this tab alone, until sent or signed out.
   Without this script an officer whose session ended has to write them again. */
"use strict";

(() => {
  const FIELDS = ".move textarea";
  const keyOf = (form, name) => `draft:${form.getAttribute("action")}:${name}`;
  const fieldsOf = (form) => form.querySelectorAll("textarea");

  document.addEventListener("input", (event) => {
    if (event.target.matches(FIELDS)) sessionStorage.setItem(keyOf(event.target.form, event.target.name), event.target.value);
  });

  document.addEventListener("htmx:load", (event) => {
    event.target.querySelectorAll(FIELDS).forEach((field) => {
      const kept = sessionStorage.getItem(keyOf(field.form, field.name));
      if (!kept || field.value) return;
      field.value = kept;
      field.closest("details").open = true;
    });
  });

  // Sent: forget it. An answer that leads to the sign-in page has taken nothing.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches(".move form") || xhr.status >= 400 || xhr.getResponseHeader("HX-Redirect")) return;
    fieldsOf(elt).forEach((field) => sessionStorage.removeItem(keyOf(elt, field.name)));
  });

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) sessionStorage.clear();
  });
})();
