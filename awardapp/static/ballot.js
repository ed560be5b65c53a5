// Ranking without dragging: choosing a number or pressing an arrow moves the row at once, and the draft saves itself.
// Without this script the same controls are sent to the server, which answers with the new order.

const PAUSE = 900;

function start(form) {
  const body = form.querySelector("tbody");
  const state = form.querySelector("[data-save-state]");
  const version = form.elements.edit_version;
  const rows = () => [...body.rows];
  const select = (row) => row.querySelector("select");
  let ranking = rows().filter((row) => select(row).value).sort((a, b) => select(a).value - select(b).value);
  let running = Promise.resolve();
  let timer = null;
  let dirty = false;
  let sending = false;

  function tell(words, row, n = "") {
    state.textContent = words.replace("{city}", row.dataset.city).replace("{n}", n);
  }

  function draw(moved, focus) {
    const rest = rows().filter((row) => !ranking.includes(row));
    for (const row of [...ranking, ...rest]) body.append(row);
    for (const row of rows()) {
      const at = ranking.indexOf(row);
      select(row).value = at < 0 ? "" : String(at + 1);
      row.querySelector("[value^='up-']").disabled = at === 0;
      row.querySelector("[value^='down-']").disabled = at < 0 || at === ranking.length - 1;
    }
    const at = ranking.indexOf(moved);
    if (at < 0) tell(form.dataset.unranked, moved);
    else tell(form.dataset.placed, moved, at + 1);
    (focus.disabled ? moved.querySelector("button:not(:disabled)") ?? select(moved) : focus).focus();
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => { running = running.then(save); }, PAUSE);
  }

  async function save() {
    if (!dirty) return;
    dirty = false;
    sending = true;
    const data = new FormData(form);
    data.delete("act");
    try {
      const answer = await fetch(form.dataset.ballot, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (answer.ok) version.value = told.edit_version;
      state.textContent = answer.ok ? told.saved : told.problem;
    } catch {
      dirty = true;
      state.textContent = form.dataset.lost;
    }
    sending = false;
  }

  form.addEventListener("change", (event) => {
    const row = event.target.closest("tr");
    if (!row || event.target !== select(row)) return;
    ranking = ranking.filter((one) => one !== row);
    if (event.target.value) ranking.splice(Number(event.target.value) - 1, 0, row);
    draw(row, event.target);
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='act']");
    const row = button?.closest("tr");
    if (!row) return;
    event.preventDefault();
    const at = ranking.indexOf(row);
    const up = button.value.startsWith("up-");
    if (at < 0) ranking.push(row);
    else {
      const to = up ? at - 1 : at + 1;
      [ranking[at], ranking[to]] = [ranking[to], ranking[at]];
    }
    draw(row, button);
  });

  // A ballot sent while its draft is being saved would meet its own newer version.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    dirty = false;
    if (!sending || event.defaultPrevented) return;
    event.preventDefault();
    const { submitter } = event;
    running.then(() => form.requestSubmit(submitter));
  });
}

for (const form of document.querySelectorAll("[data-ballot]")) start(form);
