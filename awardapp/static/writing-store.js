// Text that the server has not stored yet is kept in this browser, field by field: under the person, the submission and the
// window it was typed in. A window holds a lock while it lives, so that another one offers only what a closed one left.

const PREFIX = "draft:"; // signing out drops everything under it (unsaved.js)

export class Store {
  #mine;

  constructor(person, ref) {
    this.window = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.isBroken = false;
    this.#mine = `${PREFIX}${person}:${ref}:`;
    navigator.locks?.request(this.#lock(this.window), () => new Promise(() => {}));
  }

  #lock(window) {
    return `writing:${window}`;
  }

  #key(name) {
    return `${this.#mine}${this.window}:${name}`;
  }

  /** Keeps `entry` ({value, base, doubts}) for the input `name`; false when this browser keeps nothing. */
  keep(name, entry) {
    try {
      localStorage.setItem(this.#key(name), JSON.stringify({ at: Date.now(), ...entry }));
      this.isBroken = false;
    } catch {
      this.isBroken = true; // full, or forbidden
    }
    return !this.isBroken;
  }

  drop(name) {
    try {
      localStorage.removeItem(this.#key(name));
    } catch {
      this.isBroken = true;
    }
  }

  /** What closed windows left: [{key, name, value, base, doubts, at}], the latest of each input first. */
  async leftovers() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.#mine)) continue;
        const [window, name] = key.slice(this.#mine.length).split(":");
        found.push({ key, window, name, ...JSON.parse(localStorage.getItem(key)) });
      }
    } catch {
      this.isBroken = true;
      return [];
    }
    const held = await navigator.locks?.query();
    const alive = new Set((held?.held ?? []).map((lock) => lock.name));
    return found.filter((one) => !alive.has(this.#lock(one.window))).sort((one, other) => other.at - one.at);
  }

  forget(entries) {
    for (const entry of entries) localStorage.removeItem(entry.key);
  }
}
