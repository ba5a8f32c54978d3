// Comforts of the public pages only: every page works without this file.
(function () {
  // A page of our own when the line is down. A council member's phone has the room's worker, which
  // keeps open sheets: that one stays.
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.getRegistration("/")
    .then((known) => {
      const script = known && (known.active || known.waiting || known.installing).scriptURL;
      if (!script || script.endsWith("/sw-cong-khai.js")) return navigator.serviceWorker.register("/sw-cong-khai.js");
      return undefined;
    })
    .catch(() => undefined);
})();
