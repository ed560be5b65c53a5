// Says how many words a text field holds. The same rule as on the server: each Han character is one word; what remains
// is split at white space, and a piece counts when it holds a letter or a digit.

import { figure, words } from "./words.js";

const HAN = /[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
const HAS_LETTER = /[\p{L}\p{N}]/u;

/** Number of words in a text of any mix of languages. */
export function countWords(text) {
  const han = text.match(HAN)?.length ?? 0;
  const rest = text.replace(HAN, " ").split(/\s+/u).filter((piece) => HAS_LETTER.test(piece));
  return han + rest.length;
}

function show(field, note) {
  const limit = Number(field.dataset.wordLimit);
  const n = countWords(field.value);
  const over = n - limit;
  note.classList.toggle("over", over > 0);
  note.textContent = over > 0
    ? words("wordsOver", { n: figure(n), limit: figure(limit), over: figure(over) })
    : words("wordCount", { n: figure(n), limit: figure(limit) });
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
