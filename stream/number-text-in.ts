/** What {@link readReal} found: text that is no number gives NaN just as `nan` does. */
export function isBlankOrBad(bytes: Uint8Array, from: number, to: number): boolean {
  if (!Number.isNaN(readReal(bytes, from, to))) return false;
  const text = fieldText(bytes, from, to);
  return !/^\s*[+-]?nan(\([A-Za-z0-9_]*\))?\s*$/i.test(text);
}

const POW10 = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
] as const;

export function readReal(bytes: Uint8Array, from: number, to: number): number {
  const text = fieldText(bytes, from, to).trim();
  const m = /^([+-]?)(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan)/i.exec(text);
  if (m === null || text.length > m[0].length + 1) return Number.NaN;
  const word = m[2]!.toLowerCase();
  const magnitude = word.startsWith("inf") ? Infinity : Number(word);
  return m[1] === "-" ? -magnitude : magnitude;
}

function fieldText(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] || 0x20);
  return text;
}
void POW10;
