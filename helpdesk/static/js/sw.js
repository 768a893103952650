/* Served as /sw.js: shows what the office sends to this phone, and leads to the case when it is tapped.
   It keeps nothing and answers no requests: pages always come from the office. */
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const words = {
    body: said.body || "",
    tag: said.tag || "sahayata",
    lang: said.lang || "hi",
    data: { url: said.url || "/desk/" },
    renotify: true,
    requireInteraction: Boolean(said.urgent),
    vibrate: said.urgent ? [300, 150, 300, 150, 300] : [150],
  };
  event.waitUntil(self.registration.showNotification(said.title || "Sahayata", words));
});

// A tap goes to a page of this site that is open already, else opens one.
async function open(path) {
  const address = new URL(path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === address.pathname) || pages[0];
  if (!page) await self.clients.openWindow(address.href);
  else await page.focus().then((shown) => shown.navigate(address.href));
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});
