// The speaking clock counts from the server's instant, and pages of a session follow it: they ask every second whether anything
// has changed (the answer is mostly "no", without a body) and put in what has. Without it the page says when the time is up.

const EVERY = 1000;
const LONGEST = 8000;

const root = () => document.querySelector("[data-follow]");
let ahead = null; // how far the server's clock is ahead of this one, in milliseconds

/** Read the server's clock from a page: when it was made against when its first byte came. */
function listen(page, came) {
  const now = page.querySelector("[data-clock]")?.dataset.now;
  if (now) ahead = Date.parse(now) - came;
}

function firstByte() {
  const navigation = performance.getEntriesByType("navigation")[0];
  return navigation?.responseStart ? performance.timeOrigin + navigation.responseStart : Date.now();
}

function written(seconds) {
  const rest = Math.abs(seconds);
  return `${seconds < 0 ? "+" : ""}${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
}

function tick() {
  for (const node of document.querySelectorAll("[data-clock]")) {
    const { ends, left, last, over } = node.dataset;
    const isOn = node.dataset.clock === "talk" || node.dataset.clock === "questions";
    const seconds = ends ? Math.ceil((Date.parse(ends) - Date.now() - (ahead ?? 0)) / 1000) : Number(left);
    const shown = node.querySelector("[data-clock-time]");
    if (shown && shown.textContent !== written(seconds)) shown.textContent = written(seconds);
    node.classList.toggle("is-last", isOn && seconds <= 60 && seconds > 0);
    node.classList.toggle("is-over", isOn && seconds <= 0);
    const words = isOn && seconds <= 0 ? over : isOn && seconds <= 60 ? last : "";
    const said = node.querySelector("[data-clock-words]");
    if (said && said.textContent !== words) said.textContent = words;
  }
}

function say(text) {
  const box = document.querySelector("[data-part=said]");
  if (box && box.textContent !== text) box.textContent = text;
}

/** Puts the parts of a fresh page in; what is typed stands outside of them. */
function apply(page) {
  for (const fresh of page.querySelectorAll("[data-part]")) {
    const name = fresh.dataset.part;
    const old = document.querySelector(`[data-part="${name}"]`);
    if (!old || name === "said") continue;
    const held = old.contains(document.activeElement);
    old.replaceChildren(...fresh.childNodes);
    if (held) (old.querySelector("button, a") ?? document.querySelector("main")).focus();
  }
  const title = page.querySelector("h1");
  const own = document.querySelector("h1");
  if (title && own && !own.closest("[data-part]")) own.textContent = title.textContent;
  document.title = page.title;
  root().dataset.key = page.querySelector("[data-follow]")?.dataset.key ?? "";
  tick();
}

async function refresh() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  const came = Date.now();
  if (!answer.ok || answer.redirected) {
    window.location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  listen(page, came);
  if (page.querySelector("[data-follow]")?.dataset.follow !== root().dataset.follow) window.location.reload();
  else apply(page);
}

function follow() {
  let wait = EVERY;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(root().dataset.follow, {
        headers: { Accept: "application/json", "If-None-Match": `"${root().dataset.key}"` },
      });
      if (answer.status === 401 || answer.status === 404) {
        window.location.reload();
        return;
      }
      if (answer.status === 200 && (await answer.json()).key !== root().dataset.key) await refresh();
      else if (answer.status >= 400) throw new Error(String(answer.status));
      say("");
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, LONGEST);
      say(root().dataset.lost);
    }
    setTimeout(ask, wait);
  }

  setTimeout(ask, EVERY);
}

const whole = document.querySelector("[data-full-screen]");
if (whole && document.fullscreenEnabled) {
  whole.hidden = false;
  whole.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}
for (const link of document.querySelectorAll("[data-reload]")) link.hidden = true; // the page follows by itself

listen(document, firstByte());
tick();
setInterval(tick, 200);
follow();
