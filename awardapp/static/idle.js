// Asks somebody who has been quiet for long whether they are still there, two minutes before the sign-in ends (WCAG 2.2.1).
// Other windows of the same person count: the site is asked how much is left before anybody is disturbed.

import { element, words } from "./words.js";

const { idle, idleWarning, idleLeft, idleStay } = document.body.dataset;
const WARNING = Number(idleWarning);
const PATIENCE = 10_000;

let dialog = null;

async function ask(address, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const answer = await fetch(address, { ...options, headers, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 401) return 0;
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).left;
}

function wait(left) {
  // A little late rather than early, so that one question is enough; a machine that slept asks when it wakes.
  setTimeout(look, Math.max(1, left - WARNING + 1) * 1000);
}

async function look() {
  let left;
  try {
    left = await ask(idleLeft);
  } catch {
    setTimeout(look, 15_000); // the line is down: nothing is said that may be wrong
    return;
  }
  if (left > WARNING + 1) {
    dialog?.close();
    wait(left);
    return;
  }
  if (left <= 0) {
    tell(words("idleOver"), false);
    return;
  }
  tell(words("idleSoon", { minutes: Math.max(1, Math.round(left / 60)) }), true);
  setTimeout(look, Math.min(left, 20) * 1000);
}

async function stay() {
  try {
    const body = new URLSearchParams({ csrf_token: document.querySelector("input[name=csrf_token]").value });
    const left = await ask(idleStay, { method: "POST", body });
    dialog?.close();
    if (left > 0) wait(left);
    else tell(words("idleOver"), false);
  } catch {
    tell(words("idleLost"), true);
  }
}

function tell(text, canStay) {
  if (!dialog) {
    dialog = element("dialog", { "aria-labelledby": "idle-title", "aria-describedby": "idle-text" });
    dialog.addEventListener("close", () => {
      dialog.remove();
      dialog = null;
    });
    document.body.append(dialog);
    const button = element("button", { class: "button primary", type: "button" }, words("idleStay"));
    const close = element("button", { class: "button secondary", type: "button" }, words("close"));
    button.addEventListener("click", stay);
    close.addEventListener("click", () => dialog.close());
    dialog.append(
      element("h2", { id: "idle-title" }, words("idleTitle")),
      element("p", { id: "idle-text", role: "status" }),
      element("div", { class: "actions" }, button, close),
    );
    dialog.showModal();
    button.focus();
  }
  dialog.querySelector("p").textContent = text;
  dialog.querySelector(".button.primary").hidden = !canStay;
}

export function start() {
  wait(Number(idle));
}
