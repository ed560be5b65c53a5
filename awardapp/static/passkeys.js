// Passkeys: asks the site for a number, the device for an answer to it, and sends the answer with the form around the button.

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const known = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

async function challenge(box, form) {
  const body = new URLSearchParams({ purpose: box.dataset.passkey, csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(box.dataset.challenge, { method: "POST", body, headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.problem);
  return told;
}

async function made(options) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
  const response = {
    clientDataJSON: text(key.response.clientDataJSON),
    attestationObject: text(key.response.attestationObject),
    transports: key.response.getTransports?.() ?? [],
  };
  return { id: key.id, rawId: text(key.rawId), type: key.type, response };
}

async function shown(options) {
  const key = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: text(userHandle),
  };
  return { id: key.id, rawId: text(key.rawId), type: key.type, response };
}

function attach(box) {
  const form = box.closest("form");
  const button = box.querySelector("button");
  const state = box.querySelector("[role=status]");
  box.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    state.textContent = box.dataset.waiting;
    try {
      const options = await challenge(box, form);
      const answer = await (box.dataset.passkey === "register" ? made : shown)(options);
      box.querySelector("input").value = JSON.stringify(answer);
      state.textContent = "";
      form.requestSubmit(form.querySelector("button[type=submit]"));
    } catch (problem) {
      // The device's own words (cancelled, too slow, not known) tell little; ours from the site are shown.
      state.textContent = problem instanceof DOMException || !problem.message ? box.dataset.failed : problem.message;
    }
    button.disabled = false;
  });
}

export function start() {
  if (!window.PublicKeyCredential) return;
  document.querySelectorAll("[data-passkey]").forEach(attach);
}
