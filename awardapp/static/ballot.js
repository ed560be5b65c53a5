// The ballot saves itself. A ranking is put in order without dragging: typing a place or pressing an arrow moves the row at
// once, the focus stays, and the move is told. Without this script the same controls are sent to the server.

import { element } from "./words.js";

const PAUSE = 900;
const RETRY = 5000;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

/** Rows of a ranking: groups of equals in order, and moves between them. */
class Ranking {
  constructor(form, say, tell) {
    Object.assign(this, { form, say, tell, body: form.querySelector("tbody") });
    const numbered = this.rows.filter((row) => Number(this.field(row).value) > 0);
    const places = [...new Set(numbered.map((row) => Number(this.field(row).value)))].sort((a, b) => a - b);
    this.groups = places.map((place) => numbered.filter((row) => Number(this.field(row).value) === place));
    for (const button of form.querySelectorAll("[value^='to-']")) button.hidden = true; // the number alone does it here
  }

  get rows() {
    return [...this.body.rows];
  }

  get ranked() {
    return this.groups.flat();
  }

  field(row) {
    return row.querySelector("input");
  }

  button(row, act) {
    return row.querySelector(`[value^="${act}-"]`);
  }

  take(row) {
    const at = this.groups.findIndex((group) => group.includes(row));
    if (at < 0) return [-1, false];
    this.groups[at] = this.groups[at].filter((one) => one !== row);
    const alone = this.groups[at].length === 0;
    if (alone) this.groups.splice(at, 1);
    return [at, alone];
  }

  /** The place typed: put there, or beside the city that has it where equals are allowed. */
  put(row, place) {
    const held = this.groups[place - 1];
    if (held?.includes(row)) return;
    if (this.say.equal && held) {
      this.take(row);
      held.push(row);
      this.groups = this.groups.filter((group) => group.length);
    } else {
      this.take(row);
      this.groups.splice(Math.min(Math.max(place, 1) - 1, this.groups.length), 0, [row]);
    }
  }

  press(row, act) {
    const [at, alone] = this.take(row);
    if (act === "off") return;
    if (at < 0) this.groups.push([row]);
    else if (act === "up") this.groups.splice(alone ? Math.max(at - 1, 0) : at, 0, [row]);
    else this.groups.splice(at + 1, 0, [row]);
  }

  draw(moved, focus) {
    const { ranked } = this;
    const rest = this.rows.filter((row) => !ranked.includes(row)).sort((a, b) => a.dataset.city.localeCompare(b.dataset.city, "en"));
    const order = [...ranked, ...rest];
    // A row that stays where it is is not touched: taking the focused one out would lose the focus for a moment.
    order.forEach((row, at) => {
      if (this.body.rows[at] !== row) this.body.insertBefore(row, this.body.rows[at] ?? null);
    });
    this.groups.forEach((group, at) => {
      for (const row of group) this.field(row).value = String(at + 1);
    });
    for (const row of rest) this.field(row).value = "";
    for (const row of order) {
      const at = this.groups.findIndex((group) => group.includes(row));
      this.button(row, "up").disabled = at === 0 && this.groups[0].length === 1;
      this.button(row, "down").disabled = at < 0 || (at === this.groups.length - 1 && this.groups[at].length === 1);
      this.button(row, "off").disabled = at < 0;
    }
    const at = this.groups.findIndex((group) => group.includes(moved));
    this.tell(fill(at < 0 ? this.say.unranked : this.say.placed, { city: moved.dataset.city, n: at + 1 }));
    (focus.disabled ? (moved.querySelector("button:not(:disabled):not([hidden])") ?? this.field(moved)) : focus).focus();
  }
}

