// The screen of a session follows the chair's: it asks every second whether it has changed (the answer is mostly "no", without
// a body) and puts in what has. Everything here works without it too, with the link that loads the page anew.

import { start as saving } from "./sheet-saving.js";

const EVERY = 1000;
const LONGEST = 8000;

const root = () => document.querySelector("[data-plenary]");
const parts = (page) => new Map([...page.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
const names = (page) => [...parts(page).keys()].join(" ");

/** The part as it would read if it carried no token and nothing were opened: what is compared to find a change. */
function sense(node) {
  const copy = node.cloneNode(true);
  for (const token of copy.querySelectorAll("[name=csrf_token]")) token.removeAttribute("value");
  for (const opened of copy.querySelectorAll("details[open]")) opened.removeAttribute("open");
  for (const button of copy.querySelectorAll("[data-shortcuts-open]")) button.removeAttribute("hidden");
  return copy.innerHTML;
}

function say(text, kind = "note") {
  const box = document.querySelector("[data-part=said]");
  if (!box) return;
  if (!text) {
    box.replaceChildren();
    return;
  }
  const words = document.createElement("p");
  words.textContent = text;
  const callout = document.createElement("div");
  callout.className = `callout callout-${kind}`;
  callout.append(words);
  box.replaceChildren(callout);
}

function put(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const held = old.contains(document.activeElement);
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  old.replaceChildren(...fresh.childNodes);
  old.querySelectorAll("details").forEach((one, n) => {
    if (open[n]) one.open = true;
  });
  for (const button of old.querySelectorAll("[data-shortcuts-open]")) button.hidden = false;
  if (held) (document.getElementById(focused) ?? old.querySelector("button, a, summary") ?? document.querySelector("main")).focus();
}

const notes = () => document.querySelector("form[data-sheet]");

/** What the clerk has typed is saved before the screen goes on. */
async function settle() {
  const form = notes();
  if (!form || form.dataset.saved !== "no") return;
  form.requestSubmit(form.querySelector("[name=act][value=save]"));
  for (let n = 0; n < 30 && form.dataset.saved === "no"; n += 1) await new Promise((done) => setTimeout(done, 100));
}

/** Puts a page of the server in; `own`: it answers what was done here. */
async function apply(page, own = false) {
  const fresh = page.querySelector("[data-plenary]");
  const now = root();
  if (!fresh || !now) return false;
  const told = [...page.querySelectorAll("[data-flash]")].map((flash) => flash.textContent.trim()).join(" ");
  const same = fresh.dataset.file === now.dataset.file && names(page) === names(document);
  if (!same && (notes() || page.querySelector("form[data-sheet]"))) {
    await settle();
    window.location.assign(now.dataset.plenary.replace(/state$/, "room"));
    return true;
  }
  if (same) {
    const here = parts(document);
    for (const [name, node] of parts(page)) {
      const old = here.get(name);
      if (name === "said") {
        if (own && node.childNodes.length) old.replaceChildren(...node.childNodes);
      } else if (!("same" in node.dataset) && !("keep" in node.dataset) && sense(old) !== sense(node)) put(old, node);
    }
    now.dataset.key = fresh.dataset.key;
    if (own && told) say(told, "good");
  } else {
    document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    for (const flash of document.querySelectorAll("[data-flash]")) flash.remove();
    for (const button of document.querySelectorAll("[data-shortcuts-open]")) button.hidden = false;
    window.scrollTo(0, 0);
    say(told || document.querySelector("h1").textContent.trim(), told ? "good" : "note");
  }
  return true;
}

async function read(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function here(light) {
  return root().dataset.here + (light ? "?light=1" : "");
}

let isBusy = false;

async function refresh() {
  let answer = await fetch(here(true), { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    window.location.assign(answer.ok ? answer.url : here(false));
    return;
  }
  let page = await read(answer);
  const fresh = page.querySelector("[data-plenary]");
  if (fresh && (fresh.dataset.file !== root().dataset.file || names(page) !== names(document))) {
    answer = await fetch(here(false), { headers: { Accept: "text/html" } });
    page = await read(answer);
  }
  await apply(page);
}

function follow() {
  let wait = EVERY;
  let isLost = false;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    const state = root();
    if (!state) return;
    if (!isBusy) {
      try {
        const answer = await fetch(state.dataset.plenary, {
          headers: { Accept: "application/json", "If-None-Match": `"${state.dataset.key}"` },
        });
        if (answer.status === 401) {
          window.location.reload();
          return;
        }
        if (answer.status === 200 && !isBusy && (await answer.json()).key !== root()?.dataset.key) await refresh();
        else if (answer.status >= 400) throw new Error(String(answer.status));
        if (isLost) say("");
        isLost = false;
        wait = EVERY;
      } catch {
        isLost = true;
        wait = Math.min(wait * 2, LONGEST);
        say(root()?.dataset.lost ?? "", "warning");
      }
    }
    setTimeout(ask, wait);
  }

  setTimeout(ask, EVERY);
}

async function send(form, submitter) {
  isBusy = true;
  try {
    await settle();
    const body = new FormData(form, submitter);
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = await read(answer);
    if (await apply(page, true)) return;
    if (answer.redirected) window.location.assign(answer.url);
    else say(page.querySelector("main")?.textContent.trim().replace(/\s+/g, " ").slice(0, 300) ?? "", "error");
  } catch {
    say(root()?.dataset.lost ?? "", "warning");
  } finally {
    isBusy = false;
  }
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("form[data-act]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

saving();
follow();
