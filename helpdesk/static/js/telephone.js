/* The helpline's screen for a call in progress, by keyboard alone: keys, the timer, and a draft that outlives an ended
   session. Without this script it is a form like any other. */
"use strict";

(() => {
  const DRAFT = "draft:telephone";
  const BEGAN = "draft:telephone:began";

  // Saved: forget the draft; Enter is the next call.
  if (document.querySelector("[data-call-saved]")) {
    sessionStorage.removeItem(DRAFT);
    sessionStorage.removeItem(BEGAN);
    document.querySelector("[data-next-call]")?.focus();
    return;
  }

  const form = document.getElementById("call");
  if (!form) return;
  const asker = form.querySelector("[hx-post]");
  const phone = document.getElementById("id_phone");
  const place = document.getElementById("id_place_text");
  const choice = document.getElementById("id_place_choice");
  const district = document.getElementById("id_district");
  const said = document.getElementById("place-said");
  const dialog = document.getElementById("clear-call");
  const lookUp = () => window.htmx?.trigger(asker, "look-up");

  // --- Nothing typed is lost: kept in this tab until saved, cleared or signed out -------------------------------
  const isKept = (field) => field.name && field.name !== "csrfmiddlewaretoken" && field.type !== "submit";
  const fields = () => [...form.elements].filter(isKept);
  const valueOf = (field) => (field.type === "radio" ? (field.checked ? field.value : null) : field.value);

  function keep() {
    const kept = {};
    for (const field of fields()) {
      const value = valueOf(field);
      if (value !== null) kept[field.name] = value;
    }
    sessionStorage.setItem(DRAFT, JSON.stringify(kept));
    if (!sessionStorage.getItem(BEGAN)) sessionStorage.setItem(BEGAN, String(Date.now()));
  }

  function restore() {
    let kept;
    try {
      kept = JSON.parse(sessionStorage.getItem(DRAFT) || "null");
    } catch {
      kept = null;
    }
    if (!kept || "filled" in form.dataset) return;
    for (const field of fields()) {
      if (!(field.name in kept)) continue;
      if (field.type === "radio") field.checked = field.value === kept[field.name];
      else field.value = kept[field.name];
    }
    if (kept.phone) lookUp();
  }

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // --- How long the caller has been on the line ------------------------------------------------------------------
  const timer = document.getElementById("call-timer");
  const opened = Date.now();

  function tick() {
    const began = Number(sessionStorage.getItem(BEGAN)) || opened;
    const seconds = Math.max(0, Math.floor((Date.now() - began) / 1000));
    timer.querySelector("[data-time]").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  timer.hidden = false;
  setInterval(tick, 1000);

  // --- Where: what was chosen, and the place of last time ----------------------------------------------------------
  place.addEventListener("place-chosen", (event) => {
    said.textContent = [event.detail.label, event.detail.within].filter(Boolean).join(": ");
    keep();
  });
  place.addEventListener("input", () => { said.textContent = ""; });

  function takeLastPlace() {
    const last = document.querySelector("[data-last-place]");
    if (!last) return false;
    place.value = last.dataset.text;
    choice.value = last.dataset.choice;
    if ([...district.options].some((option) => option.value === last.dataset.district)) district.value = last.dataset.district;
    said.textContent = last.dataset.label;
    keep();
    return true;
  }

  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-last-place]") && takeLastPlace()) event.preventDefault();
  });

  // --- Keys -----------------------------------------------------------------------------------------------------------
  const signOf = (event) => event.code.replace(/^(Digit|Numpad|Key)/, "").toLowerCase(); // the same key on any layout

  function chooseByKey(event) {
    const group = event.target.type === "radio" && event.target.closest("fieldset");
    const key = [event.key.toLowerCase(), signOf(event)];
    const radio = group && [...group.querySelectorAll("[data-key]")].find((one) => key.includes(one.dataset.key));
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  function press(selector) {
    const found = document.querySelector(selector);
    if (found) found.click();
    return Boolean(found);
  }

  function withAlt(event) {
    const sign = signOf(event);
    if (sign === "p" && !event.shiftKey) return takeLastPlace();
    if (!/^[1-9]$/.test(sign)) return false;
    return press(event.shiftKey ? `[data-about="${sign}"]` : `[data-earlier="${sign}"]`);
  }

  // Enter in a line moves on, as Tab does: half a call is not saved by it.
  function moveOn(event) {
    if (!event.target.matches("input:not([type=hidden])") || event.target.form !== form) return false;
    const stops = [...form.querySelectorAll("input:not([type=hidden]), textarea, select, [data-save]")];
    const from = stops.indexOf(event.target);
    const isOther = (stop) => !(stop.type === "radio" && stop.name === event.target.name);
    const next = stops.slice(from + 1).filter(isOther).find((stop) => stop.type !== "radio" || stop.checked || isFirst(stop));
    if (next) next.focus();
    return Boolean(next);
  }

  function isFirst(radio) {
    const group = [...form.elements[radio.name]];
    return group[0] === radio && !group.some((one) => one.checked);
  }

  const isEmpty = () => !fields().some((field) => field.matches("input:not([type=hidden], [type=radio]), textarea") && field.value.trim())
    && !form.querySelector("#id_need :checked");

  function answer(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit(form.querySelector("[data-save]"));
      return true;
    }
    if (event.altKey && !event.ctrlKey) return withAlt(event);
    if (event.ctrlKey || event.metaKey) return false;
    if (event.key === "Escape" && !isEmpty()) {
      dialog.showModal();
      return true;
    }
    if (event.key === "Enter") return moveOn(event);
    return chooseByKey(event);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || dialog.open) return;
    if (answer(event)) event.preventDefault();
  });

  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "clear") return;
    sessionStorage.removeItem(DRAFT);
    sessionStorage.removeItem(BEGAN);
    window.location.assign(form.action);
  });

  restore();
  const wrong = form.querySelector(".field--wrong :is(input:not([type=hidden]), select, textarea)");
  if (wrong) wrong.focus();
  else if (phone.value && "filled" in form.dataset) form.querySelector("#id_need input")?.focus();
})();
