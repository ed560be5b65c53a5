// Brings what is typed to the server, one input at a time, one request at a time; and knows why it could not.
// The server compares: a save states the digest of the text it started from, and never goes over a newer one.

import { same } from "./writing-fields.js";

const PAUSE = 1000; // milliseconds after the last key
const LONGEST = 8000; // while somebody types on and on
const PATIENCE = 15_000; // for one answer
const RETRIES = [1000, 2000, 4000, 8000, 15_000];

export const OK = "ok", OFFLINE = "offline", TROUBLE = "trouble", SIGNED_OUT = "signedOut", OTHER_PERSON = "otherPerson",
  GONE = "gone", CLOSED = "closed";
const WAITS_FOR_PEOPLE = new Set([SIGNED_OUT, OTHER_PERSON, GONE, CLOSED]);

/** A text as the server may have tidied it: white space in one line, separators in a figure. */
function tidied(field, value) {
  if (Array.isArray(value) || field.isLong || !field.isText) return value;
  return field.first.inputMode ? value.replace(/[^\d-]/g, "") : value.split(/\s+/).filter(Boolean).join(" ");
}

export class Saver {
  line = OK;
  savedAt = null;
  #busy = false;
  #timer = null;
  #failures = 0;
  #idle = [];

  /** `on`: what happens then: change(), closed(sentence), opened(), conflict(field, told), saved(told). */
  constructor(page, fields, store, token, on) {
    Object.assign(this, { page, fields, store, token, on });
    for (const field of fields.values()) {
      field.base = page.digests[field.name];
      field.stored = page.values?.[field.name] ?? field.value;
      field.state = "saved";
      field.doubts = []; // values sent whose answer never came
    }
    window.addEventListener("online", () => this.flush());
    window.addEventListener("offline", () => this.#set(WAITS_FOR_PEOPLE.has(this.line) ? this.line : OFFLINE));
    document.addEventListener("visibilitychange", () => this.flush());
    window.addEventListener("pagehide", () => this.#last());
    window.addEventListener("focus", () => this.#again());
    new BroadcastChannel("award-signed-in").addEventListener("message", () => this.#again());
    setInterval(() => this.#again(), PATIENCE);
  }

  get unsaved() {
    return [...this.fields.values()].filter((field) => field.state !== "saved");
  }

  /** Somebody typed: the browser keeps it at once, the server gets it after a pause. */
  note(field) {
    const { value } = field;
    if (same(value, field.stored) && !field.doubts.length && field.state !== "conflict") {
      this.#settle(field);
      this.on.change();
      return;
    }
    this.#keep(field);
    if (field.state === "conflict") return;
    if (field.state !== "waiting") field.since = Date.now();
    if (field.state !== "saving") field.state = "waiting";
    field.problem = null;
    field.due = Math.min(Date.now() + PAUSE, (field.since ?? Date.now()) + LONGEST);
    this.on.change();
    this.#schedule();
  }

  /** Choices that stand in one press are saved without a pause. */
  now(field) {
    if (field.state !== "waiting") return;
    field.due = 0;
    this.#schedule();
  }

  /** Saves everything that waits; resolves when nothing is under way any more. */
  flush() {
    for (const field of this.unsaved) if (field.state === "waiting") field.due = 0;
    this.#failures = 0;
    this.#schedule();
    return this.#busy || this.unsaved.some((field) => field.state === "waiting" && !WAITS_FOR_PEOPLE.has(this.line))
      ? new Promise((done) => this.#idle.push(done))
      : Promise.resolve();
  }

  /** The writer has seen the stored text and decided: what stands in the field is saved over it. */
  decide(field, digest, { over }) {
    Object.assign(field, { base: digest, over, state: "waiting", due: 0, doubts: [] });
    this.#keep(field);
    this.on.change();
    this.#schedule();
  }

  /** The stored text is taken over into the field: nothing is left to save. */
  adopt(field, value, digest) {
    Object.assign(field, { base: digest, stored: value, doubts: [] });
    this.#settle(field);
    this.on.change();
  }

  /** Asks the server who is signed in, whether the text can be changed, and for the values of some inputs. */
  async ask(names = []) {
    try {
      const answer = await this.#fetch(`${this.page.urls.state}?${new URLSearchParams({ inputs: names.join(" ") })}`, {});
      if (answer.status === 401) this.#set(SIGNED_OUT);
      else if (answer.status === 404) this.#set(GONE);
      else if (!answer.ok) this.#set(TROUBLE);
      else return await this.#hearState(await answer.json());
    } catch {
      this.#set(OFFLINE);
    }
    return null;
  }

  async #hearState(told) {
    if (told.person !== this.page.person) {
      this.#set(OTHER_PERSON);
      return null;
    }
    this.token = told.token;
    this.page.until = told.until;
    if (told.closed) this.#close(told.closed);
    else if (this.line !== OK) {
      if (this.line === CLOSED) this.on.opened();
      this.#set(OK);
      this.flush();
    }
    return told;
  }

  #again() {
    if (this.line === SIGNED_OUT || this.line === OTHER_PERSON) this.ask();
  }

  #set(line) {
    const before = this.line;
    this.line = line;
    if (WAITS_FOR_PEOPLE.has(line)) this.#rest();
    if (before !== line) this.on.change();
  }

  #close(sentence) {
    this.#set(CLOSED);
    this.on.closed(sentence);
  }

  #keep(field) {
    this.store.keep(field.name, { value: field.value, base: field.base, doubts: field.doubts });
  }

  #settle(field) {
    field.state = "saved";
    field.over = false;
    field.problem = null;
    this.store.drop(field.name);
  }

