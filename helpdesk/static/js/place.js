// Turns a text field into a type-ahead of places: an editable combobox with a list, as the WAI-ARIA Authoring
// Practices describe it. Without this script the field stays a text field and the district list a list.
//
//   <input data-place-suggest="/places/suggest/" data-place-choice="id_place_choice" data-place-district="id_district">
//
// With data-place-near the chosen district orders the list (the server does) but does not narrow it; with
// data-place-first the first place is marked by itself, so that Enter alone takes it.
(() => {
  "use strict";

  const WAIT_MS = 180; // slow networks: ask when the typing pauses
  const SHORTEST = 2;

  function enhance(input) {
    const choice = document.getElementById(input.dataset.placeChoice);
    const district = document.getElementById(input.dataset.placeDistrict);
    const list = document.createElement("ul");
    const spoken = document.createElement("p");
    let found = [];
    let at = -1;
    let timer = 0;
    let asked = null;
    // Moving a field takes the focus from it: who has begun to type before this script came goes on typing.
    const held = document.activeElement === input;

    list.id = `${input.id}_list`;
    list.className = "suggest";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.placeLabel || "");
    list.hidden = true;
    spoken.className = "unseen";
    spoken.setAttribute("aria-live", "polite");
    const box = document.createElement("div");
    box.className = "suggest-box";
    input.before(box);
    box.append(input, list, spoken);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
    })) input.setAttribute(name, value);

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(next) {
      at = next;
      [...list.children].forEach((item, index) => {
        item.setAttribute("aria-selected", String(index === at));
        if (index === at) {
          input.setAttribute("aria-activedescendant", item.id);
          item.scrollIntoView({ block: "nearest" });
        }
      });
    }

    function choose(index) {
      const place = found[index];
      input.value = place.label;
      if (choice) choice.value = place.choice;
      const offered = (value) => district && [...district.options].some((option) => option.value === value);
      if (place.district && offered(String(place.district))) district.value = String(place.district);
      // A place elsewhere must not be taken for one of the district that stands in the list.
      else if (place.district && offered("unknown")) district.value = "unknown";
      close();
      input.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true, detail: place }));
    }

    function show() {
      list.replaceChildren(...found.map((place, index) => {
        const item = document.createElement("li");
        item.id = `${list.id}_${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.textContent = place.label;
        const within = document.createElement("span");
        within.className = "suggest__within";
        within.textContent = place.within || "";
        item.append(name, within);
        // mousedown would take the focus away before click arrives
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => choose(index));
        return item;
      }));
      at = -1;
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      input.removeAttribute("aria-activedescendant");
      if (input.dataset.placeFirst && found.length) mark(0);
      spoken.textContent = found.length ? `${found.length}: ${found[0].label}` : "";
    }

    async function ask() {
      const typed = input.value.trim();
      if (asked) asked.abort();
      if (typed.length < SHORTEST) {
        found = [];
        show();
        return;
      }
      asked = new AbortController();
      const query = new URLSearchParams({ q: typed });
      if (district && district.value && !("placeNear" in input.dataset)) query.set("district", district.value);
      try {
        const answer = await fetch(`${input.dataset.placeSuggest}?${query}`, {
          headers: { Accept: "application/json" }, signal: asked.signal,
        });
        if (!answer.ok) return;
        found = (await answer.json()).results;
        if (document.activeElement === input) show();
      } catch {
        close(); // no network, or a newer question: the field still takes plain text
      }
    }

    input.addEventListener("input", () => {
      if (choice) choice.value = "";
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT_MS);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) {
        if (event.key === "ArrowDown") ask();
        return;
      }
      if (event.key === "ArrowDown") mark((at + 1) % found.length);
      else if (event.key === "ArrowUp") mark((at + found.length - (at < 0 ? 0 : 1)) % found.length);
      else if (event.key === "Enter" && at >= 0) choose(at);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
    if (district) district.addEventListener("change", () => { if (choice) choice.value = ""; });
    if (held) {
      input.focus();
      ask();
    }
  }

  function enhanceAll() {
    document.querySelectorAll("[data-place-suggest]:not([role=combobox])").forEach(enhance);
  }

  enhanceAll();
  document.addEventListener("htmx:load", enhanceAll); // a form that came later, beside the queue
})();
