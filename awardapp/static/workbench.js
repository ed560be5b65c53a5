// The shortlist workbench answers at once: every change of the form fetches the answer alone and puts it in place of the one
// before. The address follows, so that it can be passed on. Parts that take longer are fetched when they are opened.

const PAUSE = 120; // milliseconds without a further change before it is asked

function part(url, signal) {
  return fetch(url, { headers: { Accept: "text/html", "X-Part": "1" }, signal }).then((answer) => {
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  });
}

/** The page's own markup, from our own server: put in place of what is there. */
function put(box, html) {
  box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

/** The form's values without those that say nothing. */
function query(form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") values.append(name, value);
  return values.toString();
}

/** A closed part is fetched the first time it is opened. */
function opening(box) {
  box.addEventListener("toggle", async (event) => {
    const details = event.target;
    if (!details.open || !details.dataset.part || details.dataset.fetched) return;
    details.dataset.fetched = "yes";
    const here = details.querySelector("[data-part-here]");
    here.setAttribute("aria-busy", "true");
    try {
      put(here, await part(details.dataset.part));
    } catch {
      delete details.dataset.fetched; // the link stays, and opening it again asks again
    }
    here.removeAttribute("aria-busy");
  }, true);
}

export function start() {
  const form = document.querySelector("form[data-lab]");
  const box = document.querySelector(form.dataset.lab);
  const state = form.querySelector("[data-lab-state]");
  const address = new URL(form.action);
  let pause;
  let asking;

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const url = `${address.pathname}?${query(form)}`;
    box.setAttribute("aria-busy", "true");
    try {
      const opened = [...box.querySelectorAll("details[data-part][open]")].map((one) => new URL(one.dataset.part, window.location.href).pathname);
      put(box, await part(url, asking.signal));
      history.replaceState(null, "", url);
      state.textContent = box.querySelector("[data-lab-summary]")?.textContent ?? "";
      for (const one of box.querySelectorAll("details[data-part]")) {
        if (opened.includes(new URL(one.dataset.part, window.location.href).pathname)) one.open = true;
      }
      box.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name === "AbortError") return;
      state.textContent = form.dataset.lost;
      box.removeAttribute("aria-busy");
    }
  }

  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    ask();
  });
  opening(box);
}
