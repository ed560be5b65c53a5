// The submission form saves itself: every input to this browser at once and to the server after a pause. It says so in words,
// catches up after a broken line or a sign-out, shows who else is at a field, and never goes over a text nobody has seen.
// Without this script the form's buttons do the same.

import { element, language } from "./words.js";
import { Bar, ago, list } from "./writing-bar.js";
import { fieldsOf, same } from "./writing-fields.js";
import { Missing } from "./writing-missing.js";
import { Presence } from "./writing-presence.js";
import { OK, Saver } from "./writing-saver.js";
import { Store } from "./writing-store.js";
import { button, copyOut, earlierText, twoTexts } from "./writing-texts.js";

const BEFORE_THE_END = 4000; // milliseconds before the deadline at which everything typed is sent
const AFTER_THE_END = 700;
const LONGEST_TIMER = 3_600_000;
const LEADS = new Set(["review", "files"]); // buttons that go on to another page

class Desk {
  constructor(form) {
    this.form = form;
    this.page = JSON.parse(form.dataset.writing);
    this.say = (name, values = {}) => this.page.words[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
    this.fields = fieldsOf(form, this.page.labels);
    this.store = new Store(this.page.person, this.page.ref);
    this.panels = new Map();
    this.notes = new Map();
  }

  begin() {
    const token = this.form.elements.csrf_token.value;
    this.saver = new Saver(this.page, this.fields, this.store, token, {
      change: () => this.#show(),
      closed: (sentence) => this.#close(sentence),
      opened: () => this.#open(),
      conflict: (field, told) => this.#conflict(field, told),
      saved: (told) => { this.bar.saved(); this.#origins(told); this.missing.hear(told); },
    });
    if (this.page.closed) {
      this.saver.line = "closed";
      this.#offerLeftovers();
      return;
    }
    this.form.classList.add("saves-itself");
    document.querySelector("[data-save-state]")?.remove(); // the bar says it from now on
    this.bar = new Bar(this.say, this.page, this.saver, this.store);
    this.missing = new Missing(this.say, this.page, this.fields, (words) => this.bar.speak(words));
    this.openNow = [...this.fields.values()].filter((field) => !field.isClosed);
    this.presence = new Presence(this.page, this.store.window, this.saver, (told) => this.#hear(told));
    this.#listen();
    for (const field of this.openNow) if (!same(field.value, field.stored)) this.saver.note(field);
    for (const [name, [by, at]] of Object.entries(this.page.touched)) this.#touched(this.fields.get(name), by, Date.parse(at));
    this.#offerLeftovers();
    this.ahead = Date.parse(this.page.now) - Date.now();
    this.#watchTheClock();
  }

  // A text that changed may leave its other language behind; the server says what is to stand beside each.
  #origins({ pair, notes }) {
    for (const [code, words] of Object.entries(notes ?? {})) {
      const note = this.form.querySelector(`[data-pair="${pair}"] [data-pair-note="${code}"]`);
      if (note) Object.assign(note, { textContent: words, hidden: !words });
    }
  }

  #field(control) {
    return control.name ? this.fields.get(control.name) : undefined;
  }

  #listen() {
    const { form, saver } = this;
    form.addEventListener("input", ({ target }) => {
      const field = this.#field(target);
      if (field && !field.isClosed) saver.note(field);
    });
    form.addEventListener("change", ({ target }) => {
      const field = this.#field(target);
      if (field) saver.now(field);
    });
    form.addEventListener("focusin", ({ target }) => { this.presence.field = this.#field(target)?.name ?? ""; });
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!relatedTarget || !form.contains(relatedTarget)) this.presence.field = "";
    });
    form.addEventListener("submit", (event) => this.#submit(event));
    window.addEventListener("beforeunload", (event) => {
      if (saver.unsaved.some((one) => saver.line !== OK || one.state !== "waiting" && one.state !== "saving")) event.preventDefault();
    });
  }

  async #submit(event) {
    const { submitter } = event;
    const then = submitter?.name === "then" ? submitter.value : "";
    if (event.defaultPrevented || submitter?.formAction && submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    await this.saver.flush();
    const stuck = this.saver.unsaved;
    if (this.saver.line === OK && !stuck.length) {
      if (LEADS.has(then)) window.location.assign(this.page.urls[then]);
      else this.bar.speak(this.say("saved", { ago: this.say("justNow") }));
      return;
    }
    stuck.find((field) => field.state === "refused" || field.state === "conflict")?.focus();
  }

