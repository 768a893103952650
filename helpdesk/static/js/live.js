/* A new critical case is heard, counted in the page's title and said aloud, whichever page of the queue is open.
   The sound is made here (no file), and starts with the first tap: browsers allow none before it. */
"use strict";

(() => {
  const queue = document.getElementById("queue");
  const box = document.getElementById("alerts");
  if (!queue || !box) return;
  const [words, button] = [document.getElementById("sound-words"), document.getElementById("sound")];
  const live = document.getElementById("live");
  const title = document.title;
  const KEPT = "sahayata-sound";
  let unseen = 0;
  let known = seen();
  let at = drawnAt();
  let audio = null;

  // Each case that the page shows, with what makes it critical: its card, or its line under "just in".
  function shown() {
    const cards = [...queue.querySelectorAll("[data-case]")];
    const fresh = [...queue.querySelectorAll("[data-fresh]")];
    return [
      ...cards.map((node) => ({ node, name: node.dataset.case, critical: node.dataset.urgency === "critical" })),
      ...fresh.map((node) => ({ node, name: node.dataset.fresh, critical: true })),
    ];
  }

  function seen() {
    return new Map(shown().map((one) => [one.name, one.critical]));
  }

  function drawnAt() {
    const drawn = document.getElementById("queue-live");
    return drawn ? Number(drawn.dataset.at) : 0;
  }

  // New is what came to the officer since the last look, not what only moved up; or what has become critical.
  function isNew(one) {
    if (!one.critical) return false;
    return known.has(one.name) ? !known.get(one.name) : Number(one.node.dataset.since) >= at - 90;
  }

  function isOn() {
    try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
  }

  function keep(on) {
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* a browser that keeps nothing: on until closed */ }
  }

  function unlock() {
    if (!isOn()) return;
    audio = audio || new AudioContext();
    audio.resume().then(showSwitch);
  }

  function beep() {
    if (!isOn() || !audio || audio.state !== "running") return;
    [880, 1175, 880].forEach((pitch, number) => {
      const start = audio.currentTime + number * 0.22;
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.4, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.21);
    });
  }

  function showSwitch() {
    const on = isOn();
    const runs = audio && audio.state === "running";
    words.textContent = words.dataset[on ? (runs ? "on" : "wait") : "off"];
    button.textContent = button.dataset[on ? "turnOff" : "turnOn"];
    button.setAttribute("aria-pressed", String(on));
  }

  function count(more) {
    unseen = more ? unseen + more : 0;
    document.title = unseen ? `(${unseen}) ${title}` : title;
  }

  button.addEventListener("click", () => {
    keep(!isOn());
    unlock();
    showSwitch();
    if (isOn()) setTimeout(beep, 100);
  });
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { unlock(); count(0); }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) count(0); });

  document.addEventListener("htmx:load", (event) => {
    if (event.target.id !== "queue-live") return;
    const arrived = shown().filter(isNew);
    known = new Map([...known, ...seen()]);
    at = drawnAt();
    if (!arrived.length) return;
    count(arrived.length);
    beep();
    const said = arrived.map((one) => sayCase(one.node)).join(". ");
    if (live) live.textContent = `${queue.dataset.criticalWord}: ${said}`;
  });

  box.hidden = false;
  showSwitch();
})();
