// A stack of a leak or of a check, the allocating call first.

import { element, escaped, visible } from "./dom.js";

/** @typedef {import("./document.js").StackFrame} StackFrame */

/** The last part of a path. */
export function pathOf(/** @type {string} */ path) {
  return escaped(path.replace(/^.*\/(?=[^/]+$)/, ""));
}

/** "main.c:12", or the module where no file is known. */
export function placeText(/** @type {StackFrame} */ { file, line, module }) {
  return file ? `${pathOf(file)}${line ? `:${line}` : ""}` : module ? `in ${pathOf(module)}` : "";
}

export function stackList(/** @type {StackFrame[]} */ stack) {
  return element("ol", { class: "stack" }, ...stack.map((frame) => element("li", {}, visible(frame.function || "(no name)"), " ", element("span", { class: "place" }, placeText(frame)))));
}
