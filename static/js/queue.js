// What a member chose on this device and the server has not answered for yet.
//
// One record for each person and sheet lies in localStorage, so that a closed page, a flat battery
// or a dead line loses nothing:
//   known   criterion → [option, version] as the server last told it
//   notes   criterion → {text, at}, likewise
//   queue   what is still to be sent, in the order of the choices
//   clash   criterion → {mine, theirs, version}: two devices chose otherwise, the member picks
//   drafts  rule → a reason that is still being written
//   answer  the server's last word on sums and on what applies
// A row of the queue bears an id of its own. Once it may have reached the server (`tried`) it is
// sent again as it was, until it is answered: the server knows the id and writes it once. A newer
// choice for the same criterion then waits behind it, and rests on the version that it made.
(function () {
  const PREFIX = "ocop-sheet-";
  const memory = new Map(); // where localStorage is closed (private mode)
  let stored = true;

  const complete = (found) => ({
    known: {}, notes: {}, queue: [], clash: {}, drafts: {}, answer: null,
    ...(found && typeof found === "object" && !Array.isArray(found) ? found : {}),
  });
  function load(key) {
    if (stored) {
      try {
        return complete(JSON.parse(localStorage.getItem(key)));
      } catch {
        // closed, or not ours
      }
    }
    return complete(memory.get(key));
  }
  function save(key, record) {
    memory.set(key, record);
    try {
      localStorage.setItem(key, JSON.stringify(record));
    } catch {
      stored = false;
    }
  }
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const keyOf = (person, sheet) => `${PREFIX}${person}-${sheet}`;

  class Queue {
    // `on`: what the page does when something happens; every part of it may be missing.
    constructor({ person, sheet, markUrl, noteUrl, token, on = {} }) {
      this.key = keyOf(person, sheet);
      Object.assign(this, { markUrl, noteUrl, token, on });
      this.running = false;
      this.wait = 0; // seconds until the next attempt
      this.halted = ""; // why the server takes nothing more
    }
    get record() {
      return load(this.key);
    }
    get isStored() {
      return stored;
    }
    // Read, change, write in one go: another tab works on the same record.
    change(act) {
      const record = load(this.key);
      act(record);
      save(this.key, record);
      return record;
    }
    say(what, ...about) {
      if (this.on[what]) this.on[what](...about);
    }

    put(kind, code, value) {
      this.change((record) => {
        const clash = kind === "mark" ? record.clash[code] : null;
        if (clash) delete record.clash[code];
        const rows = record.queue.filter((row) => row.kind === kind && row.code === code);
        const last = rows[rows.length - 1];
        if (last && !last.tried) {
          Object.assign(last, { value, id: newId() });
          return;
        }
        record.queue.push({ kind, code, value, id: newId(), tried: false, base: last ? null : this.base(record, kind, code, clash) });
      });
    }
    base(record, kind, code, clash) {
      if (clash) return clash.version;
      if (kind === "mark") return record.known[code] ? record.known[code][1] : 0;
      return record.notes[code] ? record.notes[code].text : "";
    }

    run() {
      clearTimeout(this.timer);
      if (this.running || this.halted || !this.record.queue.length) return;
      this.running = true;
      // Two tabs with the same sheet take turns.
      const drain = () => this.drain();
      const turn = navigator.locks ? navigator.locks.request(this.key, drain) : drain();
      Promise.resolve(turn).finally(() => {
        this.running = false;
        if (this.record.queue.length && !this.halted && !this.wait) this.run();
      });
    }
    retry() {
      this.wait = 0;
      this.run();
    }
    later() {
      this.wait = Math.min(this.wait ? this.wait * 2 : 1, 30);
      this.say("later");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run(), this.wait * 1000 + Math.random() * 500);
    }
    halt(text, reason) {
      this.halted = text;
      this.say("halt", text, reason);
    }

    async send(row) {
      const body = new URLSearchParams(
        row.kind === "mark"
          ? { criterion: row.code, option: row.value, base: row.base, id: row.id }
          : { criterion: row.code, text: row.value, seen: row.base }
      );
      const abort = new AbortController();
      const limit = setTimeout(() => abort.abort(), 15000);
      try {
        const response = await fetch(row.kind === "mark" ? this.markUrl : this.noteUrl, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": this.token(), Accept: "application/json" },
          credentials: "same-origin",
          redirect: "manual",
          signal: abort.signal,
        });
        // The answer may break off half-way: then it is none.
        const data = response.type === "opaqueredirect" ? null : await response.json().catch(() => null);
        return { status: response.type === "opaqueredirect" ? 403 : response.status, data };
      } finally {
        clearTimeout(limit);
      }
    }

    async drain() {
      while (!this.halted) {
        const [row] = this.change((record) => {
          if (record.queue.length) record.queue[0].tried = true;
        }).queue;
        if (!row) break;
        this.say("saving", row);
        let answer;
        try {
          answer = await this.send(row);
        } catch {
          return this.later();
        }
        const { status, data } = answer;
        if (status === 403) return this.halt("login", "login");
        if (status === 429 || status >= 500 || (!data && status !== 404)) return this.later();
        if (status === 200) this.saved(row, data);
        else if (status === 409 && data.conflict) this.clashed(row, data);
        else if (status === 422) this.refused(row, data.message || "");
        else return this.halt((data && data.message) || "", "refused");
      }
      if (!this.halted) this.say("idle");
    }
    // The row is answered; the next one for the same criterion rests on what it made.
    answered(record, row, base) {
      record.queue = record.queue.filter((other) => other.id !== row.id);
      const next = record.queue.find((other) => other.kind === row.kind && other.code === row.code);
      if (next && next.base === null) next.base = base;
    }
    learn(record, data) {
      Object.entries(data.marks).forEach(([code, [option, version]]) => {
        const known = record.known[code];
        if (!known || version >= known[1]) record.known[code] = [option, version];
      });
      const { marks, saved, conflict, message, ...answer } = data;
      record.answer = answer;
    }
    saved(row, data) {
      this.wait = 0;
      this.change((record) => {
        if (row.kind === "mark") {
          this.learn(record, data);
          this.answered(record, row, data.saved.version);
        } else {
          record.notes[row.code] = { text: data.text, at: data.at };
          this.answered(record, row, data.text);
        }
      });
      this.say("saved", row, data);
    }
    clashed(row, data) {
      this.wait = 0;
      this.change((record) => {
        this.learn(record, data);
        const rows = record.queue.filter((other) => other.kind === "mark" && other.code === row.code);
        const mine = rows.length ? rows[rows.length - 1].value : row.value;
        record.queue = record.queue.filter((other) => !rows.includes(other));
        const [theirs, version] = record.known[row.code] || [null, 0];
        if (theirs !== mine) record.clash[row.code] = { mine, theirs, version };
      });
      this.say("clash", row, data);
    }
    refused(row, message) {
      this.wait = 0;
      this.change((record) => this.answered(record, row, this.base(record, row.kind, row.code)));
      this.say("refused", row, message);
    }
  }

  // Records of other people who used this device: once all is sent they are of no use to anybody.
  function forgetOthers(person) {
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${person}-`))
        .filter((key) => !load(key).queue.length && !Object.keys(load(key).clash).length)
        .forEach((key) => localStorage.removeItem(key));
    } catch {
      // closed, so there is nothing kept
    }
  }
  function forget(person, sheet) {
    memory.delete(keyOf(person, sheet));
    try {
      localStorage.removeItem(keyOf(person, sheet));
    } catch {
      // closed, so there is nothing kept
    }
  }

  window.ocopQueue = { Queue, forget, forgetOthers, read: (person, sheet) => load(keyOf(person, sheet)) };
})();
