// The sentences of the scripts in the reader's language: the page carries them in <body data-words>.

const sentences = JSON.parse(document.body.dataset.words || "{}");

/** The sentence called `name`, its {places} filled from `values`. */
export function words(name, values = {}) {
  return (sentences[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** For Intl: the page's language; English with the day before the month and a 24-hour clock, as the server writes it. */
export const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

/** A number with the separators of the page's language. */
export function figure(value) {
  return new Intl.NumberFormat(language).format(value);
}

/** An element with text and attributes; text is never read as markup. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
