// Keeps the figures of an open call up to date while somebody looks at them: fetches the page anew and puts in what
// changed. Without it the page shows the figures of the moment in which it was opened.

const EVERY = 30_000;

export function start() {
  const note = document.querySelector("[data-live-note]");
  if (note) note.hidden = false;

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
      const shown = document.querySelector("#live");
      if (!fresh || !shown) return;
      // An open table stays open, and the focus stays where it is.
      if (shown.contains(document.activeElement)) return;
      const isOpen = Boolean(shown.querySelector("details[open]"));
      shown.replaceChildren(...fresh.childNodes);
      if (isOpen) shown.querySelector("details")?.setAttribute("open", "");
      const again = shown.querySelector("[data-live-note]");
      if (again) again.hidden = false;
    } catch {
      // The line is away for a moment; the figures stay as they are and say when they were counted.
    }
  }

  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}
