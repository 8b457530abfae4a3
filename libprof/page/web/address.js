// The state of the page, and the part of its address behind '#' that holds it: a link shows what its sender saw.

/**
 * @typedef {{tab: string, type: string, by: string, inverted: boolean, zoom: number, search: string, table: string,
 *            filter: string, sort: string, row: string, file: string, window: string, part: string, process: string}} State
 */

/** @type {State} */
export const START = {
  tab: "summary", type: "", by: "function", inverted: false, zoom: 0, search: "", table: "function", filter: "", sort: "-flat",
  row: "", file: "", window: "", part: "", process: "",
};

/**
 * Unknown keys and values of the wrong kind are left out: an address may be written by anyone.
 * @param {string} hash
 * @returns {State}
 */
export function readAddress(hash) {
  const state = { ...START };
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (key === "inverted")
      state.inverted = value === "1";
    else if (key === "zoom")
      state.zoom = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    else if (Object.hasOwn(START, key))
      /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (state))[key] = value;
  }
  return state;
}

/** Only what differs from the start is written. */
export function writeAddress(/** @type {State} */ state) {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(state))
    if (value !== /** @type {Record<string, unknown>} */ (START)[key])
      parameters.set(key, value === true ? "1" : String(value));
  const text = parameters.toString();
  return text ? `#${text}` : "#";
}
