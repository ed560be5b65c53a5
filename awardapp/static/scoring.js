// The score sheet saves itself: each mark at once, each text after a pause. One save at a time, so that every one knows
// the version left by the one before. Without this script the buttons do the same.

import { element } from "./words.js";

const PAUSE = 1200;
const RETRY = 5000;

function start(form) {
  const state = form.querySelector("[data-save-state]");
  const version = form.elements.edit_version;
  const waiting = new Map(); // name of a control -> its value, not yet on the server
  let running = null;
  let timer = null;
  let stopped = false;
  let sending = false;

  function say(text, ...more) {
    state.replaceChildren(text, ...more);
  }

  function stop(problem) {
    stopped = true;
    const button = element("button", { type: "submit", name: "act", value: "save", class: "button secondary small" }, form.dataset.compare);
    say(`${problem} `, button);
  }

  async function send() {
    clearTimeout(timer);
    const names = [...waiting.keys()];
    if (!names.length || stopped) return;
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    body.set("edit_version", version.value);
    for (const name of names) body.set(name, waiting.get(name));
    const sent = new Map(waiting);
    waiting.clear();
    say(form.dataset.saving);
    sending = true;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { Accept: "application/json" } });
      hear(answer, await answer.json());
    } catch {
      for (const [name, value] of sent) if (!waiting.has(name)) waiting.set(name, value);
      say(form.dataset.lost);
      timer = setTimeout(save, RETRY);
    }
    sending = false;
  }

  function hear(answer, told) {
    if (answer.status === 409) {
      stop(told.problem);
    } else if (!answer.ok) {
      say(told.problem);
    } else {
      version.value = told.edit_version;
      say(told.saved);
      if (!waiting.size) form.dataset.saved = "yes";
    }
  }

  function save() {
    running = (running ?? Promise.resolve()).then(send);
    return running;
  }

  function note(control, pause) {
    waiting.set(control.name, control.value);
    form.dataset.saved = "no";
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") note(event.target, 250);
  });
  form.addEventListener("input", (event) => {
    if (event.target.tagName === "TEXTAREA" && event.target.name) note(event.target, PAUSE);
  });

  // A sheet sent while it saves itself would meet its own newer version: it waits for that save first.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    waiting.clear(); // the whole sheet is being sent
    if (stopped || !sending || event.defaultPrevented) return;
    event.preventDefault();
    const { submitter } = event;
    running.then(() => form.requestSubmit(submitter));
  });
}

for (const form of document.querySelectorAll("[data-autosave]")) start(form);
