// The score sheet: every choice is saved at once, in order, and survives a lost network.
//
// Choices wait in localStorage under the sheet's number until the server has answered for them, so
// a closed page, a flat battery or a dead Wi-Fi loses nothing. Only the criterion and the chosen
// option are sent; points and sums come from the server. What an earlier version of the sheet left
// unsent is named, never sent: the member may have thought better of it since.
(function () {
  const root = document.querySelector("[data-sheet]");
  if (!root) return;
  const key = `ocop-sheet-${root.dataset.sheet}`;
  const locked = Boolean(root.dataset.locked);
  const say = (name) => root.dataset[`say${name}`];
  const find = (selector) => document.querySelector(selector);
  const field = (code) => document.getElementById(`tc-${code}`);

  // --- What still has to be sent: [[criterion, option], …] in the order of the choices --------
  let memory = []; // where localStorage is closed (private mode)
  let stored = true;
  function read() {
    if (!stored) return memory;
    try {
      const found = JSON.parse(localStorage.getItem(key) || "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return memory;
    }
  }
  function write(list) {
    memory = list;
    try {
      if (list.length) localStorage.setItem(key, JSON.stringify(list));
      else localStorage.removeItem(key);
    } catch {
      stored = false;
    }
  }
  const earlierKeys = (root.dataset.earlier || "").split(" ").filter(Boolean).map((pk) => `ocop-sheet-${pk}`);
  function leftEarlier() {
    try {
      return earlierKeys.flatMap((old) => JSON.parse(localStorage.getItem(old) || "[]")).map((row) => row[0]);
    } catch {
      return [];
    }
  }
  function forgetEarlier() {
    try {
      earlierKeys.forEach((old) => localStorage.removeItem(old));
    } catch {
      // closed, so there is nothing kept
    }
  }
  const put = (code, option) => write([...read().filter((row) => row[0] !== code), [code, option]]);
  const drop = (code, option) =>
    write(read().filter((row) => !(row[0] === code && row[1] === option)));

  // --- What the screen says --------------------------------------------------------------------
  const bar = find("[data-save-state]");
  const icons = bar && bar.querySelector("use") ? bar.querySelector("use").getAttribute("href").split("#")[0] : "";
  const signs = { saved: "cloud-check", saving: "arrow-repeat", offline: "wifi-off", error: "exclamation-triangle" };
  function show(state, text) {
    if (!bar || locked) return;
    if (bar.dataset.state === state && bar.lastElementChild.textContent === text) return;
    bar.dataset.state = state;
    const use = bar.querySelector("use");
    if (use) use.setAttribute("href", `${icons}#${signs[state]}`);
    bar.lastElementChild.textContent = text;
  }
  function sign(code, state) {
    const box = field(code);
    const place = box && box.querySelector("[data-save]");
    if (!place) return;
    place.dataset.state = state;
    place.textContent =
      state === "saved" ? `✓ ${say("Saved").toLowerCase()}`
      : state === "pending" ? say("Saving").toLowerCase()
      : state === "offline" ? say("Offline").toLowerCase()
      : state === "error" ? say("Error").toLowerCase()
      : "";
  }
  const kept = find("[data-kept]");
  function tell(text) {
    if (!kept) return;
    const waiting = read().map((row) => row[0]);
    const earlier = leftEarlier();
    kept.hidden = !text && !waiting.length && !earlier.length;
    kept.querySelector("[data-kept-text]").textContent = [
      text,
      waiting.length ? say("Kept") + waiting.join(", ") + "." : "",
      earlier.length ? say("Earlier") + earlier.join(", ") + "." : "",
    ].filter(Boolean).join(" ");
    kept.querySelector("[data-kept-retry]").hidden = !text && !waiting.length;
    kept.querySelector("[data-kept-drop]").hidden = !waiting.length && !earlier.length;
  }

  // The server's answer is the whole truth about sums and about what applies.
  const answered = new Map(); // criterion → option that the server holds
  function apply(data) {
    Object.entries(data.parts).forEach(([part, points]) =>
      document.querySelectorAll(`[data-part-sum="${part}"]`).forEach((place) => {
        place.textContent = points;
      })
    );
    find("[data-total]").textContent = data.total;
    const stars = find("[data-stars]");
    const wasOpen = stars.firstElementChild.open;
    stars.innerHTML = data.stars;
    stars.firstElementChild.open = wasOpen;
    const off = new Set(data.not_applicable);
    const missing = new Set(data.missing);
    document.querySelectorAll("[data-criterion]").forEach((box) => {
      const code = box.dataset.criterion;
      const asked = box.classList.contains("is-missing");
      box.disabled = off.has(code);
      box.classList.toggle("is-off", off.has(code));
      box.classList.toggle("is-done", !off.has(code) && !missing.has(code));
      if (!missing.has(code)) box.classList.remove("is-missing");
      const text = box.querySelector("[data-state-text]");
      if (text) text.textContent = off.has(code) ? data.reasons[code] || "" : asked && missing.has(code) ? say("Missing") : "";
    });
    const next = find("[data-next]");
    if (next) {
      find("[data-left]").textContent = data.missing.length;
      if (data.missing.length) next.setAttribute("href", `#tc-${data.missing[0]}`);
      find(".score-bar").classList.toggle("is-complete", !data.missing.length);
    }
  }
  function setChecked(code, option) {
    const box = field(code);
    if (!box) return;
    box.querySelectorAll("input[type=radio]").forEach((input) => {
      input.checked = Number(input.value) === option;
    });
  }

  // --- Sending, one at a time ------------------------------------------------------------------
  let running = false;
  let timer = null;
  let wait = 0; // seconds until the next attempt
  let halted = ""; // why the server takes nothing more
  let refusal = ""; // why it did not take the last choice; said until the next one
  const token = () => {
    const input = find("[name=csrfmiddlewaretoken]");
    return input ? input.value : "";
  };

  async function send([code, option]) {
    const body = new URLSearchParams({ criterion: code, option });
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(), 15000);
    try {
      return await fetch(root.dataset.markUrl, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token(), Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
        signal: abort.signal,
      });
    } finally {
      clearTimeout(limit);
    }
  }

  function later() {
    wait = Math.min(wait ? wait * 2 : 1, 30);
    show("offline", say("Offline"));
    read().forEach(([code]) => sign(code, "offline"));
    clearTimeout(timer);
    timer = setTimeout(run, wait * 1000 + Math.random() * 500);
  }
  function halt(text) {
    halted = text;
    show("error", say("Error"));
    read().forEach(([code]) => sign(code, "error"));
    tell(text);
  }

  async function drain() {
    while (!halted) {
      const list = read();
      if (!list.length) break;
      const [code, option] = list[0];
      show("saving", say("Saving"));
      sign(code, "pending");
      let response;
      try {
        response = await send(list[0]);
      } catch {
        return later();
      }
      if (response.type === "opaqueredirect" || response.status === 403) return halt(say("Login"));
      if (response.status === 429 || response.status >= 500) return later();
      let data = {};
      try {
        data = await response.json();
      } catch {
        if (response.ok) return later(); // a proxy's page instead of an answer
      }
      if (response.ok) {
        wait = 0;
        drop(code, option);
        answered.set(code, option);
        apply(data);
        sign(code, "saved");
      } else if (response.status === 422) {
        // Not an option of this set: put back what the server holds.
        drop(code, option);
        setChecked(code, answered.has(code) ? answered.get(code) : null);
        sign(code, "error");
        refusal = data.message || "";
        tell(refusal);
      } else {
        return halt(data.message || say("Error"));
      }
    }
    if (!halted && !read().length) {
      show("saved", say("Saved"));
      tell(refusal);
    }
  }

  function run() {
    clearTimeout(timer);
    if (running || locked) return;
    running = true;
    // Two tabs with the same sheet take turns.
    const turn = navigator.locks ? navigator.locks.request(key, drain) : drain();
    Promise.resolve(turn).finally(() => {
      running = false;
      if (read().length && !halted && !wait) run();
    });
  }

  // --- Events ----------------------------------------------------------------------------------
  // Beside the sheet there is room for the dossier; on a phone it stays folded.
  if (window.matchMedia("(min-width: 62rem)").matches) {
    document.querySelectorAll(".score-side .fold").forEach((fold) => {
      fold.open = true;
    });
  }
  document.querySelectorAll("[data-nojs]").forEach((place) => {
    place.hidden = true;
  });
  document.querySelectorAll("[data-criterion] input:checked").forEach((input) =>
    answered.set(input.closest("[data-criterion]").dataset.criterion, Number(input.value))
  );
  if (!locked) {
    root.addEventListener("change", (event) => {
      const box = event.target.closest("[data-criterion]");
      if (!box || event.target.type !== "radio") return;
      refusal = "";
      put(box.dataset.criterion, Number(event.target.value));
      box.classList.remove("is-missing");
      sign(box.dataset.criterion, halted ? "error" : "pending");
      wait = 0;
      if (halted) tell(halted);
      else run();
    });
    const again = () => {
      wait = 0;
      if (read().length && !halted) run();
    };
    window.addEventListener("online", again);
    window.addEventListener("focus", again);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) again();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!stored && read().length) event.preventDefault();
    });
    const submit = find("[data-submit]");
    if (submit) {
      submit.addEventListener("click", (event) => {
        if (!read().length) return;
        event.preventDefault();
        tell(say("Wait"));
        kept.scrollIntoView({ block: "center" });
        again();
      });
    }
  }
  if (kept) {
    kept.querySelector("[data-kept-retry]").addEventListener("click", () => {
      // A new login or a new due time may have opened the sheet again: the page knows best.
      if (halted || locked) window.location.reload();
      else run();
    });
    kept.querySelector("[data-kept-drop]").addEventListener("click", () => {
      write([]);
      forgetEarlier();
      window.location.reload();
    });
  }

  // Choices that a closed page left behind come back and are sent.
  const left = read();
  if (left.length) {
    left.forEach(([code, option]) => {
      if (!locked) setChecked(code, option);
      sign(code, locked ? "error" : "pending");
    });
    if (locked) tell("");
    else run();
  } else tell("");
})();
