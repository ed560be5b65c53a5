// Nothing typed is lost: a form with data-draft keeps its text in this browser until a page says that it was saved.
// Kept text that differs from the form is offered, never forced in, since a colleague may have saved a newer one.

import { element, language, words } from "./words.js";

const PREFIX = "draft:";
const SENT = "draft-sent";
const KEEP_DAYS = 30;
const SKIPPED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);
// A code of a second factor is typed once and kept nowhere.
const isSkipped = (control) => SKIPPED.has(control.type) || control.autocomplete === "one-time-code";

function values(form) {
  const kept = {};
  for (const control of form.elements) {
    if (!control.name || isSkipped(control) || control.readOnly) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      kept[control.name] ??= [];
      if (control.checked) kept[control.name].push(control.value);
    } else if (control.tagName !== "BUTTON" && control.tagName !== "FIELDSET") {
      kept[control.name] = control.value.replace(/\r\n?/g, "\n");
    }
  }
  return kept;
}

function fill(form, kept) {
  for (const control of form.elements) {
    if (!(control.name in kept) || isSkipped(control)) continue;
    if (Array.isArray(kept[control.name])) control.checked = kept[control.name].includes(control.value);
    else control.value = kept[control.name];
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function dropOld() {
  for (const key of keys()) {
    const { at = 0 } = JSON.parse(localStorage.getItem(key) || "{}");
    if (Date.now() - at > KEEP_DAYS * 86_400_000) localStorage.removeItem(key);
  }
}

function offer(form, key, kept) {
  const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const back = element("button", { type: "button", class: "button secondary small" }, words("draftRestore"));
  const away = element("button", { type: "button", class: "button quiet small" }, words("draftDiscard"));
  const text = element("p", {}, words("draftFound", { time: when.format(kept.at) }));
  const bar = element("div", { class: "draft-offer", role: "status" }, text, back, away);
  back.addEventListener("click", () => {
    fill(form, kept.values);
    text.textContent = words("draftRestored");
    back.remove();
    away.remove();
  });
  away.addEventListener("click", () => {
    localStorage.removeItem(key);
    bar.remove();
  });
  form.prepend(bar);
}

function watch(form) {
  const key = PREFIX + form.dataset.draft;
  // A refused form shows what was typed, but nothing of it is stored yet: then the copy stays.
  const refused = document.querySelector(".error-summary") !== null;
  const shown = values(form);
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  const differs = kept && !same(kept.values, shown);
  // data-draft-quiet: the page shows the typed text itself, beside another one.
  if (differs && form.dataset.draftQuiet === undefined) offer(form, key, kept);
  else if (kept && !differs && !refused) localStorage.removeItem(key);
  let sending = false;
  const keep = () => localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values(form) }));
  form.addEventListener("input", (event) => {
    if (isSkipped(event.target)) return; // choosing a file is not typing
    if (event.isTrusted || form.querySelector(".draft-offer")) keep();
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sending = true;
    // Signing out in another window drops every copy; what is sent now may meet the sign-in page.
    if (!same(values(form), shown)) keep();
    sessionStorage.setItem(SENT, key);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && (refused || !same(values(form), shown)) && form.dataset.saved !== "yes") event.preventDefault();
  });
}

/** The form sent last was stored if the very next page reports success; any other page leaves the copy alone. */
function settle() {
  const key = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (key && document.querySelector("[data-flash='success']")) localStorage.removeItem(key);
}

export function start() {
  settle();
  dropOld();
  for (const node of document.querySelectorAll("[data-draft-done]")) localStorage.removeItem(PREFIX + node.dataset.draftDone);
  for (const form of document.querySelectorAll("form[data-draft]")) watch(form);
  for (const form of document.querySelectorAll("form[data-clear-drafts]")) {
    form.addEventListener("submit", () => keys().forEach((key) => localStorage.removeItem(key)));
  }
}

