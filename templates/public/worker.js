// The visitors' service worker: a page of the portal's own instead of the browser's when the line is
// down. It keeps the files of the look and that one page; a page that was visited is never kept.
const SHELL = "ocop-public-{{ version }}";
const FILES = {{ files|safe }};
const STATIC = "{{ static_url }}";
const OFFLINE = "{{ offline_url }}";

self.addEventListener("install", (event) => {
  // Without cookies: what is kept must be what a stranger sees.
  const page = new Request(OFFLINE, { credentials: "omit", cache: "reload" });
  event.waitUntil(
    caches.open(SHELL).then((cache) => cache.addAll([...FILES, page])).then(() => self.skipWaiting())
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(
        names.filter((name) => name.startsWith("ocop-public-") && name !== SHELL).map((name) => caches.delete(name))
      ))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE, { cacheName: SHELL })));
  } else if (url.pathname.startsWith(STATIC)) {
    event.respondWith(fetch(event.request).catch(() => kept(event.request)));
  }
});

async function kept(request) {
  return (await caches.match(request, { cacheName: SHELL })) || Response.error();
}