  #show() {
    this.bar?.show();
    for (const field of this.fields.values()) this.#problem(field);
  }

  // ------------------------------------------------------------------------------------------- at the field
  #note(field, kind) {
    const key = `${kind}:${field.name}`;
    if (!this.notes.has(key)) {
      const id = `${field.first.id}-${kind}`;
      const node = element("p", { class: `field-${kind}`, id });
      if (kind === "error") {
        (field.first.closest(".with-unit, .with-excess, .choice") ?? field.first).before(node);
        const known = field.first.getAttribute("aria-describedby") ?? "";
        field.first.setAttribute("aria-describedby", `${known} ${id}`.trim());
      } else field.box.append(node);
      this.notes.set(key, node);
    }
    return this.notes.get(key);
  }

  #problem(field) {
    const text = field.state === "refused" ? field.problem : "";
    const node = this.notes.get(`error:${field.name}`);
    if (!text && !node) return;
    const said = this.#note(field, "error");
    if (said.textContent === text) return;
    said.textContent = text;
    said.hidden = !text;
    field.box.classList.toggle("has-error", Boolean(text));
    for (const control of field.controls) control.toggleAttribute("aria-invalid", Boolean(text));
    if (text) field.first.setAttribute("aria-invalid", "true");
  }

  #touched(field, by, at) {
    if (!field) return;
    const node = this.#note(field, "touched");
    const show = () => { node.textContent = this.say("changedBy", { name: by, ago: ago(this.say, at) }); };
    clearInterval(node.timer);
    node.timer = setInterval(show, 30_000);
    show();
  }

  #conflict(field, told) {
    this.panels.get(field)?.remove();
    const title = told.you ? this.say("twoTextsSelf") : this.say("twoTextsTitle", { name: told.by || this.say("somebody") });
    const mine = () => field.value;
    const panel = twoTexts(this.say, field, title, field.words(told.value), (how) => {
      this.panels.delete(field);
      if (how === "mine") this.saver.decide(field, told.digest, { over: true });
      else if (how === "theirs") {
        const before = mine();
        this.saver.adopt(field, told.value, told.digest);
        field.value = told.value;
        this.#earlier(field, this.say("putAside"), before);
      } else {
        const joined = `${mine()}\n\n${told.value}`;
        this.saver.decide(field, told.digest, { over: false });
        field.value = joined;
      }
    });
    this.panels.set(field, panel);
    field.box.append(panel);
    this.bar.speak(title);
  }

  #earlier(field, title, text) {
    if (!text.length) return;
    field.box.append(earlierText(this.say, title, field.words(text), () => { field.value = text; }));
  }

  // ------------------------------------------------------------------------------------------- other people
  async #hear({ others, changes, file }) {
    if (file) this.#heard(file);
    const nameOf = (one) => (one.you ? this.say("youElsewhere") : one.name);
    this.bar.also([...new Set(others.map(nameOf))]);
    for (const field of this.fields.values()) {
      const here = [...new Set(others.filter((one) => one.field === field.name).map(nameOf))];
      if (!here.length && !this.notes.has(`presence:${field.name}`)) continue;
      const node = this.#note(field, "presence");
      const text = here.length ? this.say("inThisField", { names: list(here) }) : "";
      if (node.textContent === text) continue;
      node.textContent = text;
      node.hidden = !text;
      if (text && field.controls.includes(document.activeElement)) this.bar.speak(text);
    }
    const news = changes.filter((one) => {
      const field = this.fields.get(one.name);
      return field && one.digest !== field.base;
    });
    if (news.length) await this.#takeOver(news);
  }

  // Files and partners are named on other pages, and a colleague may hand the file in or withdraw it while this one is open.
  #heard(file) {
    const before = this.page.file;
    this.page.file = file;
    for (const list of ["files", "partners"]) {
      if (file[list] === before[list]) continue;
      for (const count of document.querySelectorAll(`[data-count="${list}"]`)) count.textContent = file[list];
      this.bar.speak(this.say(`${list}Now`, { n: file[list] }));
    }
    if (file.state === before.state) return;
    this.bar.news(this.say("stateChanged"), this.say("loadAnew"));
    this.saver.ask();
  }

  // What others saved while the field here was untouched comes in by itself; what stood here before can be looked at.
  async #takeOver(news) {
    const told = await this.saver.ask(news.map((one) => one.name));
    if (told) this.missing.hear(told);
    for (const one of told ? news : []) {
      const field = this.fields.get(one.name);
      const stored = told.values[one.name];
      if (!stored || field.state !== "saved" || stored.digest === field.base) continue;
      const before = field.value;
      this.saver.adopt(field, stored.value, stored.digest);
      field.value = stored.value;
      this.#touched(field, one.you ? this.say("youElsewhere") : one.by, Date.parse(one.at));
      if (!one.you) this.#earlier(field, this.say("before"), before);
    }
  }

  // ------------------------------------------------------------------------------------------- what was left behind
  async #offerLeftovers() {
    const all = await this.store.leftovers();
    const known = all.filter((one) => this.fields.has(one.name));
    const stale = known.filter((one) => same(one.value, this.fields.get(one.name).stored));
    this.store.forget(stale);
    const left = known.filter((one) => !stale.includes(one));
    if (!left.length) return;
    const shut = left.filter((one) => this.page.closed || this.fields.get(one.name).isClosed);
    if (shut.length) this.#copyOut(this.page.closed ?? "", shut.map((one) => this.#text(this.fields.get(one.name), one.value)));
    const open = left.filter((one) => !shut.includes(one));
    if (open.length) this.#offer(open);
  }

  #offer(entries) {
    const fields = [...this.fields.values()].filter((field) => entries.some((one) => one.name === field.name));
    const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(entries[0].at);
    const names = list(fields.map((field) => field.label));
    const text = element("p", {}, this.say("leftovers", { time: when, fields: names }));
    const bar = element("div", { class: "draft-offer", role: "status" }, text);
    const away = () => { this.store.forget(entries); bar.remove(); };
    bar.append(button(this.say("putBack"), () => { this.#putBack(entries); away(); }), button(this.say("throwAway"), away, "quiet"));
    this.form.prepend(bar);
  }

  // The latest of each input goes into the field, unless somebody has typed there meanwhile; older ones stand beside it.
  #putBack(entries) {
    const done = new Set();
    for (const { name, value, base, doubts } of entries) {
      const field = this.fields.get(name);
      if (done.has(name) || field.state !== "saved") {
        this.#earlier(field, this.say("keptToo"), value);
        continue;
      }
      done.add(name);
      Object.assign(field, { base, doubts: doubts ?? [] });
      field.value = value;
      this.saver.now(field);
    }
  }

  #text(field, value = field.value) {
    return { label: field.label, text: field.words(value), lang: field.first.lang };
  }

  // ------------------------------------------------------------------------------------------- the deadline
  #watchTheClock() {
    clearTimeout(this.clock);
    const { until } = this.page;
    if (!until) return;
    const left = Date.parse(until) - Date.now() - this.ahead;
    if (left > LONGEST_TIMER) this.clock = setTimeout(() => this.#watchTheClock(), LONGEST_TIMER);
    else if (left > BEFORE_THE_END) {
      this.clock = setTimeout(() => { this.saver.flush(); this.#watchTheClock(); }, left - BEFORE_THE_END + 1);
    } else {
      this.clock = setTimeout(async () => {
        await this.saver.ask();
        if (this.page.until !== until) this.#watchTheClock(); // it was extended meanwhile
      }, Math.max(0, left) + AFTER_THE_END);
    }
  }

  #close(sentence) {
    this.page.closed = sentence;
    const texts = this.saver.unsaved.map((field) => this.#text(field));
    for (const field of this.openNow) field.close(true);
    this.form.classList.add("is-closed");
    if (texts.length) this.#copyOut(sentence, texts);
    this.bar.show();
  }

  #open() {
    this.page.closed = null;
    for (const field of this.openNow) field.close(false);
    this.form.classList.remove("is-closed");
    this.panel?.remove();
    this.#watchTheClock();
  }

  #copyOut(reason, texts) {
    this.panel?.remove();
    this.panel = copyOut(this.say, reason, texts);
    this.form.prepend(this.panel);
    this.panel.focus();
  }
}

export function start() {
  for (const form of document.querySelectorAll("form[data-writing]")) new Desk(form).begin();
}
