// Files that are being sent are kept by the browser until they have arrived, so that a reload needs no second choosing.
// Where a browser cannot keep them, nothing is lost: the same file is chosen again and goes on where it stopped.

const NAME = "award-files";
const STORE = "files";
const KEEP_DAYS = 3;

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

async function act(mode, doing) {
  try {
    const base = await open();
    try {
      return await new Promise((done, failed) => {
        const work = base.transaction(STORE, mode);
        const asked = doing(work.objectStore(STORE));
        work.oncomplete = () => done(asked.result);
        work.onerror = work.onabort = () => failed(work.error);
      });
    } finally {
      base.close();
    }
  } catch {
    return undefined; // private windows, full disks: see above
  }
}

export const keep = (url, file) => act("readwrite", (store) => store.put({ file, at: Date.now() }, url));
export const letGo = (url) => act("readwrite", (store) => store.delete(url));

/** The file kept for an upload, or undefined. */
export async function kept(url) {
  const found = await act("readonly", (store) => store.get(url));
  if (found && Date.now() - found.at > KEEP_DAYS * 86_400_000) {
    await letGo(url);
    return undefined;
  }
  return found?.file;
}

/** Signing out leaves nothing of the person in this browser. */
export function start() {
  for (const form of document.querySelectorAll("form[data-clear-drafts]")) {
    form.addEventListener("submit", () => indexedDB.deleteDatabase(NAME));
  }
}