  #rest() {
    for (const done of this.#idle.splice(0)) done();
  }

  #schedule() {
    if (this.#busy || WAITS_FOR_PEOPLE.has(this.line)) return;
    clearTimeout(this.#timer);
    const waiting = this.unsaved.filter((field) => field.state === "waiting");
    if (!waiting.length) {
      this.#rest();
      return;
    }
    const next = waiting.reduce((one, other) => (other.due < one.due ? other : one));
    this.#timer = setTimeout(() => this.#send(next), Math.max(0, next.due - Date.now()));
  }

  async #send(field) {
    if (this.#busy) return;
    this.#busy = true;
    const { value } = field;
    field.state = "saving";
    if (!field.doubts.some((doubt) => same(doubt, value))) field.doubts.push(value);
    this.#keep(field);
    this.on.change();
    try {
      const answer = await this.#fetch(this.page.urls.input.replace("INPUT", field.name), { body: this.#body(field, value) });
      await this.#hear(field, value, answer.status, await answer.json());
    } catch {
      this.#fail(field, OFFLINE);
    }
    this.#busy = false;
    this.on.change();
    this.#schedule();
  }

  #body(field, value) {
    const body = new URLSearchParams({ base: field.base });
    for (const one of [value].flat()) body.append("value", one);
    if (field.over) body.set("over", "1");
    return body;
  }

  #fetch(address, { body, keepalive = false }) {
    const headers = { Accept: "application/json", ...(body ? { "X-CSRFToken": this.token } : {}) };
    const signal = keepalive ? undefined : AbortSignal.timeout(PATIENCE);
    return fetch(address, { method: body ? "POST" : "GET", body, headers, keepalive, signal });
  }

  async #hear(field, value, status, told) {
    if (status === 200) {
      Object.assign(field, { base: told.digest, stored: value, doubts: [], over: false });
      this.savedAt = Date.now();
      this.#failures = 0;
      this.#set(OK);
      this.#settle(field);
      if (!same(field.value, value)) this.note(field);
      this.on.saved(told);
    } else if (told.kind === "changed") this.#meet(field, told);
    else if (told.kind === "refused") {
      Object.assign(field, { state: "refused", problem: told.problem, doubts: [] });
      this.#set(OK);
      if (!same(field.value, value)) this.note(field);
    } else if (told.kind === "closed") {
      field.state = "waiting";
      this.#close(told.problem);
    } else if (status === 404) this.#fail(field, GONE);
    else if (told.kind === "signed_out") await this.#refresh(field);
    else this.#fail(field, TROUBLE);
  }

  // Another text is stored. If it is one of ours whose answer was lost, the save simply goes on from there.
  #meet(field, told) {
    const ours = field.doubts.slice(0, -1).some((doubt) => same(tidied(field, doubt), tidied(field, told.value)));
    this.#set(OK);
    if (ours) {
      Object.assign(field, { base: told.digest, doubts: [], state: "waiting", due: 0 });
      return;
    }
    field.state = "conflict";
    field.doubts = [];
    this.#keep(field);
    this.on.conflict(field, told);
  }

  // The token belongs to the session: after signing in anew, perhaps in another window, the page needs the new one.
  async #refresh(field) {
    const before = this.token;
    field.state = "waiting";
    field.due = 0;
    if ((await this.ask()) && this.token === before) this.#fail(field, TROUBLE);
  }

  #fail(field, line) {
    field.state = "waiting";
    field.due = Date.now() + RETRIES[Math.min(this.#failures, RETRIES.length - 1)];
    this.#failures += 1;
    this.#set(line);
    this.#rest();
  }

  // The page goes away: what is not on the server yet is sent without waiting for an answer; the browser has it anyway.
  #last() {
    if (WAITS_FOR_PEOPLE.has(this.line)) return;
    for (const field of this.unsaved) {
      if (field.state !== "waiting") continue;
      this.#fetch(this.page.urls.input.replace("INPUT", field.name), { body: this.#body(field, field.value), keepalive: true })
        .catch(() => {});
    }
  }
}
