// Comforts of the rehearsal. The server reckons; this file asks it again after every tap, keeps the
// sheet on this device, and shows when the line is down. Without it the button "Tính điểm" does.
(function () {
  const PREFIX = "ocop-tu-danh-gia/";
  const store = {
    get(key) {
      try { return localStorage.getItem(PREFIX + key) || ""; } catch { return ""; }
    },
    set(key, value) {
      try {
        if (value) localStorage.setItem(PREFIX + key, value);
        else localStorage.removeItem(PREFIX + key);
      } catch { /* a private window, or a full store: the address still holds the sheet */ }
    },
  };

  // --- The report: what is typed stays in this browser -----------------------------------------
  document.querySelectorAll("[data-keep]").forEach((report) => {
    const key = "bao-cao/" + report.dataset.keep;
    let kept = {};
    try { kept = JSON.parse(store.get(key) || "{}"); } catch { kept = {}; }
    report.querySelectorAll("[data-field]").forEach((field) => {
      field.value = kept[field.dataset.field] || "";
      field.addEventListener("input", () => {
        kept[field.dataset.field] = field.value;
        store.set(key, JSON.stringify(kept));
      });
    });
  });

  const form = document.querySelector("form[data-rehearsal]");
  if (!form) return;
  const key = "phieu/" + form.dataset.rehearsal;
  const bar = form.querySelector("[data-bar]");
  const words = form.querySelector("[data-words]").dataset;
  const status = form.querySelector("[data-status]");
  form.querySelector("[data-recalculate]").hidden = true;
  form.querySelectorAll("[data-kept]").forEach((input) => input.remove()); // for browsers without script
  const fixed = ["qd", "bo", "v"];
  let target = new URLSearchParams(location.search).get("dich") || "";
  let waiting = null;
  let asked = null;

  // Criteria that are ruled out are disabled; what was chosen there is sent all the same, so that
  // it is there again when they count again.
  const query = () => {
    const said = new URLSearchParams();
    form.querySelectorAll("input").forEach((input) => {
      if (!input.name || !input.value || (input.type !== "hidden" && !input.checked)) return;
      said.append(input.name, input.value);
    });
    return said;
  };
  const answers = (text) => [...new URLSearchParams(text)].filter(([name]) => ![...fixed, "dich"].includes(name)).sort().join("&");
  const address = () => form.getAttribute("action") + "?" + query() + (target ? "&dich=" + target : "");

  const say = (text, state) => {
    status.textContent = text;
    status.dataset.state = state;
  };

  const show = (page) => {
    const result = page.getElementById("ket-qua");
    const old = document.getElementById("ket-qua");
    const open = [...old.querySelectorAll("details")].map((fold) => fold.open);
    result.querySelectorAll("details").forEach((fold, n) => { fold.open = open[n] || false; });
    old.replaceWith(document.adoptNode(result));
    const sums = result.querySelector("[data-bar-now]").content.querySelector("[data-sums]");
    bar.querySelector("[data-sums]").replaceWith(document.adoptNode(sums));
    const why = {};
    result.querySelectorAll("[data-ruled-out] > li").forEach((row) => { why[row.dataset.code] = row.textContent; });
    form.querySelectorAll("[data-code]").forEach((criterion) => {
      const off = criterion.dataset.code in why;
      criterion.disabled = off;
      criterion.classList.toggle("is-off", off);
      criterion.querySelector("[data-off-reason]").textContent = why[criterion.dataset.code] || "";
    });
  };

  const reckon = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const mine = asked;
    say(words.reckoning, "saving");
    try {
      const answer = await fetch(address(), { headers: { "X-Fragment": "ket-qua" }, signal: mine.signal });
      if (!answer.ok) throw new Error(answer.status);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      say(words.reckoned, "saved");
    } catch (error) {
      if (error.name !== "AbortError") say(words.offline, "offline");
    }
  };

  const changed = () => {
    history.replaceState(null, "", address());
    store.set(key, String(query()));
    say(words.reckoning, "saving");
    clearTimeout(waiting);
    waiting = setTimeout(reckon, 200);
  };
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  window.addEventListener("online", () => status.dataset.state === "offline" && reckon());

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-target], [data-anew], [data-copy]");
    if (!link) return;
    if ("target" in link.dataset) {
      event.preventDefault();
      target = link.dataset.target;
      changed();
    } else if ("anew" in link.dataset) {
      store.set(key, "");
    } else {
      const field = document.getElementById("lien-ket");
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        link.querySelector("span").textContent = words.copied;
      } catch { /* the text is selected: it can be copied by hand */ }
    }
  });

  // A sheet that was left half-way is taken up again; one that came by a link is not written over
  // by merely looking at it.
  const kept = store.get(key);
  if (kept && answers(kept) !== answers(location.search)) {
    if (answers(location.search)) {
      const other = document.getElementById("phieu-khac");
      other.querySelector("a").href = form.getAttribute("action") + "?" + kept;
      other.hidden = false;
    } else if (answers(kept)) {
      location.replace(form.getAttribute("action") + "?" + kept);
    }
  }
})();
