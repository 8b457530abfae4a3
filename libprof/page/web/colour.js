// Colours of frames. Hue says where code belongs, or with a difference which way it went; no meaning is in colour alone.

const HUES = [24, 36, 46, 12, 72, 150, 174, 198, 214, 332];

function hashOf(/** @type {string} */ text) {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** The part of a name that code of one kind shares: a namespace, or a C function's prefix. */
export function familyOf(/** @type {string} */ name) {
  const plain = name.replace(/^_+|^\[/, "");
  const scope = /^[\w$]+(?=::)/.exec(plain) ?? /^[A-Za-z]+?(?=[_A-Z.:/(<]|$)/.exec(plain);
  return scope ? scope[0] : plain.slice(0, 4);
}

export function frameColour(/** @type {string} */ name, /** @type {boolean} */ dark) {
  const hue = HUES[hashOf(familyOf(name)) % HUES.length], shade = (hashOf(name) >>> 8) % 7;
  return dark ? `hsl(${hue} 34% ${27 + shade}%)` : `hsl(${hue} 52% ${80 - shade}%)`;
}

/**
 * Orange has grown, blue has shrunk, the stronger the larger the part; grey is what may be chance.
 * @param {number} delta
 * @param {number} weight
 * @param {boolean} isSure
 * @param {boolean} dark
 */
export function changeColour(delta, weight, isSure, dark) {
  if (!isSure || !delta)
    return dark ? "hsl(220 4% 30%)" : "hsl(220 6% 86%)";
  const part = Math.min(Math.abs(delta) / Math.max(weight, 1), 1), hue = delta > 0 ? 22 : 212;
  return dark ? `hsl(${hue} ${30 + 40 * part}% ${28 + 8 * part}%)` : `hsl(${hue} ${50 + 35 * part}% ${88 - 22 * part}%)`;
}
