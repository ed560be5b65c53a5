// The sheet saves itself: each mark at once, each text after a pause, each to an address of its own and compared with what
// this window had seen of it. Saves go one after the other. Other windows of the same file follow, or ask which one holds.

import { element, figure } from "./words.js";

const PAUSE = 1200;
const RETRY = 5000;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
const shown = (value) => (value === "" ? "–" : figure(Number(value)));

let isFollowing = false;

/** One thing that saves itself: a criterion with its marks, or a text. */
class Item {
  constructor(node, form) {
    this.node = node;
    this.name = node.dataset.item;
    this.base = node.querySelector(`[name="base-${this.name}"]`);
    this.isMark = node.matches("fieldset");
    this.isTicks = "ticks" in node.dataset;
    this.text = this.isMark ? null : node.querySelector("textarea");
    this.form = form;
    this.isDirty = false;
    this.conflict = node.querySelector("[data-conflict]");
  }

  get value() {
    if (this.isTicks) return this.boxes.filter((box) => box.checked).map((box) => box.value).join(" ");
    if (!this.isMark) return this.text.value;
    return this.form.elements[this.name].value ?? "";
  }

  set value(value) {
    if (this.isTicks) {
      for (const box of this.boxes) box.checked = value.split(" ").includes(box.value);
    } else if (this.isMark) {
      for (const radio of this.node.querySelectorAll("input[type=radio]")) radio.checked = radio.value === value;
    } else {
      isFollowing = true;
      this.text.value = value;
      this.text.dispatchEvent(new Event("input", { bubbles: true })); // for whoever counts words
      isFollowing = false;
    }
  }

  get boxes() {
    return [...this.node.querySelectorAll("input[type=checkbox]")];
  }

  get title() {
    return this.node.querySelector("legend, label")?.firstChild?.textContent.trim() ?? this.name;
  }
}

function summary(form, items) {
  const marks = items.filter((item) => item.isMark);
  const given = marks.filter((item) => item.value !== "");
  const line = document.querySelector("[data-sheet-sum]");
  const bar = document.querySelector("[data-sheet-bar-sum]");
  if (bar) bar.textContent = `${given.length}/${marks.length}`;
  if (!line) return;
  const words = fill(line.dataset.words, { scored: given.length, all: marks.length });
  const weights = marks.map((item) => Number(item.node.dataset.weight || 1));
  const total = marks.reduce((sum, item, n) => sum + weights[n] * Number(item.value || 0), 0);
  const mean = total / weights.reduce((sum, weight) => sum + weight, 0);
  const isWhole = given.length === marks.length && marks.length;
  line.textContent = isWhole ? `${words} · ${fill(line.dataset.wordsMean, { mean: figure(Math.round(mean * 100) / 100) })}` : words;
}

