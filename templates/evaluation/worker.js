// The portal's service worker: the member's own open sheets open without a line, and nothing else.
//
// A page is kept only when the server's answer says whose it is ({{ keep_header }}). Everything that
// is kept goes as soon as somebody comes to the pages of signing in and out. Whatever this worker
// does not know it leaves to the browser.
const SHELL = "ocop-shell-{{ version }}";
const OWN = "ocop-own-sheets";
const FILES = {{ files|safe }};
const STATIC = "{{ static_url }}";
const ENTRANCES = {{ entrances|safe }};
const KEPT = "{{ keep_header }}";
const PATTERNS = ["{{ sheet }}", "{{ my_sheets }}"].map(
  (path) => new RegExp(`^${path.replace("/0/", "/[0-9]+/")}$`)
);
const PATIENCE = 5000; // milliseconds until a kept page is shown instead of a slow one

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting())
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(
        names.filter((name) => name.startsWith("ocop-shell-") && name !== SHELL).map((name) => caches.delete(name))
      ))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (ENTRANCES.some((entrance) => url.pathname.startsWith(entrance))) {
    event.waitUntil(caches.delete(OWN));
    return;
  }
  if (event.request.method !== "GET") return;
  if (url.pathname.startsWith(STATIC)) event.respondWith(file(event.request, url));
  else if (PATTERNS.some((pattern) => pattern.test(url.pathname))) event.respondWith(page(event, url));
});

// A name with a digest in it never changes its content; any other is asked for anew.
async function file(request, url) {
  const kept = await caches.match(request, { cacheName: SHELL });
  if (kept && /\.[0-9a-f]{12}\./.test(url.pathname)) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function page(event, url) {
  const asked = fetch(event.request).then((response) => keep(url, response));
  event.waitUntil(asked.catch(() => undefined));
  const slow = new Promise((resolve) => setTimeout(resolve, PATIENCE, "slow"));
  const first = await Promise.race([asked.catch(() => "none"), slow]);
  if (first instanceof Response && first.status < 500) return first;
  const kept = await (await caches.open(OWN)).match(url.pathname);
  return kept || asked;
}

// What the server allows to be kept is kept; what it answers otherwise (handed in, signed out, not
// one's own any more) takes the old page away.
async function keep(url, response) {
  if (response.status >= 500) return response;
  const cache = await caches.open(OWN);
  const owner = response.headers.get(KEPT);
  if (!owner || !response.ok) {
    await cache.delete(url.pathname);
    return response;
  }
  for (const request of await cache.keys()) {
    const other = await cache.match(request);
    if (other && other.headers.get(KEPT) !== owner) await cache.delete(request);
  }
  if (!url.search) await cache.put(url.pathname, response.clone());
  return response;
}
