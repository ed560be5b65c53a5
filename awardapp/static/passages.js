// Private notes on passages: words selected in the entry get a note, kept by section, words and place, so that the passage is
// found again when the text around it has changed. The notes are a list in the sheet; each leads to its passage.

import { element, words } from "./words.js";

const HIGHLIGHT = "noted";
const SHOWN = "noted-now";

const textOf = (place) => document.querySelector(`[data-passage="${CSS.escape(place)}"]`);

/** Where the words stand in the text, as near as can be to where they stood; null when they are gone. */
function find(text, quote, near) {
  let best = -1;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (best < 0 || Math.abs(at - near) < Math.abs(best - near)) best = at;
  }
  return best < 0 ? null : best;
}

function rangeOf(item) {
  const node = textOf(item.dataset.note)?.firstChild;
  if (node?.nodeType !== Node.TEXT_NODE) return null;
  const at = find(node.data, item.dataset.quote, Number(item.dataset.start));
  if (at === null) return null;
  const range = new Range();
  range.setStart(node, at);
  range.setEnd(node, at + item.dataset.quote.length);
  return range;
}

/** What is selected inside one text of the entry: its place, the words, where they begin; null for anything else. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const text = range.startContainer.parentElement?.closest("[data-passage]");
  if (!text || range.startContainer.nodeType !== Node.TEXT_NODE) return null;
  const isWithin = range.endContainer === range.startContainer;
  const whole = range.startContainer.data;
  const raw = whole.slice(range.startOffset, isWithin ? range.endOffset : whole.length);
  const quote = raw.trim();
  if (!quote) return null;
  const start = range.startOffset + raw.indexOf(quote);
  return { place: text.dataset.passage, quote, start: [...whole.slice(0, start)].length };
}

export function start() {
  const box = document.querySelector("[data-notes]");
  if (!box) return;
  const button = document.querySelector("[data-note-here]");
  const add = document.querySelector("details.note-form form");

  function mark() {
    if (!CSS.highlights) return;
    const ranges = [...box.querySelectorAll("[data-note]")].map(rangeOf).filter(Boolean);
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  }

  function jump(item) {
    const range = rangeOf(item);
    if (!range) return false;
    const text = textOf(item.dataset.note);
    const side = text.closest(".pair-side");
    if (side && !side.offsetParent) document.querySelector("[name=languages-shown][value=both]")?.click();
    document.querySelector("[data-sheet-close]")?.offsetParent && document.querySelector("[data-sheet-close]").click();
    if (CSS.highlights) CSS.highlights.set(SHOWN, new Highlight(range));
    text.tabIndex = -1;
    text.focus({ preventScroll: true });
    const where = range.getBoundingClientRect();
    const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
    window.scrollBy({ top: where.top - innerHeight / 3, behavior: smooth ? "smooth" : "auto" });
    return true;
  }

  async function send(form, submitter, problemAt) {
    const body = new FormData(form, submitter ?? undefined);
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) {
      problemAt.textContent = told.problem;
      return false;
    }
    box.replaceChildren(document.createRange().createContextualFragment(told.list)); // our own template, escaped there
    const state = document.querySelector("[data-save-state]");
    if (state) state.textContent = told.done;
    mark();
    return true;
  }

  /** The note is written in a dialog, so that the text keeps its place. */
  function write(passage) {
    const form = add.cloneNode(true);
    for (const node of form.querySelectorAll("[id]")) node.id = `here-${node.id}`;
    for (const node of form.querySelectorAll("label")) node.htmlFor = `here-${node.htmlFor}`;
    form.elements.place.value = passage.place;
    form.elements.quote.value = passage.quote;
    form.elements.text.value = "";
    for (const name of ["place", "quote"]) form.elements[name].closest(".field").hidden = true;
    form.append(element("input", { type: "hidden", name: "start", value: String(passage.start) }));
    const away = element("button", { type: "button", class: "button quiet small" }, words("cancel"));
    form.append(away);
    const problem = element("p", { class: "field-error", role: "alert" });
    const quote = element("blockquote", { class: "note-quote" }, passage.quote);
    const title = element("h2", { id: "note-dialog-title" }, button.dataset.shortcutLabel || button.textContent.trim());
    const dialog = element("dialog", { class: "note-dialog", "aria-labelledby": "note-dialog-title" }, title, quote, problem, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await send(form, event.submitter, problem).catch(() => false)) dialog.close();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        form.requestSubmit();
      }
    });
    away.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    form.elements.text.focus();
  }

  box.addEventListener("click", (event) => {
    const link = event.target.closest("[data-note-jump]");
    if (link && jump(link.closest("[data-note]"))) event.preventDefault();
  });
  box.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-note-form]");
    if (!form) return;
    event.preventDefault();
    const problem = form.querySelector(".field-error") ?? element("p", { class: "field-error", role: "alert" });
    form.prepend(problem);
    send(form, event.submitter, problem).catch(() => form.submit());
  });
  mark();

  if (!button || !add) return;
  let passage = null;
  document.addEventListener("selectionchange", () => {
    const now = selected();
    passage = now ?? (document.activeElement === button ? passage : null);
    button.hidden = !passage;
    if (!now) return;
    const where = getSelection().getRangeAt(0).getBoundingClientRect();
    button.style.insetBlockStart = `${Math.min(where.bottom + 8, innerHeight - 60)}px`;
    button.style.insetInlineStart = `${Math.max(8, Math.min(where.left, innerWidth - 220))}px`;
  });
  window.addEventListener("scroll", () => {
    if (!button.hidden) button.hidden = true;
  }, { passive: true });
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  button.addEventListener("click", () => {
    const now = selected() ?? passage;
    if (now) write(now);
  });
}
