// Follows long work: asks the server how far it is and says so. The page can be left; the work goes on without it.
// The address gives {"done": 3, "total": 15, "words": "...", "finished": false, "next": null}.

import { words } from "./words.js";

const SHORTEST = 1000;
const LONGEST = 15_000;

function follow(box) {
  const bar = box.querySelector("progress");
  const label = box.querySelector("[data-progress-words]");
  let wait = SHORTEST;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
      if (answer.status === 404) return; // a preview or a rehearsal: there is nothing to follow yet
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      wait = state.done === bar.value ? Math.min(wait * 1.5, LONGEST) : SHORTEST;
      bar.max = state.total || 1;
      bar.value = state.done;
      if (label.textContent !== state.words) label.textContent = state.words;
      if (state.finished) {
        if (state.next) window.location.assign(state.next);
        return;
      }
    } catch {
      // The line or the server is away for a moment; say so and ask again more slowly.
      wait = Math.min(wait * 2, LONGEST);
      label.textContent = words("progressLost");
    }
    setTimeout(ask, wait);
  }

  setTimeout(ask, SHORTEST);
}

export function start() {
  document.querySelectorAll("[data-progress-url]").forEach(follow);
}
