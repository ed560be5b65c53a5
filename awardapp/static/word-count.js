// Says how many words a text field holds, by the same rule as the server (awardapp/domain/words.py): each Han character
// is one word; any other run of letters and digits is one, also when joined by an apostrophe, hyphen, point or comma.

import { figure, words } from "./words.js";

const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}]/gu;
const RUN = /[\p{L}\p{N}]+(?:['’\-.,][\p{L}\p{N}]+)*/gu;

/** Number of words in a text of any mix of languages. */
export function countWords(text) {
  const han = text.match(HAN)?.length ?? 0;
  return han + (text.replace(HAN, " ").match(RUN)?.length ?? 0);
}

function show(field, note) {
  const limit = Number(field.dataset.wordLimit);
  const n = countWords(field.value);
  const over = n - limit;
  note.classList.toggle("over", over > 0);
  const unit = field.lang.startsWith("zh") ? "characters" : "words";
  note.textContent = words(unit + (over > 0 ? "Over" : "Count"), { n: figure(n), limit: figure(limit), over: figure(over) });
}

export function start() {
  for (const field of document.querySelectorAll("[data-word-limit]")) {
    const note = document.getElementById(`${field.id}-count`);
    if (!note) continue;
    // Spoken only after a pause, and only while this field is being typed in.
    const spoken = note.cloneNode(false);
    spoken.removeAttribute("id");
    spoken.className = "unseen";
    spoken.setAttribute("role", "status");
    note.after(spoken);
    let pause;
    field.addEventListener("input", () => {
      show(field, note);
      clearTimeout(pause);
      pause = setTimeout(() => { spoken.textContent = note.textContent; }, 1500);
    });
    show(field, note);
  }
}
