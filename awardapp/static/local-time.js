// Adds the reader's own time beside a time of the award, when the two clocks differ.

import { element, language, words } from "./words.js";

function offsetOf(iso) {
  const match = /([+-])(\d\d):(\d\d)$/.exec(iso);
  return match ? Number(`${match[1]}1`) * (Number(match[2]) * 60 + Number(match[3])) : 0;
}

export function start() {
  for (const node of document.querySelectorAll("time[data-local]")) {
    const moment = new Date(node.dateTime);
    const own = -moment.getTimezoneOffset();
    const withUtc = node.closest(".moment");
    if (node.closest("[data-own-time]")) continue; // the page says the reader's own time already
    if (Number.isNaN(own) || own === offsetOf(node.dateTime) || (withUtc && own === 0)) continue;
    const shown = new Intl.DateTimeFormat(language, {
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      ...(node.dataset.local === "seconds" ? { second: "2-digit" } : {}),
    }).format(moment);
    (withUtc?.lastElementChild ?? node.querySelector(".zone") ?? node).after(" ", element("span", { class: "local-time" }, words("yourTime", { time: shown })));
  }
}
