// Asks before a step that is hard to take back. Without this script the form is simply sent; the server decides anyway.

import { element, words } from "./words.js";

function ask(text, title, yes, kind) {
  return new Promise((answer) => {
    const cancel = element("button", { class: "button secondary", value: "no" }, words("cancel"));
    const go = element("button", { class: `button ${kind}`, value: "yes" }, yes);
    const dialog = element(
      "dialog",
      { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      element(
        "form",
        { method: "dialog" },
        element("h2", { id: "confirm-title" }, title),
        element("p", { id: "confirm-text" }, text),
        element("div", { class: "actions" }, cancel, go),
      ),
    );
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
  });
}

export function start() {
  // Capturing, so that whatever else listens to the form sees that it is not sent yet.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const source = event.submitter?.dataset.confirm ? event.submitter : form;
    const text = source.dataset.confirm;
    if (!text || form.dataset.confirmed === "yes" || event.defaultPrevented) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    // The button that was pressed names what happens, where the page says nothing better.
    const label = submitter?.textContent.trim();
    const title = source.dataset.confirmTitle || label || words("confirmTitle");
    const yes = source.dataset.confirmYes || label || words("confirmYes");
    const agreed = await ask(text, title, yes, submitter?.classList.contains("primary") ? "primary" : "danger");
    if (!agreed) {
      submitter?.focus();
      return;
    }
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  }, { capture: true });
}
