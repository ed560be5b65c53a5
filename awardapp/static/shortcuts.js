// Keys for people who work through many files. An element names its own key: data-shortcut="ctrl+enter", "j", "alt+n".
// "?", Ctrl+/ or a button with data-shortcuts-open shows the list; <template data-shortcut-more> adds lines to it. Single keys can be switched off there (WCAG 2.1.4) and never act while somebody types.

import { element, words } from "./words.js";

const SINGLE_OFF = "single-keys-off";

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && event.key.length > 1) parts.push("shift");
  return [...parts, event.key.toLowerCase()].join("+");
}

function typing(target) {
  return target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

function labelled(node) {
  return node.dataset.shortcutLabel || node.getAttribute("aria-label") || node.textContent.trim();
}

function showHelp() {
  const list = element("dl", { class: "shortcut-list" });
  for (const node of document.querySelectorAll("[data-shortcut]")) {
    list.append(element("dt", {}, element("kbd", {}, node.dataset.shortcut)), element("dd", {}, labelled(node)));
  }
  for (const more of document.querySelectorAll("template[data-shortcut-more]")) list.append(more.content.cloneNode(true));
  list.append(element("dt", {}, element("kbd", {}, "Ctrl+/")), element("dd", {}, words("shortcutsHelp")));
  const single = element("input", { type: "checkbox", id: "single-keys" });
  single.checked = localStorage.getItem(SINGLE_OFF) !== "yes";
  single.addEventListener("change", () => localStorage.setItem(SINGLE_OFF, single.checked ? "no" : "yes"));
  const dialog = element(
    "dialog",
    { "aria-labelledby": "shortcuts-title" },
    element("h2", { id: "shortcuts-title" }, words("shortcuts")),
    list,
    element("div", { class: "choice" }, single, element("label", { for: "single-keys" }, words("singleKeys"))),
    element("form", { method: "dialog", class: "actions" }, element("button", { class: "button secondary" }, words("close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function start() {
  for (const button of document.querySelectorAll("[data-shortcuts-open]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
    const key = pressed(event);
    const alone = !key.includes("+");
    if (alone && (typing(event.target) || localStorage.getItem(SINGLE_OFF) === "yes")) return;
    if (key === "?" || key === "ctrl+/") {
      event.preventDefault();
      showHelp();
      return;
    }
    const node = [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut.toLowerCase() === key);
    if (!node) return;
    event.preventDefault();
    if (node.matches("a, button, summary")) node.click();
    else node.focus();
  });
}
