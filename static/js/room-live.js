// The leaders' screen follows the sitting: it asks whether anything has changed, and only then
// fetches itself anew. A screen that nobody looks at, and a line that is down, are asked ever more
// rarely.
(function () {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const often = Number(place.dataset.askEvery) * 1000;
  const rarely = 60000;
  let wait = often;
  let timer = null;
  const board = () => place.querySelector("[data-pulse]");

  async function ask() {
    let response = null;
    try {
      response = await fetch(place.dataset.pulseUrl, {
        headers: { "If-None-Match": `"${board().dataset.pulse}"`, Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
    } catch {
      // the line is down
    }
    if (response && response.status === 200) window.htmx.trigger(board(), "changed");
    const answered = response && (response.status === 200 || response.status === 304);
    wait = answered && !document.hidden ? often : Math.min(wait * 2, rarely);
    plan();
  }
  function plan() {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    wait = often;
    ask();
  });
  plan();
})();
