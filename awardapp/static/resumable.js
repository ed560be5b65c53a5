// Sends one file in pieces and goes on after whatever happens: a broken line, a restarted server, another sign-in, a reload.
// The server knows how much it has (web/submissions/uploads.py); after every doubt it is asked.

const SMALLEST = 64 * 1024;
const FIRST = 256 * 1024;
const LARGEST = 4 * 1024 * 1024;
const QUICK = 1000; // milliseconds: a piece that took less makes the next one larger
const SLOW = 4000;
const LONGEST_WAIT = 30; // seconds
const ANSWER_WITHIN = 120_000;
const HASHED_UP_TO = 300_000_000; // bytes: the browser can only hash a file that it holds whole

/** The server will not have the file; `message` says why. */
export class Refused extends Error {}

/** The session ended or its CSRF token did. */
export class SignedOut extends Error {}

class Broken extends Error {}

/** The room's door: its address and the token with which it is knocked at. */
export class Door {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  /** Ask and read the answer as JSON. Everything that is not an answer of the uploads' own is SignedOut or Broken. */
  async ask(method, url, { body, headers = {}, signal } = {}) {
    let answer;
    const limit = new AbortController();
    const end = () => limit.abort();
    const timer = setTimeout(end, ANSWER_WITHIN);
    signal?.addEventListener("abort", end);
    try {
      answer = await fetch(url, {
        method,
        body,
        headers: { Accept: "application/json", "X-CSRFToken": this.token, ...headers },
        signal: limit.signal,
      });
      if (answer.status !== 401 && (answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
        return { status: answer.status, told: await answer.json() };
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw new Broken(error.message);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
    if ([401, 403, 409].includes(answer.status)) throw new SignedOut();
    if (answer.status === 404) return { status: 404, told: {} };
    throw new Broken(String(answer.status));
  }

  tell(url, facts, signal) {
    return this.ask("POST", url, { body: JSON.stringify(facts), headers: { "Content-Type": "application/json" }, signal });
  }

  /** What is unfinished; on the way the token is renewed, which another sign-in has changed. */
  async unfinished(signal) {
    const { status, told } = await this.ask("GET", this.url, { signal });
    if (status === 404) throw new SignedOut(); // the submission is unknown to whoever is signed in now
    this.token = told.token;
    return told.uploads;
  }
}

/** The time of change tells this very file from another of the same name and size. */
export const markOf = (file) => String(file.lastModified);

function pause(seconds, signal, { early } = {}) {
  return new Promise((done, failed) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      early?.removeEventListener("click", end);
      signal.removeEventListener("abort", stop);
      done();
    };
    const stop = () => {
      end();
      failed(signal.reason);
    };
    const timer = setTimeout(end, seconds * 1000);
    window.addEventListener("online", end);
    early?.addEventListener("click", end);
    signal.addEventListener("abort", stop);
  });
}

async function bytesOf(file, start, end, changed) {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch {
    throw new Refused(changed);
  }
}

async function digestOf(file, changed) {
  if (!window.crypto?.subtle || file.size > HASHED_UP_TO) return null;
  const digest = await crypto.subtle.digest("SHA-256", await bytesOf(file, 0, file.size, changed));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Send `file`. `on` hears of it: begun(upload), received(bytes), checking(), waiting({ seconds, kind, why }); its `early` is
 * a button that ends a wait, its `changed` the sentence for a file that cannot be read any more. Resolves when the file is
 * attached; throws Refused, or the signal's reason when it was stopped.
 */
export async function send(file, door, { on, signal }) {
  let upload = null;
  let piece = FIRST;
  let failures = 0;
  let hasRenewed = false; // the token, since something last arrived

  async function begin() {
    const { status, told } = await door.tell(door.url, { name: file.name, size: file.size, mark: markOf(file) }, signal);
    if (status === 404) throw new SignedOut();
    if (status >= 400) throw new Refused(told.why);
    on.begun(told);
    return told;
  }

  async function look() {
    const { status, told } = await door.ask("GET", upload.url, { signal });
    return status === 404 || told.status === "dropped" ? begin() : told;
  }

  async function sendPiece() {
    const start = upload.received;
    const body = await bytesOf(file, start, Math.min(start + piece, file.size), on.changed);
    const begun = performance.now();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(start) };
    const { status, told } = await door.ask("PATCH", upload.url, { body, headers, signal });
    if (status === 404) return begin();
    if (status === 507) throw Object.assign(new Broken(), { why: told.why });
    if (told.received === undefined) throw new Refused(told.why);
    const took = performance.now() - begun;
    if (took < QUICK) piece = Math.min(piece * 2, LARGEST);
    else if (took > SLOW) piece = Math.max(piece / 2, SMALLEST);
    return told;
  }

  async function finish() {
    on.checking();
    const { status, told } = await door.tell(`${upload.url}/finish`, { sha256: await digestOf(file, on.changed) }, signal);
    if (status === 507) throw Object.assign(new Broken(), { why: told.why });
    if (told.status === "taken") return told;
    if (told.why) throw new Refused(told.why);
    return null; // not whole after all, or gone: look again
  }

  for (;;) {
    try {
      upload = upload === null ? await begin() : await look();
      on.received(upload.received);
      while (upload.status === "arriving" && upload.received < file.size) {
        upload = await sendPiece();
        failures = 0;
        hasRenewed = false;
        on.received(upload.received);
      }
      if (upload.status === "refused") throw new Refused(upload.why);
      const taken = upload.status === "taken" ? upload : await finish();
      if (taken) return taken;
      failures += 1;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refused) throw error;
      if (!(error instanceof Broken || error instanceof SignedOut)) throw error;
      if (error instanceof SignedOut && !hasRenewed && (await isRenewed(door, signal))) {
        hasRenewed = true;
        continue;
      }
      failures += 1;
      const seconds = Math.min(2 ** (failures - 1), LONGEST_WAIT);
      on.waiting({ seconds, why: error.why, kind: error instanceof SignedOut ? "signedOut" : error.why ? "busy" : "broken" });
    }
    if (failures) await pause(Math.min(2 ** (failures - 1), LONGEST_WAIT), signal, { early: on.early });
  }
}

/** Whether somebody is signed in, whose token is used from now on. */
async function isRenewed(door, signal) {
  try {
    await door.unfinished(signal);
  } catch {
    signal.throwIfAborted();
    return false;
  }
  return true;
}
