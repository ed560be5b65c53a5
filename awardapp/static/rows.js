// j and k go down and up through the rows of a long list, where a row's link carries data-row. Single keys can be switched off
// (shortcuts.js) and never act while somebody types.

const OFF = "single-keys-off";

function typing(target) {
  return target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

export function start() {
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || localStorage.getItem(OFF) === "yes" || document.querySelector("dialog[open]")) return;
    const rows = [...document.querySelectorAll("[data-row]")];
    const here = rows.indexOf(document.activeElement);
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
}
