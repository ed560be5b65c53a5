// The sheet by keyboard: j and k go from criterion to criterion, digits set the mark of the one that has the focus, Esc leads
// from a text back to the marks. Letters and digits act on nothing while somebody types, and can be switched off (see
// shortcuts.js); a screen reader's own keys never reach the page.

const TYPING_ON = 900; // milliseconds in which a further digit belongs to the same mark

const switchedOff = () => localStorage.getItem("single-keys-off") === "yes";

function isTyping(target) {
  return target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

export function start() {
  const form = document.querySelector("[data-sheet]");
  if (!form) return;
  const stops = [...form.querySelectorAll("[data-item]")];
  let typed = "";
  let typedIn = null;
  let typedAt = 0;

  const stopOf = (node) => node.closest?.("[data-item]");

  function enter(stop) {
    document.body.dataset.keys = "moving";
    const control = stop.querySelector("textarea, input[type=radio]:checked:not([value=''])")
      ?? stop.querySelector("input[type=radio]:not([value='']), input[type=checkbox]");
    control.focus();
    stop.scrollIntoView({ block: "nearest" });
    delete document.body.dataset.keys;
  }

  function move(by) {
    const here = stops.indexOf(stopOf(document.activeElement));
    if (here < 0) enter(by > 0 ? (stops.find((stop) => stop.matches("fieldset") && !chosen(stop)) ?? stops[0]) : stops.at(-1));
    else enter(stops[Math.min(Math.max(here + by, 0), stops.length - 1)]);
  }

  const chosen = (stop) => stop.querySelector("input[type=radio]:checked:not([value=''])");

  function choose(radio) {
    radio.focus();
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The mark that was typed so far; a figure that leads to none begins anew. */
  function digit(key, stop) {
    const now = Date.now();
    if (typedIn !== stop || now - typedAt > TYPING_ON) typed = "";
    typedIn = stop;
    typedAt = now;
    const radios = [...stop.querySelectorAll("input[type=radio]:not([value=''])")];
    const find = (text) => text !== "" && radios.find((radio) => Number(radio.value) === Number(text));
    const couldBe = (text) => radios.some((radio) => radio.value.startsWith(text));
    const added = typed + (key === "," ? "." : key);
    typed = find(added) || couldBe(added) ? added : key === "," || key === "." ? typed : key;
    const radio = find(typed);
    if (radio) choose(radio);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const stop = stopOf(event.target);
    if (event.key === "Escape" && stop && isTyping(event.target)) {
      event.preventDefault();
      const last = stops.filter((one) => one.matches("fieldset")).at(-1);
      if (last) enter(last);
      return;
    }
    if (switchedOff() || isTyping(event.target)) return;
    if ((event.key === "j" || event.key === "k") && !event.shiftKey) {
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (stop?.matches("fieldset") && /^[0-9.,]$/.test(event.key)) {
      event.preventDefault();
      digit(event.key, stop);
    } else if (stop?.matches("fieldset") && (event.key === "Backspace" || event.key === "Delete")) {
      event.preventDefault();
      const none = stop.querySelector("input[type=radio][value='']");
      typed = "";
      if (none) choose(none);
    }
  });
}
