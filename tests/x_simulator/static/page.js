// Keeps the list of posts fresh, but never takes away a reply that somebody is writing.
"use strict";
const list = document.getElementById("threads");
const fresh = document.getElementById("fresh");

function writing() {
  return [...list.querySelectorAll("details[open] textarea")].some((box) => box.value !== "" || box === document.activeElement);
}

async function look() {
  try {
    const answer = await fetch("/threads?version=" + list.dataset.version);
    if (answer.status !== 200) return;
    if (writing()) { fresh.hidden = false; return; }
    list.innerHTML = await answer.text(); // every post in it is escaped by the server
    list.dataset.version = answer.headers.get("X-Version");
    fresh.hidden = true;
  } catch { /* the simulator was stopped: try again at the next turn */ }
}

setInterval(look, 2000);
