// Counts down to an instant that the page states in words anyway. The clock is the server's: the page says when it was made,
// and the browser when its first byte came. Ears are spared the ticking: they hear the words, and an announcement now and then.

import { element } from "./words.js";

const ANNOUNCED = "unseen";

/** How far the server's clock is ahead of this one, in milliseconds. */
function ahead(made) {
  const navigation = performance.getEntriesByType("navigation")[0];
  const came = navigation?.responseStart ? performance.timeOrigin + navigation.responseStart : Date.now();
  return Date.parse(made) - came;
}

function clock(seconds, days) {
  const two = (n) => String(n).padStart(2, "0");
  const rest = `${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 86400 ? rest : `${days.replace("{n}", Math.floor(seconds / 86400))} ${rest}`;
}

function begin(node) {
  const { countdown, now, days, over, left = "{time}", announce } = node.dataset;
  const end = Date.parse(countdown);
  const server = ahead(now);
  const spoken = announce ? JSON.parse(announce) : {}; // minutes left: words
  const heard = element("span", { class: ANNOUNCED, role: "status" });
  const seen = element("span", { "aria-hidden": "true" }, node.textContent);
  const words = element("span", { class: ANNOUNCED }, node.textContent);
  node.replaceChildren(seen, words);
  node.after(heard);
  let before = Infinity;
  const tick = () => {
    const seconds = Math.ceil((end - Date.now() - server) / 1000);
    if (seconds <= 0) {
      node.replaceChildren(over);
      if (before !== Infinity) heard.textContent = over;
      clearInterval(timer);
      return;
    }
    seen.textContent = left.replace("{time}", clock(seconds, days));
    // The page's own words hold until the next mark is passed; of several passed at once the last one is told.
    const passed = Object.keys(spoken).filter((minutes) => seconds <= minutes * 60 && before > minutes * 60);
    if (passed.length && before !== Infinity) words.textContent = heard.textContent = spoken[Math.min(...passed)];
    before = seconds;
  };
  const timer = setInterval(tick, 1000);
  tick();
}

export function start() {
  document.querySelectorAll("[data-countdown]").forEach(begin);
}
