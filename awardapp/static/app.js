// Starts each small module only on pages that need it. Every page works without any of them.

const parts = [
  ["[data-word-limit]", "./word-count.js"],
  ["[data-confirm]", "./confirm.js"],
  ["time[data-local]", "./local-time.js"],
  ["[data-countdown]", "./countdown.js"],
  // Everywhere: the page after a saved form is the one that tells that the kept copy may go.
  ["body", "./unsaved.js"],
  ["form[data-writing]", "./writing.js"],
  ["[data-picture], #files-form", "./viewer.js"],
  ["form[data-clear-drafts]", "./kept-files.js"],
  ["[data-shortcut]", "./shortcuts.js"],
  ["[data-passkey]", "./passkeys.js"],
  ["body[data-idle]", "./idle.js"],
  ["[data-row]", "./rows.js"],
  ["[data-progress-url]", "./progress.js"],
  ["[data-live]", "./live.js"],
  ["form[data-lab]", "./workbench.js"],
];

const wanted = parts.filter(([selector]) => document.querySelector(selector));
await Promise.all(wanted.map(async ([, module]) => (await import(module)).start()));
// Whoever drives the page (a test, an assistive tool's script) can tell that keys are heard from now on.
document.documentElement.dataset.started = "yes";
