// The council room on a phone: kept offline, one criterion at a time, papers beside the criterion.
(function () {
  const find = (selector, place = document) => place.querySelector(selector);

  // --- The member's own open sheets are kept for when the line is down --------------------------
  async function keepSheets() {
    if (!("serviceWorker" in navigator)) return;
    const worker = navigator.serviceWorker;
    // A visitors' worker may have come first (public.js); the room's own has to take its place.
    const isOurs = () => worker.controller !== null && worker.controller.scriptURL.endsWith("/sw.js");
    const takesOver = new Promise((resolve) => worker.addEventListener("controllerchange", () => isOurs() && resolve()));
    await worker.register("/sw.js");
    if (!isOurs()) await takesOver;
    const own = Array.from(document.querySelectorAll("[data-keep]"), (link) => link.getAttribute("href"));
    // This page came before the worker did, the first time.
    if (document.querySelector("[data-own-sheets], [data-view-choice]")) own.unshift(window.location.pathname);
    for (const path of own) {
      if (!(await caches.match(path))) await fetch(path, { credentials: "same-origin", redirect: "manual" });
    }
  }
  keepSheets().catch(() => undefined); // a comfort: without it the page works while the line is up

  // --- The list of own sheets: what waits on this device goes out from here too ------------------
  const list = find("[data-own-sheets]");
  if (list) {
    const { Queue, forgetOthers } = window.ocopQueue;
    forgetOthers(list.dataset.person);
    list.querySelectorAll("[data-own]").forEach((item) => {
      const place = find("[data-pending]", item);
      const queue = new Queue({
        person: list.dataset.person,
        sheet: item.dataset.own,
        markUrl: item.dataset.markUrl,
        noteUrl: item.dataset.noteUrl,
        token: () => find("[name=csrfmiddlewaretoken]").value,
        on: { saved: draw, clash: draw, refused: draw, later: draw, halt: draw, idle: draw },
      });
      function draw() {
        const { queue: waiting, clash } = queue.record;
        const clashes = Object.keys(clash).length;
        place.hidden = !waiting.length && !clashes;
        place.textContent = [
          waiting.length ? `${list.dataset.sayPending} ${waiting.length}` : "",
          clashes ? `${list.dataset.sayConflict} ${clashes}` : "",
        ].filter(Boolean).join(" · ");
      }
      draw();
      queue.run();
      window.addEventListener("online", () => queue.retry());
    });
  }

  // --- One criterion at a time -----------------------------------------------------------------
  const sheet = find("[data-steps]");
  const choice = find("[data-view-choice]");
  if (sheet && choice) {
    const steps = Array.from(sheet.querySelectorAll("[data-step]"));
    const moves = find("[data-step-moves]");
    const memory = "ocop-sheet-view";
    let at = 0;
    const isOne = () => sheet.classList.contains("is-one");
    function go(place, focus = true) {
      at = Math.max(0, Math.min(steps.length - 1, place));
      const step = steps[at];
      const code = step.dataset.step;
      sheet.querySelectorAll(".is-current").forEach((other) => other.classList.remove("is-current"));
      for (let outer = step; outer && outer !== sheet; outer = outer.parentElement) outer.classList.add("is-current");
      sheet.querySelectorAll("[data-group]").forEach((group) =>
        group.classList.toggle("is-current", code.startsWith(`${group.dataset.group}.`))
      );
      const header = find("[data-header]", sheet);
      if (header) header.classList.toggle("is-current", at === 0);
      find("[data-step-place]").textContent = `${at + 1}/${steps.length}`;
      find("[data-step-back]").disabled = at === 0;
      find("[data-step-on]").disabled = at === steps.length - 1;
      if (!focus) return;
      choice.scrollIntoView({ block: "start" });
      find("fieldset", step).focus({ preventScroll: true });
    }
    const placeOf = (hash) => {
      const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
      return target ? steps.findIndex((step) => step.contains(target)) : -1;
    };
    function view(name, focus) {
      sheet.classList.toggle("is-one", name === "one");
      moves.hidden = name !== "one";
      choice.querySelectorAll("[data-view]").forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.view === name))
      );
      try {
        localStorage.setItem(memory, name);
      } catch {
        // closed: the choice lasts as long as the page
      }
      if (name === "one") go(Math.max(placeOf(window.location.hash), at), focus);
    }
    choice.hidden = false;
    choice.addEventListener("click", (event) => {
      const button = event.target.closest("[data-view]");
      if (!button) return;
      if (button.dataset.view === "one") {
        const open = steps.findIndex((step) => !find("fieldset", step).disabled && !find("input:checked", step));
        at = Math.max(open, 0);
      }
      view(button.dataset.view, true);
    });
    find("[data-step-back]").addEventListener("click", () => go(at - 1));
    find("[data-step-on]").addEventListener("click", () => go(at + 1));
    window.addEventListener("hashchange", () => {
      if (isOne() && placeOf(window.location.hash) >= 0) go(placeOf(window.location.hash));
    });
    find("[data-next]").addEventListener("click", (event) => {
      if (!isOne()) return;
      event.preventDefault();
      const place = placeOf(event.currentTarget.getAttribute("href"));
      if (place >= 0) go(place);
    });
    let kept = "all";
    try {
      kept = localStorage.getItem(memory) || "all";
    } catch {
      // closed
    }
    if (kept === "one") view("one", false);
  }

  // --- The papers of a criterion, in place -----------------------------------------------------
  const box = find("[data-evidence-box]");
  if (!box || !box.showModal) return;
  const listed = find("[data-evidence-list]", box);
  const shown = find("[data-evidence-view]", box);
  const image = find("[data-page-image]", box);
  const told = find("[data-page-told]", box);
  const dossier = Array.from(document.querySelectorAll("#ho-so [data-kind]"));
  let paper = null; // {url, name}
  let page = 1;
  let pages = 1;

  function heading(text) {
    const made = document.createElement("h3");
    made.textContent = text;
    return made;
  }
  function fill(code, related) {
    find("[data-evidence-code]", box).textContent = code;
    const guide = find("[data-evidence-guide]", box);
    guide.replaceChildren(
      ...Array.from(document.querySelectorAll(`[id="tc-${code}"] .criterion-note`), (note) => note.cloneNode(true))
    );
    const near = dossier.filter((item) => related.includes(item.dataset.kind));
    const others = dossier.filter((item) => !near.includes(item));
    listed.replaceChildren();
    [[box.dataset.sayNear, near], [near.length ? box.dataset.sayOthers : "", others]].forEach(([text, items]) => {
      if (!items.length) return;
      if (text && near.length) listed.append(heading(text));
      const made = document.createElement("ul");
      made.className = "evidence";
      made.append(...items.map((item) => item.cloneNode(true)));
      listed.append(made);
    });
    showList();
  }
  function showList() {
    shown.hidden = true;
    listed.hidden = false;
    image.removeAttribute("src");
  }
  const asData = (blob) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
  async function showPage(number) {
    const wanted = paper;
    told.hidden = true;
    box.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`${wanted.url}trang/${number}/`, { credentials: "same-origin" });
      if (!response.ok) throw new TypeError("none");
      const data = await asData(await response.blob());
      if (paper !== wanted) return;
      page = number;
      pages = Number(response.headers.get("X-Pages"));
      image.src = data;
      image.alt = `${wanted.name}, ${box.dataset.sayPage} ${page}`;
      image.hidden = false;
    } catch {
      if (paper !== wanted) return;
      image.hidden = true;
      told.textContent = navigator.onLine ? box.dataset.sayNone : box.dataset.sayOffline;
      told.hidden = false;
    } finally {
      box.removeAttribute("aria-busy");
    }
    find("[data-page-place]", box).textContent = `${page}/${pages}`;
    find("[data-page-back]", box).disabled = page <= 1;
    find("[data-page-on]", box).disabled = page >= pages;
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-evidence-for]");
    if (opener) {
      event.preventDefault();
      fill(opener.dataset.evidenceFor, opener.dataset.related.split(" "));
      box.showModal();
      return;
    }
    const link = event.target.closest("[data-evidence-list] [data-paper]");
    if (!link) return;
    event.preventDefault();
    paper = { url: link.getAttribute("href"), name: link.querySelector("span").textContent };
    [page, pages] = [1, 1];
    find("[data-page-open]", box).setAttribute("href", paper.url);
    listed.hidden = true;
    shown.hidden = false;
    showPage(1);
  });
  find("[data-evidence-close]", box).addEventListener("click", () => box.close());
  find("[data-page-list]", box).addEventListener("click", showList);
  find("[data-page-back]", box).addEventListener("click", () => showPage(page - 1));
  find("[data-page-on]", box).addEventListener("click", () => showPage(page + 1));
})();
