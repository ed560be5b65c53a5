// Says how many words a text field holds, by the same rule as the server (awardapp/domain/words.py): each Han character
// is one word; any other run of letters and digits is one, also when joined by an apostrophe, hyphen, point, comma
// or an invisible joiner.
// What stands past the limit is marked: a copy of the text lies behind the field, invisible but for the mark.

import { HAN, LETTERS, characterClass } from "./characters.js";
import { element, figure, words } from "./words.js";

const RUN = `[${characterClass(LETTERS)}]+`;
const JOINT = "['’\\-.,\\u00ad\\u200c\\u200d]";
const COUNTED = new RegExp(`[${characterClass(HAN)}]|${RUN}(?:${JOINT}${RUN})*`, "gu");
const PAUSE = 1500; // milliseconds without typing before a count is spoken
const QUOTED = 24; // characters of the excess that a sentence names

/** The number of words in a text of any mix of languages, and where the first one past the limit begins (-1: none is). */
export function measure(text, limit = Infinity) {
  let n = 0;
  let from = -1;
  for (const found of text.matchAll(COUNTED)) {
    n += 1;
    if (n > limit && from < 0) from = found.index;
  }
  return { n, from };
}

/** Number of words in a text of any mix of languages. */
export function countWords(text) {
  return measure(text).n;
}

/** Lays a copy of the field's text behind it, in the same letters, and marks it from `from` on; nothing for -1. */
function mark(field, from) {
  const behind = field.previousElementSibling;
  if (from < 0) {
    behind.replaceChildren();
    return;
  }
  behind.replaceChildren(field.value.slice(0, from), element("mark", {}, field.value.slice(from)), "\n");
  align(field);
}

function align(field) {
  const behind = field.previousElementSibling;
  if (!behind.firstChild) return;
  behind.style.margin = `${field.clientTop}px`;
  behind.style.inlineSize = `${field.clientWidth}px`; // a scroll bar takes its room from the text
  behind.style.blockSize = `${field.clientHeight}px`;
  behind.scrollTop = field.scrollTop;
}

function prepare(field) {
  const behind = element("div", { class: "excess", "aria-hidden": "true" });
  if (field.lang) behind.lang = field.lang;
  const frame = element("div", { class: "with-excess" });
  field.before(frame);
  frame.append(behind, field);
  field.addEventListener("scroll", () => { behind.scrollTop = field.scrollTop; }, { passive: true });
  new ResizeObserver(() => align(field)).observe(field);
}

function show(field, note) {
  const limit = Number(field.dataset.wordLimit);
  const { n, from } = measure(field.value, limit);
  const over = n - limit;
  note.classList.toggle("over", over > 0);
  const unit = field.lang.startsWith("zh") ? "characters" : "words";
  let said = words(unit + (over > 0 ? "Over" : "Count"), { n: figure(n), limit: figure(limit), over: figure(over) });
  if (over > 0) {
    const rest = field.value.slice(from).replace(/\s+/g, " ");
    const quoted = [...rest].slice(0, QUOTED).join("") + ([...rest].length > QUOTED ? "…" : "");
    said = words("excessFrom", { count: said, words: quoted });
  }
  note.textContent = said;
  if (field.tagName === "TEXTAREA") mark(field, from);
}

export function start() {
  for (const field of document.querySelectorAll("[data-word-limit]")) {
    const note = document.getElementById(`${field.id}-count`);
    if (!note) continue;
    if (field.tagName === "TEXTAREA") prepare(field);
    // Spoken only after a pause, and only while this field is being typed in.
    const spoken = note.cloneNode(false);
    spoken.removeAttribute("id");
    spoken.className = "unseen";
    spoken.setAttribute("role", "status");
    note.after(spoken);
    let pause;
    field.addEventListener("input", (event) => {
      show(field, note);
      clearTimeout(pause);
      if (event.isTrusted) pause = setTimeout(() => { spoken.textContent = note.textContent; }, PAUSE);
    });
    show(field, note);
  }
}
