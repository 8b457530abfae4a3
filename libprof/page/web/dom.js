// Elements. Texts of a profile become text nodes, always: nothing here takes HTML.

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | ((event: any) => void)>} attributes "onclick" and the like are listeners
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function")
      made.addEventListener(key.slice(2), value);
    else if (value === true)
      made.setAttribute(key, "");
    else if (value !== false)
      made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The element of this id, which the page has. */
export function byId(/** @type {string} */ id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

export function fill(/** @type {HTMLElement} */ parent, /** @type {(Node | string)[]} */ ...children) {
  parent.replaceChildren(...children);
}

/** Says it to who hears the page instead of seeing it. */
export function announce(/** @type {string} */ text) {
  byId("announcer").textContent = text;
}

const ESCAPES = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };

/** @type {Map<string, string>} */
let shortNames = new Map();

/** Takes over how a document writes long names of C++ and Rust: by the whole name, the short one. */
export function useShortNames(/** @type {Map<string, string>} */ names) {
  shortNames = names;
}

/** A name as reports print it. */
export function visible(/** @type {string} */ text) {
  return shortNames.get(text) ?? escaped(text);
}

/** Control characters and marks that reorder text, as the terminal reports write them. */
export function escaped(/** @type {string} */ text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => /** @type {Record<string, string>} */ (ESCAPES)[char] ?? `\\u{${/** @type {number} */ (char.codePointAt(0)).toString(16)}}`);
}
