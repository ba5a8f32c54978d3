// The score sheet: every choice is kept on the device first and sent when the line is there.
//
// Only the criterion and the chosen option are sent; points and sums come from the server. While
// the line is down the sums are worked out from the printed points, until the server answers.
// What an earlier version of the sheet left unsent is named, never sent: the member may have
// thought better of it since.
(function () {
  const root = document.querySelector("[data-sheet]");
  if (!root) return;
  const { Queue, forget, forgetOthers, read } = window.ocopQueue;
  const { person, sheet } = root.dataset;
  const locked = Boolean(root.dataset.locked);
  const say = (name) => root.dataset[`say${name}`];
  const find = (selector) => document.querySelector(selector);
  const field = (code) => document.getElementById(`tc-${code}`);
  const boxes = Array.from(document.querySelectorAll("[data-criterion]"));
  const noteOf = (code) => document.getElementById(`gc-${code}`);

  // --- What the screen says --------------------------------------------------------------------
  const bar = find("[data-save-state]");
  const icons = bar && bar.querySelector("use") ? bar.querySelector("use").getAttribute("href").split("#")[0] : "";
  const signs = { saved: "cloud-check", saving: "arrow-repeat", offline: "wifi-off", error: "exclamation-triangle", conflict: "exclamation-triangle" };
  const words = { saved: "Saved", saving: "Saving", offline: "Offline", error: "Error", conflict: "Conflict" };
  function show(state) {
    if (!bar || locked || bar.dataset.state === state) return;
    bar.dataset.state = state;
    const use = bar.querySelector("use");
    if (use) use.setAttribute("href", `${icons}#${signs[state]}`);
    bar.lastElementChild.textContent = say(words[state]);
  }
  function sign(row, state) {
    const box = field(row.code);
    const place = box && box.querySelector(row.kind === "note" ? "[data-note-state]" : "[data-save]");
    if (!place) return;
    place.dataset.state = state;
    place.textContent = `${state === "saved" ? "✓ " : ""}${say(words[state]).toLowerCase()}`;
  }
  const kept = find("[data-kept]");
  const earlier = (root.dataset.earlier || "").split(" ").filter(Boolean);
  const codes = (rows) => Array.from(new Set(rows.map((row) => row.code))).join(", ");
  function tell(text) {
    if (!kept) return;
    const { queue: waiting, clash } = queue.record;
    const left = earlier.flatMap((old) => read(person, old).queue);
    const clashes = Object.keys(clash);
    kept.hidden = !text && !waiting.length && !left.length && !clashes.length;
    kept.querySelector("[data-kept-text]").textContent = [
      text,
      waiting.length ? `${say("Kept")}${codes(waiting)}.` : "",
      clashes.length ? `${say("Conflicts")}${clashes.join(", ")}.` : "",
      left.length ? `${say("Earlier")}${codes(left)}.` : "",
    ].filter(Boolean).join(" ");
    kept.querySelector("[data-kept-retry]").hidden = !text && !waiting.length;
    kept.querySelector("[data-kept-drop]").hidden = !waiting.length && !left.length;
  }

  // --- Choices on the page ---------------------------------------------------------------------
  function setChecked(code, option) {
    const box = field(code);
    if (!box) return;
    box.querySelectorAll("input[type=radio]").forEach((input) => {
      input.checked = Number(input.value) === option;
    });
  }
  function levelText(code, option) {
    const box = field(code);
    const input = box && box.querySelector(`input[type=radio][value="${option}"]`);
    if (!input) return "–";
    const level = input.closest(".level");
    return `${level.querySelector(".level-text").firstChild.textContent.trim()} (${level.querySelector(".level-points").textContent})`;
  }
  // What stands for a criterion: the newest choice on this device, else what the server holds.
  function standing(record, code) {
    const rows = record.queue.filter((row) => row.kind === "mark" && row.code === code);
    if (rows.length) return rows[rows.length - 1].value;
    if (record.clash[code]) return record.clash[code].mine;
    return record.known[code] ? record.known[code][0] : null;
  }
  // A form that is sent without this script says on what its choices rest.
  function setSeen(record, code) {
    const box = field(code);
    const seen = box && box.querySelector("[data-seen]");
    const [option, version] = record.known[code] || ["", 0];
    if (seen) seen.value = `${version}.${option === null ? "" : option}`;
  }
  function draw() {
    const record = queue.record;
    boxes.forEach((box) => {
      const code = box.dataset.criterion;
      setChecked(code, standing(record, code));
      setSeen(record, code);
      const clash = record.clash[code];
      const place = box.querySelector("[data-conflict]");
      if (!place) return;
      place.hidden = !clash;
      if (!clash) return;
      place.querySelector("[data-take=mine] span").textContent = levelText(code, clash.mine);
      place.querySelector("[data-take=theirs] span").textContent = levelText(code, clash.theirs);
      sign({ code, kind: "mark" }, "conflict");
    });
  }

  // --- Sums ------------------------------------------------------------------------------------
  function drawSums(parts, total, missing) {
    Object.entries(parts).forEach(([part, points]) =>
      document.querySelectorAll(`[data-part-sum="${part}"]`).forEach((place) => {
        place.textContent = points;
      })
    );
    find("[data-total]").textContent = total;
    const next = find("[data-next]");
    if (!next) return;
    find("[data-left]").textContent = missing.length;
    if (missing.length) next.setAttribute("href", `#tc-${missing[0]}`);
    find(".score-bar").classList.toggle("is-complete", !missing.length);
  }
  // The server's answer is the whole truth about sums and about what applies.
  function apply(answer) {
    const off = new Set(answer.not_applicable);
    const missing = new Set(answer.missing);
    boxes.forEach((box) => {
      const code = box.dataset.criterion;
      const asked = box.classList.contains("is-missing");
      box.disabled = off.has(code);
      box.classList.toggle("is-off", off.has(code));
      box.classList.toggle("is-done", !off.has(code) && !missing.has(code));
      if (!missing.has(code)) box.classList.remove("is-missing");
      const text = box.querySelector("[data-state-text]");
      if (text) text.textContent = off.has(code) ? answer.reasons[code] || "" : asked && missing.has(code) ? say("Missing") : "";
    });
    drawSums(answer.parts, answer.total, answer.missing);
    const stars = find("[data-stars]");
    const wasOpen = stars.firstElementChild.open;
    stars.innerHTML = answer.stars;
    stars.firstElementChild.open = wasOpen;
  }
  // Where only one of several cases is marked, the choice of one shuts the others at once: without
  // a line nobody else would say so. Where all are shut, something else has shut them.
  function shutOtherCases() {
    const headings = new Set(boxes.map((box) => box.dataset.oneOf).filter(Boolean));
    headings.forEach((heading) => {
      const cases = boxes.filter((box) => box.dataset.oneOf === heading);
      if (cases.every((box) => box.disabled)) return;
      const marked = cases.find((box) => {
        const chosen = box.querySelector("input[type=radio]:checked");
        return chosen && chosen.value !== "0" && !box.disabled;
      });
      cases.forEach((box) => {
        const off = Boolean(marked) && box.dataset.case !== marked.dataset.case;
        box.disabled = off;
        box.classList.toggle("is-off", off);
        box.querySelector("[data-state-text]").textContent = off ? say("OtherCase") : "";
      });
    });
  }
  // Until it answers: the printed points of what is chosen and applies.
  function estimate() {
    shutOtherCases();
    const parts = {};
    const missing = [];
    boxes.forEach((box) => {
      const part = box.closest(".score-part").id.replace("part-", "");
      parts[part] = parts[part] || 0;
      if (box.disabled) return;
      const chosen = box.querySelector("input[type=radio]:checked");
      if (!chosen) missing.push(box.dataset.criterion);
      else parts[part] += Number(chosen.closest(".level").querySelector(".level-points").textContent);
    });
    drawSums(parts, Object.values(parts).reduce((sum, points) => sum + points, 0), missing);
  }

  // --- Sending ---------------------------------------------------------------------------------
  let refusal = ""; // why the last choice was not taken; said until the next one
  const waitingSigns = (state) => queue.record.queue.forEach((row) => sign(row, state));
  const queue = new Queue({
    person,
    sheet,
    markUrl: root.dataset.markUrl,
    noteUrl: root.dataset.noteUrl,
    token: () => (find("[name=csrfmiddlewaretoken]") || { value: "" }).value,
    on: {
      saving(row) {
        show("saving");
        sign(row, "saving");
      },
      saved(row, data) {
        const { queue: waiting, answer } = queue.record;
        const newer = waiting.some((other) => other.kind === row.kind && other.code === row.code);
        if (!newer) sign(row, "saved");
        if (row.kind === "note") return drawNote(row.code, newer);
        draw();
        apply(answer);
        if (waiting.some((other) => other.kind === "mark")) estimate();
      },
      clash() {
        draw();
        apply(queue.record.answer);
      },
      refused(row, message) {
        sign(row, "error");
        refusal = message;
        draw();
        tell(message);
      },
      later() {
        show("offline");
        waitingSigns("offline");
      },
      halt(text, why) {
        queue.halted = why === "login" ? say("Login") : text || say("Error");
        show("error");
        waitingSigns("error");
        tell(queue.halted);
      },
      idle() {
        show(Object.keys(queue.record.clash).length ? "conflict" : "saved");
        tell(refusal);
      },
    },
  });

  // --- Notes -----------------------------------------------------------------------------------
  function drawNote(code, keep) {
    const place = noteOf(code);
    const record = queue.record;
    const text = record.notes[code] ? record.notes[code].text : "";
    const seen = place && place.closest("details").querySelector("input[type=hidden]");
    if (seen) seen.value = text;
    if (place && !keep && document.activeElement !== place) place.value = text;
  }
  let writing = null;
  function putNote(place) {
    const code = place.closest("[data-criterion]").dataset.criterion;
    const rows = queue.record.queue.filter((row) => row.kind === "note" && row.code === code);
    const before = rows.length ? rows[rows.length - 1].value : (queue.record.notes[code] || { text: "" }).text;
    if (place.value.trim() === before.trim()) return;
    queue.put("note", code, place.value);
    sign({ kind: "note", code }, queue.halted ? "error" : "saving");
    queue.retry();
  }

  // --- The page as it opens --------------------------------------------------------------------
  forgetOthers(person);
  if (window.matchMedia("(min-width: 62rem)").matches) {
    // Beside the sheet there is room for the dossier; on a phone it stays folded.
    document.querySelectorAll(".score-side .fold").forEach((fold) => {
      fold.open = true;
    });
  }
  document.querySelectorAll("[data-nojs]").forEach((place) => {
    place.hidden = true;
  });
  let isOld = false; // a page that the device kept: it knows less than the record
  queue.change((record) => {
    boxes.forEach((box) => {
      const code = box.dataset.criterion;
      const version = Number(box.dataset.version);
      const known = record.known[code];
      if (known && known[1] > version) isOld = true;
      else if (version) {
        const checked = box.querySelector("input[type=radio]:checked");
        record.known[code] = [checked ? Number(checked.value) : null, version];
      }
      const place = noteOf(code);
      if (place && !(record.notes[code] && record.notes[code].at > Number(root.dataset.at))) {
        record.notes[code] = { text: place.value, at: Number(root.dataset.at) };
      }
    });
  });
  const opened = queue.record;
  if (locked) {
    opened.queue.forEach((row) => sign(row, "error"));
  } else {
    draw();
    if (isOld && opened.answer) apply(opened.answer);
    boxes.forEach((box) => {
      const code = box.dataset.criterion;
      drawNote(code);
      const left = opened.queue.filter((row) => row.kind === "note" && row.code === code);
      const place = noteOf(code);
      if (left.length) place.value = left[left.length - 1].value;
      if (place && place.value) place.closest("details").open = true;
    });
    if (opened.queue.some((row) => row.kind === "mark")) estimate();
    opened.queue.forEach((row) => sign(row, "saving"));
    if (Object.keys(opened.clash).length) show("conflict");
    queue.run();
  }
  if (locked || !opened.queue.length) tell("");

  // --- Events ----------------------------------------------------------------------------------
  if (!locked) {
    root.addEventListener("change", (event) => {
      const box = event.target.closest("[data-criterion]");
      if (!box || event.target.type !== "radio") return;
      const code = box.dataset.criterion;
      refusal = "";
      queue.put("mark", code, Number(event.target.value));
      box.classList.remove("is-missing");
      draw();
      estimate();
      sign({ kind: "mark", code }, queue.halted ? "error" : "saving");
      if (queue.halted) tell(queue.halted);
      else queue.retry();
    });
    root.addEventListener("input", (event) => {
      if (event.target.matches("[data-note]")) {
        clearTimeout(writing);
        writing = setTimeout(putNote, 800, event.target);
      } else if (event.target.name && event.target.name.startsWith("reason-")) {
        queue.change((record) => {
          record.drafts[event.target.name] = event.target.value;
        });
      }
    });
    root.addEventListener("focusout", (event) => {
      if (event.target.matches("[data-note]")) putNote(event.target);
    });
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-take]");
      if (!button) return;
      const code = button.closest("[data-criterion]").dataset.criterion;
      if (button.dataset.take === "mine") {
        queue.put("mark", code, queue.record.clash[code].mine);
        sign({ kind: "mark", code }, "saving");
      } else {
        queue.change((record) => {
          delete record.clash[code];
        });
        sign({ kind: "mark", code }, "saved");
      }
      draw();
      if (queue.record.queue.length) queue.retry();
      else queue.say("idle");
    });
    // Reasons for a knock-out or a gate go out with their part's form, once all else is saved.
    document.querySelectorAll("textarea[name^=reason-]").forEach((place) => {
      if (!place.value) place.value = opened.drafts[place.name] || "";
      if (place.value) place.closest("details").open = true;
    });
    queue.change((record) => {
      Object.keys(record.drafts)
        .filter((name) => !document.getElementsByName(name).length)
        .forEach((name) => delete record.drafts[name]);
    });
    const owes = () => queue.record.queue.length || Object.keys(queue.record.clash).length;
    function holdBack(event) {
      if (!owes() && navigator.onLine) return;
      event.preventDefault();
      tell(owes() ? say("Wait") : say("Line"));
      kept.scrollIntoView({ block: "center" });
      queue.retry();
    }
    root.addEventListener("submit", holdBack);
    const submit = find("[data-submit]");
    if (submit) submit.addEventListener("click", holdBack);
    const again = () => queue.retry();
    window.addEventListener("online", again);
    window.addEventListener("focus", again);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) document.querySelectorAll("[data-note]").forEach(putNote);
      else again();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!queue.isStored && queue.record.queue.length) event.preventDefault();
    });
  }
  if (kept) {
    kept.querySelector("[data-kept-retry]").addEventListener("click", () => {
      // A new login or a new due time may have opened the sheet again: the page knows best.
      if (queue.halted || locked) window.location.reload();
      else queue.retry();
    });
    kept.querySelector("[data-kept-drop]").addEventListener("click", () => {
      queue.change((record) => {
        record.queue = [];
      });
      earlier.forEach((old) => forget(person, old));
      window.location.reload();
    });
  }
})();
