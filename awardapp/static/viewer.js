// A picture of a file, large, over the page: arrow keys lead through the pictures, Escape back. Without it the link opens it.

import { element, words } from "./words.js";

const links = () => [...document.querySelectorAll("a[data-picture]")];

function show(first) {
  const all = links();
  let place = all.indexOf(first);
  const image = element("img", { alt: "" });
  const caption = element("p", { id: "viewer-caption", role: "status" });
  const back = element("button", { type: "button", class: "button secondary" }, words("previous"));
  const on = element("button", { type: "button", class: "button secondary" }, words("next"));
  const close = element("button", { type: "button", class: "button secondary" }, words("close"));
  const dialog = element(
    "dialog",
    { class: "viewer", "aria-labelledby": "viewer-caption" },
    image,
    element("div", { class: "viewer-foot" }, caption, element("div", { class: "actions" }, back, on, close)),
  );

  function turn(by) {
    place = Math.min(Math.max(place + by, 0), all.length - 1);
    const { picture, picturePage } = all[place].dataset;
    image.src = all[place].href;
    image.alt = all[place].querySelector("img").alt;
    caption.textContent = picturePage ? `${picture} · ${picturePage}` : picture;
    back.disabled = place === 0;
    on.disabled = place === all.length - 1;
  }

  back.addEventListener("click", () => turn(-1));
  on.addEventListener("click", () => turn(1));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "ArrowRight") turn(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    all[place].focus();
  });
  turn(0);
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-picture]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link);
  });
}
