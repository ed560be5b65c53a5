// The review screen. Everything here can be done without it too: with the buttons, the forms and the links of the page.

import { start as saving } from "./sheet-saving.js";
import { start as keys } from "./sheet-keys.js";
import { start as passages } from "./passages.js";

/** Which languages of the entry are shown; remembered from file to file. */
function languages() {
  const box = document.querySelector("[data-languages]");
  const text = document.querySelector(".split-read");
  if (!box || !text) return;
  const show = (value) => {
    text.dataset.shown = value;
  };
  const kept = localStorage.getItem("languages-shown") || "both";
  const chosen = box.querySelector(`[value="${CSS.escape(kept)}"]`) ?? box.querySelector("[value=both]");
  chosen.checked = true;
  show(chosen.value);
  box.hidden = false;
  box.addEventListener("change", (event) => {
    localStorage.setItem("languages-shown", event.target.value);
    show(event.target.value);
  });
}

/** On a narrow screen the sheet comes up over the text and goes away again, and the text stays where it was. */
function drawer() {
  const pane = document.querySelector(".split-sheet");
  const open = document.querySelector("[data-sheet-open]");
  const close = document.querySelector("[data-sheet-close]");
  if (!pane || !open || !close) return;
  pane.id ||= "sheet-pane";
  open.setAttribute("role", "button");
  open.setAttribute("aria-controls", pane.id);
  close.hidden = false;
  const narrow = matchMedia("(max-width: 63.99rem) and (min-height: 26rem)");
  const isOpen = () => pane.classList.contains("is-drawer");

  function set(value, { focus = true } = {}) {
    pane.classList.toggle("is-drawer", value);
    document.body.classList.toggle("has-drawer", value);
    open.setAttribute("aria-expanded", String(value));
    if (!focus) return;
    if (value) pane.querySelector("#sheet").focus({ preventScroll: true });
    else open.focus({ preventScroll: true });
  }

  open.addEventListener("click", (event) => {
    if (!narrow.matches) return;
    event.preventDefault();
    set(!isOpen());
  });
  open.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      open.click();
    }
  });
  close.addEventListener("click", () => set(false));
  pane.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && !event.defaultPrevented) set(false);
  });
  narrow.addEventListener("change", () => set(false, { focus: false }));
  set(false, { focus: false });
  // Whoever is sent to something in the sheet (an error, a note, a key) gets the sheet.
  pane.addEventListener("focusin", () => {
    if (narrow.matches && !isOpen() && document.body.dataset.keys === "moving") set(true, { focus: false });
  });
}

/** The sheet ends where the window ends, so that its buttons are in sight before anything is scrolled. */
function fit() {
  const pane = document.querySelector(".split-sheet");
  if (!pane) return;
  const wide = matchMedia("(min-width: 64rem)");
  let isAsked = false;
  const measure = () => {
    isAsked = false;
    const top = Math.max(0, pane.parentElement.getBoundingClientRect().top);
    pane.style.maxBlockSize = wide.matches ? `${Math.max(320, innerHeight - top)}px` : "";
  };
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(measure);
  };
  for (const event of ["scroll", "resize"]) window.addEventListener(event, ask, { passive: true });
  measure();
}

/** What was shown of the discussion counts as read once it has been on the screen. */
function discussion() {
  const form = document.querySelector("[data-mark-read]");
  const thread = document.querySelector("[data-thread]");
  if (!form || !thread?.lastElementChild) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).then(
      () => form.remove(),
      () => {}, // the button stays
    );
  });
  seen.observe(thread.lastElementChild);
}

saving();
keys();
passages();
languages();
fit();
drawer();
discussion();
