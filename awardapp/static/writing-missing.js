// What keeps the file from being handed in, and what looks odd about its figures: kept true while the form saves itself.
// Each save tells it of its own field, so that the long texts of all others need not be counted again.

import { element } from "./words.js";

export class Missing {
  #found = new Map(); // sentences by input

  /** `fields`: by name in the order of the form; `speak(words)` says something aloud without hurry. */
  constructor(say, page, fields, speak) {
    Object.assign(this, { say, fields, speak });
    this.box = document.querySelector("[data-missing]");
    this.questions = document.querySelector("[data-questions]");
    this.shown = this.questions?.innerHTML.trim() ?? "";
    for (const [name, words] of page.missing) this.#add(name, words);
  }

  get count() {
    return [...this.#found.values()].flat().length;
  }

  #add(name, words) {
    this.#found.set(name, [...(this.#found.get(name) ?? []), words]);
  }

  /** What the server says after a save: `of` are the inputs it speaks of, all without it. */
  hear({ of, missing, questions }) {
    if (missing) this.#missing(of, missing);
    if (questions !== undefined && this.questions && questions !== this.shown) this.#ask(questions);
  }

  #missing(of, missing) {
    const before = this.count;
    for (const name of of ?? [...this.#found.keys()]) this.#found.delete(name);
    for (const [name, words] of missing) this.#add(name, words);
    this.#show();
    if (this.count !== before) this.speak(this.#words());
  }

  #words() {
    const n = this.count;
    return n ? this.say(n === 1 ? "missingOne" : "missingMany", { n }) : this.say("missingNone");
  }

  // The line stays where it is, whatever it says: nothing below it moves while somebody writes there.
  #show() {
    if (!this.box) return;
    const [none, details] = this.box.children;
    const names = [...this.fields.keys()].filter((name) => this.#found.has(name));
    const items = names.flatMap((name) => this.#found.get(name).map((words) => this.#item(name, words)));
    details.querySelector("summary").textContent = this.#words();
    details.querySelector("ul").replaceChildren(...items);
    details.hidden = !items.length;
    none.hidden = Boolean(items.length);
  }

  #item(name, words) {
    return element("li", {}, element("a", { href: `#${name}` }, `${this.fields.get(name).label}: ${words}`));
  }

  // The server's own markup, as the page would have it after loading anew.
  #ask(questions) {
    const fresh = new DOMParser().parseFromString(questions, "text/html").body;
    this.shown = questions;
    this.questions.replaceChildren(...fresh.childNodes);
    if (questions) this.speak(this.say("questionsNow"));
  }
}
