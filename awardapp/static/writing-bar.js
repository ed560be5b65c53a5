// Says in words what is saved and when, at the foot of the window; speaks it aloud only when it matters.

import { element, language } from "./words.js";
import { CLOSED, GONE, OFFLINE, OK, OTHER_PERSON, SIGNED_OUT, TROUBLE } from "./writing-saver.js";

const QUIET = 60_000; // "saved" is spoken at most so often

/** "12 s ago", in the page's language. */
export function ago(say, at) {
  const seconds = Math.max(0, Math.round((Date.now() - at) / 1000));
  if (seconds < 5) return say("justNow");
  if (seconds < 60) return say("secondsAgo", { n: seconds });
  if (seconds < 3600) return say("minutesAgo", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return say("hoursAgo", { n: Math.floor(seconds / 3600) });
  return say("onDay", { day: new Intl.DateTimeFormat(language, { day: "numeric", month: "long" }).format(at) });
}

/** Names in a row, as the page's language separates them. */
export function list(names) {
  return names.join(language.startsWith("zh") ? "、" : ", ");
}

export class Bar {
  #spokenAt = 0;
  #wasWrong = false;
  #shown = "";

  constructor(say, page, saver, store) {
    Object.assign(this, { say, page, saver, store });
    this.state = element("p", { class: "writing-state" });
    this.company = element("p", { class: "writing-company" });
    this.told = element("p", { class: "writing-news", hidden: "" });
    this.spoken = element("p", { class: "unseen", role: "status" });
    this.root = element("section", { class: "writing-bar", "aria-label": say("bar") }, element("div", { class: "wrap" }, this.state, this.told, this.company));
    this.root.firstChild.append(this.spoken);
    document.body.append(this.root);
    setInterval(() => this.show(), 1000);
    this.show();
  }

  speak(text) {
    this.spoken.textContent = text;
    this.#spokenAt = Date.now();
  }

  /** [what to say, whether all is well, an address to offer with its words] */
  #sentence() {
    const { say, saver, page } = this;
    const { line, unsaved } = saver;
    const kept = this.store.isBroken ? say("keptNowhere") : say("keptHere");
    if (line === CLOSED) return [page.closed, false];
    if (line === SIGNED_OUT) return [`${say("signedOut")} ${kept}`, false, page.urls.signIn, say("signIn")];
    if (line === OTHER_PERSON) return [`${say("otherPerson")} ${kept}`, false];
    if (line === GONE) return [`${say("gone")} ${kept}`, false];
    if (line === OFFLINE) return unsaved.length ? [`${say("offline")} ${kept}`, false] : [say("offlineSaved"), false];
    if (line === TROUBLE) return [`${say("trouble")} ${kept}`, false];
    const stuck = unsaved.filter((field) => field.state === "refused" || field.state === "conflict");
    if (stuck.length) {
      return [say("notSavedFields", { fields: list(stuck.map((field) => field.label)) }), false, `#${stuck[0].first.id}`, say("goThere")];
    }
    if (unsaved.some((field) => field.state === "saving")) return [say("saving"), true];
    if (unsaved.length) return [say("notYet"), true];
    return [say("saved", { ago: ago(say, saver.savedAt ?? page.savedAt) }), true];
  }

  show() {
    const [text, well, address, words] = this.#sentence();
    const key = `${text}|${address ?? ""}`;
    if (key !== this.#shown) {
      this.#shown = key;
      this.state.replaceChildren(text);
      if (address) {
        const link = element("a", { href: address, ...(address.startsWith("#") ? {} : { target: "_blank" }) }, words);
        this.state.append(" ", link);
      }
      this.root.classList.toggle("is-wrong", !well);
      // After trouble the next word aloud is that all is saved, not that it is about to be.
      const settled = well && !this.saver.unsaved.length;
      if (!well || this.#wasWrong && settled) this.speak(text);
      this.#wasWrong = !well || this.#wasWrong && !settled;
    }
  }

  /** Something was just saved: worth a word aloud once in a while. */
  saved() {
    if (this.saver.line === OK && Date.now() - this.#spokenAt > QUIET) this.speak(this.say("saved", { ago: this.say("justNow") }));
  }

  /** What happened elsewhere, with a link that loads the page anew. */
  news(text, words) {
    this.told.replaceChildren(text, " ", element("a", { href: window.location.pathname }, words));
    this.told.hidden = false;
    this.speak(text);
  }

  /** Who else has the form open. */
  also(names) {
    const text = names.length ? this.say("alsoHere", { names: list(names) }) : "";
    if (this.company.textContent !== text) this.company.textContent = text;
  }
}
