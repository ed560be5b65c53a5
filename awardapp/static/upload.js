// The files page: files are chosen or dropped and sent at once, two at a time, each with its own line that says how far it is.
// What is attached and the pictures of it appear by themselves. Without this script the form sends the files.

import { keep, kept, letGo } from "./kept-files.js";
import { Door, Refused, send } from "./resumable.js";
import { element, language } from "./words.js";

const AT_ONCE = 2;
const LOOK_AGAIN = 2000; // milliseconds between looks for pictures that are being made
const LOOK_LATER = 15_000;

const form = document.getElementById("files-form");
const says = JSON.parse(form.dataset.says);
const door = new Door(form.dataset.uploads, form.elements.csrf_token.value);
const input = form.elements.files;
const going = new Map(); // name, size and time of a file -> true while it is on its way
const queue = [];
let running = 0;

const words = (name, values = {}) => says[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

function amount(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, value] = bytes < 999_950 ? ["kB", bytes / 1000] : ["MB", bytes / 1_000_000];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${unit}`;
}

// -- what the page shows

const list = element("ul", { class: "upload-list", "aria-label": words("list") });
const spoken = element("p", { class: "unseen", role: "status" });
const dismissAll = element("button", { type: "button", class: "button quiet small", hidden: "" }, words("dismissAll"));
form.querySelector(".upload-zone").append(element("p", { class: "hint upload-drop" }, words("drop")), list, dismissAll, spoken);
for (const node of form.querySelectorAll("[data-without-script]")) node.hidden = true;

/** The line of one file. */
class Line {
  constructor(file) {
    this.file = file;
    this.received = 0;
    this.state = element("p", { class: "upload-state" }, words("waiting"));
    this.bar = element("progress", { max: file.size || 1, value: 0, "aria-label": file.name });
    this.stop = element("button", { type: "button", class: "button quiet small" }, words("stop"), element("span", { class: "unseen" }, ` ${file.name}`));
    this.early = element("button", { type: "button", class: "button secondary small", hidden: "" }, words("goOn"));
    this.node = element(
      "li",
      {},
      element("p", { class: "upload-name" }, file.name),
      this.bar,
      this.state,
      element("p", { class: "upload-acts" }, this.early, this.stop),
    );
    list.append(this.node);
  }

  say(name, values = {}) {
    this.early.hidden = !["broken", "busy", "signedOut"].includes(name);
    this.state.textContent = words(name, { received: amount(this.received), size: amount(this.file.size), name: this.file.name, ...values });
  }

  arrived(bytes) {
    const first = this.received === 0 && bytes > 0 && bytes < this.file.size;
    this.received = bytes;
    this.bar.value = bytes;
    this.say(first ? "again" : "progress");
  }

  refuse(why) {
    this.bar.remove();
    this.early.remove();
    this.state.className = "field-error";
    this.state.textContent = `${words("refused")} ${why}`;
    this.state.setAttribute("role", "alert");
    this.stop.firstChild.textContent = words("dismiss");
    this.stop.addEventListener("click", () => setTimeout(offerAll)); // once the line is gone
    offerAll();
  }
}

const refusedLines = () => [...list.children].filter((line) => line.querySelector(".field-error"));

/** Somebody who dropped a whole folder need not dismiss each refusal. */
function offerAll() {
  dismissAll.hidden = refusedLines().length < 2;
}

dismissAll.addEventListener("click", () => {
  for (const line of refusedLines()) line.querySelector(".upload-acts button:last-child").click();
  offerAll();
});

// -- one file on its way

const keyOf = (file) => `${file.name}/${file.size}/${file.lastModified}`;

async function carry(file) {
  const line = new Line(file);
  const control = new AbortController();
  let url = null;
  line.stop.addEventListener("click", () => {
    control.abort();
    line.node.remove();
    input.focus();
  });
  const on = {
    begun(upload) {
      url = upload.url;
      keep(url, file);
    },
    received: (bytes) => line.arrived(bytes),
    checking: () => line.say("checking"),
    waiting: ({ kind, seconds, why }) => line.say(kind, { seconds, why }),
    early: line.early,
    changed: words("changed"),
  };
  try {
    await turn(control.signal);
    try {
      await send(file, door, { on, signal: control.signal });
    } finally {
      running -= 1;
      queue.shift()?.();
    }
    line.node.remove();
    spoken.textContent = words("added", { name: file.name });
    await refresh();
  } catch (error) {
    if (control.signal.aborted) {
      if (url) door.tell(`${url}/drop`, {}).catch(() => {});
      spoken.textContent = words("stopped", { name: file.name });
    } else if (error instanceof Refused) {
      line.refuse(error.message);
      if (url) line.stop.addEventListener("click", () => door.tell(`${url}/drop`, {}).catch(() => {}));
    } else {
      throw error;
    }
  }
  if (url) letGo(url);
}

/** Wait until fewer than AT_ONCE files are on their way. */
function turn(signal) {
  if (running < AT_ONCE) {
    running += 1;
    return undefined;
  }
  return new Promise((done, failed) => {
    const next = () => {
      running += 1;
      done();
    };
    queue.push(next);
    signal.addEventListener("abort", () => {
      const place = queue.indexOf(next);
      if (place < 0) return;
      queue.splice(place, 1);
      failed(signal.reason);
    });
  });
}

function add(files) {
  for (const file of files) {
    const key = keyOf(file);
    if (going.has(key)) continue;
    const limit = Number(form.dataset.largest);
    if (file.size > limit) turnAway(file, words("tooLarge", { limit: amount(limit) }));
    else if (file.size === 0) turnAway(file, words("empty"));
    else {
      going.set(key, true);
      carry(file).finally(() => going.delete(key));
    }
  }
}

/** Refuse what the server would refuse, before it travels. */
function turnAway(file, why) {
  const line = new Line(file);
  line.refuse(why);
  line.stop.addEventListener("click", () => {
    line.node.remove();
    input.focus();
  });
}

// -- what is attached, as the server's own page shows it

let looking = 0;

async function refresh() {
  let answer;
  try {
    answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
  } catch {
    return;
  }
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const typed = form.dataset.typed === "yes";
  const theirs = fresh.querySelector("[data-attached]");
  const ours = form.querySelector("[data-attached]");
  if (theirs && !ours) {
    form.querySelector(".empty-state")?.replaceWith(theirs, fresh.querySelector("[data-captions-end]"));
  } else if (theirs) {
    merge(ours, theirs);
  }
  for (const place of [".page-header .state", ".page-header .next-step"]) {
    const [now, then] = [document.querySelector(place), fresh.querySelector(place)];
    if (now && then && now.innerHTML !== then.innerHTML) now.replaceWith(then);
  }
  if (!typed) form.dataset.saved = "yes"; // new caption fields are no unsaved text
  followPictures();
}

function merge(ours, theirs) {
  for (const line of [...theirs.children]) {
    const mine = document.getElementById(line.id);
    if (!mine) {
      ours.append(line);
      continue;
    }
    const [old, now] = [mine, line].map((node) => node.querySelector("[data-pictures]"));
    if (old.dataset.pictures !== now.dataset.pictures) old.replaceWith(now);
  }
  const lines = [...ours.children];
  lines.forEach((line, place) => {
    for (const button of line.querySelectorAll("button[name=move]")) {
      button.disabled = place === (button.value.startsWith("up") ? 0 : lines.length - 1);
    }
  });
}

/** Pictures that are being made appear by themselves; the longer it takes, the less often they are asked for. */
function followPictures() {
  clearTimeout(followPictures.timer);
  if (!form.querySelector("[data-pictures=waiting]")) {
    looking = 0;
    return;
  }
  looking += 1;
  followPictures.timer = setTimeout(() => {
    if (document.hidden) document.addEventListener("visibilitychange", refresh, { once: true });
    else refresh();
  }, looking < 30 ? LOOK_AGAIN : LOOK_LATER);
}

// -- choosing, dropping, leaving

input.addEventListener("change", () => {
  add(input.files);
  input.value = ""; // or the form would send them once more
});

form.addEventListener("input", (event) => {
  if (event.target !== input) {
    form.dataset.typed = "yes";
    form.dataset.saved = "no";
  }
});

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
let depth = 0;
const hover = (by) => {
  depth = Math.max(0, depth + by);
  form.classList.toggle("is-over", depth > 0);
};
document.addEventListener("dragenter", (event) => holdsFiles(event) && hover(1));
document.addEventListener("dragleave", (event) => holdsFiles(event) && hover(-1));
document.addEventListener("dragover", (event) => {
  if (holdsFiles(event)) event.preventDefault(); // or the browser would leave the page and open the file
});
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  hover(-depth);
  add(event.dataTransfer.files);
});

window.addEventListener("beforeunload", (event) => {
  if (going.size) event.preventDefault();
});

/** After a reload: what the browser has kept goes on by itself; the rest waits to be chosen again. */
async function goOn() {
  for (const line of form.querySelectorAll("[data-upload]")) {
    const file = line.querySelector(".field-error") ? undefined : await kept(line.dataset.upload);
    if (file) {
      line.remove();
      add([file]);
    }
  }
  const rest = form.querySelector(".upload-rest");
  if (rest && !rest.querySelector("li")) rest.remove();
}

goOn();
followPictures();
