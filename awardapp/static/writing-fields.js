// The inputs of the submission form: each one control, or the boxes and buttons of one name, read and filled alike.

const SKIPPED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

const lines = (text) => text.replace(/\r\n?/g, "\n");

/** Whether two values of inputs are the same text or the same choice. */
export function same(one, other) {
  return Array.isArray(one) && Array.isArray(other) ? one.join("\n") === other.join("\n") : one === other;
}

export class Field {
  constructor(name, controls, label) {
    this.name = name;
    this.controls = controls;
    this.label = label;
    this.first = controls[0];
    this.box = this.first.closest(".field") ?? this.first.parentElement;
  }

  get isText() {
    return this.controls.length === 1 && (this.first.tagName === "TEXTAREA" || this.first.tagName === "INPUT")
      && !["checkbox", "radio"].includes(this.first.type);
  }

  get isLong() {
    return this.first.tagName === "TEXTAREA";
  }

  get isClosed() {
    return this.controls.every((control) => control.disabled || control.readOnly);
  }

  /** A text, the value of the button chosen, or the list of the boxes ticked. */
  get value() {
    if (this.first.type === "checkbox") return this.controls.filter((one) => one.checked).map((one) => one.value);
    if (this.first.type === "radio") return this.controls.find((one) => one.checked)?.value ?? "";
    return lines(this.first.value);
  }

  set value(given) {
    if (this.first.type === "checkbox") for (const one of this.controls) one.checked = given.includes(one.value);
    else if (this.first.type === "radio") for (const one of this.controls) one.checked = one.value === given;
    else if (this.isText) this.#write(given);
    else this.first.value = given;
    this.first.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Only the part that differs is exchanged, so that whoever reads or points somewhere in the text stays there.
  #write(given) {
    const now = lines(this.first.value);
    let start = 0;
    while (start < now.length && start < given.length && now[start] === given[start]) start += 1;
    let end = 0;
    while (end < now.length - start && end < given.length - start && now.at(-1 - end) === given.at(-1 - end)) end += 1;
    if (typeof this.first.setRangeText === "function" && this.first.selectionStart !== null) {
      this.first.setRangeText(given.slice(start, given.length - end), start, now.length - end, "preserve");
    } else this.first.value = given;
  }

  /** The value as words for people: what was chosen by its label. */
  words(value = this.value) {
    if (this.first.tagName === "SELECT") return [...this.first.options].find((one) => one.value === value)?.text ?? value;
    if (this.isText) return value;
    const chosen = [value].flat();
    return this.controls
      .filter((one) => chosen.includes(one.value))
      .map((one) => one.labels[0]?.textContent.trim() ?? one.value)
      .join("\n");
  }

  focus() {
    (this.controls.find((one) => one.checked) ?? this.first).focus();
  }

  /** Makes the text readable and copyable, but not changeable; `false` opens it again. */
  close(closed) {
    for (const control of this.controls) {
      if (this.isText) control.readOnly = closed;
      else control.disabled = closed;
    }
  }
}

/** Every input of the form that `labels` names, by its name. */
export function fieldsOf(form, labels) {
  const groups = new Map();
  for (const control of form.elements) {
    if (!(control.name in labels) || SKIPPED.has(control.type)) continue;
    groups.set(control.name, [...(groups.get(control.name) ?? []), control]);
  }
  return new Map([...groups].map(([name, controls]) => [name, new Field(name, controls, labels[name])]));
}
