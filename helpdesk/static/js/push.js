/* "Tell me on this phone": asks the browser for leave and tells the office where this browser can be reached. */
"use strict";

(() => {
  const box = document.getElementById("push");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window) || !window.Notification) return;
  const [on, off] = [box.querySelector("[data-push-on]"), box.querySelector("[data-push-off]")];
  const words = box.querySelector("[data-push-words]");
  const token = box.querySelector("[name=csrfmiddlewaretoken]").value;

  function key(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  function show(subscription) {
    on.hidden = Boolean(subscription);
    off.hidden = !subscription;
    words.textContent = box.dataset[subscription ? "isOn" : "isOff"];
  }

  async function tell(address, fields) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams(fields),
    });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  async function allow() {
    const registration = await navigator.serviceWorker.register("/sw.js");
    const asked = { userVisibleOnly: true, applicationServerKey: key(box.dataset.key) };
    const subscription = await registration.pushManager.subscribe(asked);
    const { endpoint, keys } = subscription.toJSON();
    await tell(box.dataset.subscribe, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
    show(subscription);
  }

  async function stop() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    const subscription = registration && (await registration.pushManager.getSubscription());
    if (!subscription) return show(null);
    await tell(box.dataset.unsubscribe, { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    show(null);
  }

  const failed = () => { words.textContent = box.dataset[Notification.permission === "denied" ? "denied" : "failed"]; };
  on.addEventListener("click", () => allow().catch(failed));
  off.addEventListener("click", () => stop().catch(failed));

  box.hidden = false;
  navigator.serviceWorker.getRegistration("/")
    .then((registration) => (registration ? registration.pushManager.getSubscription() : null))
    .then(show)
    .catch(() => show(null));
})();
