// Starts each small module only on pages that need it. Every page works without any of them.

const parts = [
  ["[data-word-limit]", "./word-count.js"],
  ["[data-confirm]", "./confirm.js"],
  ["time[data-local]", "./local-time.js"],
  // Everywhere: the page after a saved form is the one that tells that the kept copy may go.
  ["body", "./unsaved.js"],
  ["[data-shortcut]", "./shortcuts.js"],
  ["[data-progress-url]", "./progress.js"],
];

for (const [selector, module] of parts) {
  if (document.querySelector(selector)) import(module).then((part) => part.start());
}