/** How much is left to be given out; told with every change, so that nobody has to count. */
function left(form, say) {
  const line = form.querySelector("[data-left]");
  const value = (prefix) => [...form.querySelectorAll(`[name^="${prefix}-"]`)];
  switch (form.dataset.shape) {
    case "ranking":
      line.textContent = fill(say.ranked, { n: value("place").filter((one) => one.value.trim()).length, all: say.all });
      break;
    case "approval": {
      const over = value("cross").filter((one) => one.checked).length - say.most;
      line.textContent = fill(over > 0 ? say.crossesOver : say.crosses, { n: Math.abs(over) });
      line.classList.toggle("is-over", over > 0);
      break;
    }
    case "score": {
      const marked = new Set(value("mark").filter((one) => (one.type === "radio" ? one.checked : one.value.trim())).map((one) => one.name));
      line.textContent = fill(say.marks, { n: marked.size, all: say.all });
      break;
    }
    default: {
      const over = value("points").reduce((sum, one) => sum + (Number(one.value) || 0), 0) - say.most;
      line.textContent = fill(over > 0 ? say.pointsOver : say.points, { n: Math.abs(over) });
      line.classList.toggle("is-over", over > 0);
    }
  }
  return line.textContent;
}

function start(form) {
  const say = JSON.parse(form.dataset.say);
  const state = form.querySelector("[data-save-state]");
  const since = form.querySelector("[data-saved-ago]");
  const told = form.querySelector("[data-told]");
  const version = form.elements.edit_version;
  const tell = (text) => {
    told.textContent = text;
  };
  const ranking = form.dataset.shape === "ranking" ? new Ranking(form, say, tell) : null;
  let running = Promise.resolve();
  let timer = null;
  let savedAt = null;
  let isDirty = false;
  let isSending = false;
  let isHeld = "held" in form.dataset; // two windows differ: nothing is stored until the juror has chosen

  function ask(problem) {
    isHeld = true;
    const show = element("button", { type: "submit", name: "act", value: "save", class: "button small" }, form.querySelector("[name=act][value=save]").textContent);
    state.replaceChildren(problem, " ", show);
  }

  function changed(pause = PAUSE) {
    const words = left(form, say);
    if (form.dataset.shape !== "ranking") tell(words);
    isDirty = true;
    if (isHeld) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(save);
    }, pause);
  }

  async function save() {
    if (!isDirty || isHeld) return;
    isDirty = false;
    isSending = true;
    const data = new FormData(form);
    data.delete("act");
    state.textContent = say.saving;
    try {
      const answer = await fetch(form.dataset.ballot, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (answer.headers.get("Content-Type")?.includes("json")) {
        const news = await answer.json();
        if (answer.ok) {
          version.value = news.edit_version;
          savedAt = Date.now();
          state.textContent = news.saved;
        } else if (news.conflict) ask(news.problem);
        else state.textContent = news.problem;
      } else {
        isDirty = true;
        state.textContent = say.ended;
      }
    } catch {
      isDirty = true;
      state.textContent = say.lost;
      clearTimeout(timer);
      timer = setTimeout(() => {
        running = running.then(save);
      }, RETRY);
    }
    isSending = false;
  }

  setInterval(() => {
    const seconds = savedAt === null || isDirty ? -1 : Math.round((Date.now() - savedAt) / 1000);
    since.textContent = seconds < 5 ? "" : seconds < 60 ? fill(say.ago, { n: seconds }) : fill(say.agoMinutes, { n: Math.floor(seconds / 60) });
  }, 1000);

  form.addEventListener("change", (event) => {
    const row = event.target.closest("tr");
    if (ranking && row && event.target === ranking.field(row)) {
      const text = event.target.value.trim();
      if (text === "") ranking.press(row, "off");
      else if (/^\d+$/.test(text) && Number(text) > 0) ranking.put(row, Number(text));
      // Tab has moved the focus on already, and where it went it stays.
      const focused = document.activeElement;
      ranking.draw(row, form.contains(focused) ? focused : event.target);
    }
    changed();
  });

  form.addEventListener("input", (event) => {
    if (!ranking && event.target.matches("[inputmode]")) changed();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !ranking || !event.target.matches("tbody input")) return;
    event.preventDefault(); // puts the city to its place; the buttons below save and cast
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    event.target.select();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("tbody button[name='act']");
    if (!button || !ranking) return;
    event.preventDefault();
    const row = button.closest("tr");
    ranking.press(row, button.value.split("-")[0]);
    ranking.draw(row, button);
    changed();
  });

  // A ballot sent while its draft is being saved would meet its own newer version.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    isDirty = false;
    if (!isSending || event.defaultPrevented) return;
    event.preventDefault();
    const { submitter } = event;
    running.then(() => form.requestSubmit(submitter));
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("[data-ballot]")) start(form);
