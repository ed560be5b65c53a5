// What is shown at a field or above the form when one text is not enough: two texts to choose from, and texts to copy out.

import { element } from "./words.js";

/** A copy of the text goes to the clipboard; where that is not allowed, it is marked to be copied by hand. */
async function copy(text, area) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    area?.select();
    return area !== undefined && document.execCommand("copy");
  }
}

export function button(label, act, kind = "secondary") {
  const made = element("button", { type: "button", class: `button ${kind} small` }, label);
  made.addEventListener("click", act);
  return made;
}

function copyButton(say, label, textOf, area) {
  const made = button(label, async () => {
    if (await copy(textOf(), area)) made.textContent = say("copied");
  });
  return made;
}

/** `theirs` with the part marked in which it differs from `mine`. */
function marked(theirs, mine) {
  let start = 0;
  while (start < theirs.length && theirs[start] === mine[start]) start += 1;
  let end = 0;
  while (end < Math.min(theirs.length, mine.length) - start && theirs.at(-1 - end) === mine.at(-1 - end)) end += 1;
  const middle = theirs.slice(start, theirs.length - end);
  return [theirs.slice(0, start), ...(middle ? [element("mark", {}, middle)] : []), theirs.slice(theirs.length - end)];
}

/** Both texts at the field. `choose(how)` is called with "mine", "theirs" or "both". */
export function twoTexts(say, field, title, theirs, choose) {
  const text = element("div", { class: "their-text keep-lines", tabindex: "0", role: "group", "aria-label": say("theirText") });
  text.lang = field.first.lang;
  text.append(...(theirs ? marked(theirs, field.words()) : [say("nothing")]));
  const act = (how) => () => {
    panel.remove();
    choose(how);
    field.focus();
  };
  const choices = [button(say("keepMine"), act("mine")), button(say("keepTheirs"), act("theirs"))];
  if (field.isLong && theirs) choices.push(button(say("keepBoth"), act("both")));
  const panel = element(
    "div",
    { class: "two-texts", role: "group", "aria-label": title },
    element("p", { class: "callout-title" }, title),
    element("p", {}, say("twoTexts")),
    element("p", { class: "pair-label" }, say("theirText")),
    text,
    element("div", { class: "two-texts-choice" }, ...choices),
  );
  return panel;
}

/** A text that stood in the field before, to look at, copy or bring back. */
export function earlierText(say, title, text, bringBack) {
  const box = element(
    "details",
    { class: "earlier-text" },
    element("summary", {}, title),
    element("div", { class: "their-text keep-lines" }, text || say("nothing")),
    element("div", { class: "two-texts-choice" }, copyButton(say, say("copy"), () => text), button(say("bringBack"), () => {
      box.remove();
      bringBack();
    })),
  );
  return box;
}

/** Every text that cannot be stored any more, to be copied out: `texts` are [{label, text, lang}]. */
export function copyOut(say, reason, texts) {
  const parts = texts.map(({ label, text, lang }) => {
    const area = element("textarea", { readonly: "", rows: text.length > 120 ? "6" : "2", "aria-label": label });
    area.value = text;
    if (lang) area.lang = lang;
    return element("div", { class: "field" }, element("p", { class: "pair-label" }, label), area, copyButton(say, say("copy"), () => text, area));
  });
  const all = () => texts.map(({ label, text }) => `${label}\n${text}`).join("\n\n");
  return element(
    "section",
    { class: "copy-out callout callout-warning", tabindex: "-1", role: "alert" },
    element("p", { class: "callout-title" }, say("copyOutTitle")),
    element("p", {}, `${reason} ${say("copyOutHow")}`),
    ...(texts.length > 1 ? [element("p", {}, copyButton(say, say("copyAll"), all))] : []),
    ...parts,
  );
}