export function start() {
  const form = document.querySelector("[data-sheet]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const items = [...form.querySelectorAll("[data-item]")].map((node) => new Item(node, form));
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`sheet-${form.dataset.sheet}`) : null;
  const waiting = new Set();
  let running = Promise.resolve();
  let timer = null;
  let isSending = false;

  const say = (text) => {
    state.textContent = text;
  };

  function settle(item, base, saved) {
    item.base.value = base;
    item.isDirty = waiting.has(item);
    item.conflict.replaceChildren();
    if (saved) say(saved);
    if (!waiting.size && !items.some((one) => one.isDirty)) form.dataset.saved = "yes";
    summary(form, items);
  }

  async function send(item) {
    if (!waiting.delete(item)) return;
    const sent = item.value;
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    body.set("value", sent);
    body.set("base", item.base.value);
    say(form.dataset.saving);
    isSending = true;
    try {
      const answer = await fetch(item.node.dataset.save, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.headers.get("Content-Type")?.includes("json")) {
        waiting.add(item); // signed out meanwhile: it goes with the next save after signing in again
        isSending = false;
        say(form.dataset.ended);
        return;
      }
      const told = await answer.json();
      if (answer.ok) {
        settle(item, told.base, told.saved);
        channel?.postMessage({ name: item.name, value: sent, base: told.base });
      } else if (answer.status === 409 && "stored" in told) {
        ask(item, told.stored, told.base ?? told.stored, told.problem);
      } else {
        say(told.problem);
      }
    } catch {
      waiting.add(item);
      say(form.dataset.lost);
      clearTimeout(timer);
      timer = setTimeout(flush, RETRY);
    }
    isSending = false;
  }

  function flush() {
    clearTimeout(timer);
    for (const item of [...waiting]) running = running.then(() => send(item));
    return running;
  }

  function changed(item, pause) {
    item.isDirty = true;
    form.dataset.saved = "no";
    waiting.add(item);
    summary(form, items);
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  }

  /** Two windows differ: both states are shown, and the member chooses. */
  function ask(item, stored, base, problem) {
    waiting.delete(item);
    item.isDirty = true;
    say(problem ?? "");
    const own = item.value;
    const take = element("button", { type: "button", class: "button secondary small" });
    const keep = element("button", { type: "button", class: "button secondary small" });
    const words = item.isMark
      ? [element("p", {}, fill(form.dataset.elsewhere, { stored: shown(stored), own: shown(own) }))]
      : [element("p", {}, form.dataset.elsewhereText), element("blockquote", { class: "keep-lines" }, stored || "–")];
    take.textContent = item.isMark ? fill(form.dataset.take, { stored: shown(stored) }) : form.dataset.takeText;
    keep.textContent = item.isMark ? fill(form.dataset.keep, { own: shown(own) }) : form.dataset.keepText;
    take.addEventListener("click", () => {
      item.value = stored;
      waiting.delete(item);
      settle(item, base, "");
      focus(item);
    });
    keep.addEventListener("click", () => {
      item.base.value = base;
      item.conflict.replaceChildren();
      changed(item, 0);
      focus(item);
    });
    item.conflict.replaceChildren(...words, element("div", { class: "actions" }, take, keep));
  }

  function focus(item) {
    (item.text ?? item.node.querySelector("input:checked") ?? item.node.querySelector("input[type=radio], input[type=checkbox]")).focus();
  }

  /** Another window has saved this: follow, unless something else was set here meanwhile. */
  function follow(name, value, base) {
    const item = items.find((one) => one.name === name);
    if (!item || item.base.value === base) return;
    if (item.value === value) {
      settle(item, base, "");
    } else if (item.isDirty) {
      ask(item, value, base);
    } else {
      item.value = value;
      waiting.delete(item);
      settle(item, base, fill(form.dataset.followed, { what: item.title }));
    }
  }

  async function check() {
    if (document.hidden || isSending || waiting.size) return;
    try {
      const answer = await fetch(form.dataset.state, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const told = await answer.json();
      for (const [id, mark] of Object.entries(told.marks)) follow(`mark-${id}`, mark, mark);
      for (const [name, text] of Object.entries(told.texts)) follow(name, text, told.bases[name]);
    } catch {
      // Away from the network; the next save says so.
    }
  }

  form.addEventListener("change", (event) => {
    if (!["radio", "checkbox"].includes(event.target.type)) return;
    const item = items.find((one) => one.name === event.target.name);
    if (item) changed(item, 150);
  });
  form.addEventListener("input", (event) => {
    const item = items.find((one) => one.text === event.target || (!event.isTrusted && one.name === event.target.name));
    if (!item || isFollowing) return;
    // What unsaved.js puts back from the browser's own copy comes without a keystroke, marks too.
    if (item.text || item.value !== item.base.value) changed(item, PAUSE);
  });
  channel?.addEventListener("message", ({ data }) => follow(data.name, data.value, data.base));
  document.addEventListener("visibilitychange", check);
  window.addEventListener("focus", check);
  window.addEventListener("pageshow", (event) => event.persisted && check());

  // A sheet sent while it saves itself would meet its own newer state: it waits for that save first.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.submitter?.value === "save") {
      event.preventDefault();
      for (const item of items) if (item.isDirty && !item.conflict.hasChildNodes()) waiting.add(item);
      if (waiting.size) flush();
      else if (!isSending && !items.some((item) => item.isDirty)) say(form.dataset.nothing);
      return;
    }
    clearTimeout(timer);
    waiting.clear(); // the whole sheet is being sent
    if (!isSending) return;
    event.preventDefault();
    const { submitter } = event;
    running.then(() => {
      waiting.clear();
      form.requestSubmit(submitter);
    });
  });
  summary(form, items);
}
