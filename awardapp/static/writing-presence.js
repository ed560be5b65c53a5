// Who else is in the form and at which field, and what they have saved meanwhile: asked every few seconds, more often in
// company, not at all while nobody looks. The page works without it.

const ALONE = 12_000;
const IN_COMPANY = 4000;
const SOON = 400; // after going from field to field

export class Presence {
  #field = "";
  #timer = null;
  #others = [];
  #asking = false;

  /** `hear(told)` gets {others: [{name, field, you}], changes: [{name, digest, by, at, you}], since}. */
  constructor(page, window_, saver, hear) {
    Object.assign(this, { page, window: window_, saver, hear });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#in(0)));
    window.addEventListener("pagehide", () => this.#leave());
    this.#in(0);
  }

  /** The name of the input somebody is in now, "" for none. */
  set field(name) {
    if (name === this.#field) return;
    this.#field = name;
    this.#in(SOON);
  }

  #in(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), milliseconds);
  }

  #post(more, options) {
    const body = new URLSearchParams({ window: this.window, field: this.#field, since: this.page.since, ...more });
    const headers = { Accept: "application/json", "X-CSRFToken": this.saver.token };
    return fetch(this.page.urls.presence, { method: "POST", body, headers, ...options });
  }

  async #ask() {
    if (document.hidden || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await this.#post({}, { signal: AbortSignal.timeout(10_000) });
      if (answer.ok) {
        const told = await answer.json();
        this.#others = told.others;
        this.page.since = told.since;
        this.hear(told);
      } else if (answer.status === 401) await this.saver.ask();
    } catch {
      // The saver says when the line is broken; who else is here is not known meanwhile.
      this.hear({ others: [], changes: [] });
    }
    this.#asking = false;
    this.#in(this.#others.length ? IN_COMPANY : ALONE);
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#post({ leave: "1" }, { keepalive: true }).catch(() => {});
  }
}
