// Durations: the units of keywords that are an interval (netdrms 5.7), and those written in a query or a step (netdrms 4.4).

const UNIT_FACTORS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  week: 604_800,
  hz: 1,
  rot: 360,
  rotation: 360,
  deg: 1,
  degree: 1,
};

const METRIC_PREFIXES: Readonly<Record<string, number>> = {
  pico: 1e-12,
  nano: 1e-9,
  micro: 1e-6,
  milli: 1e-3,
  centi: 1e-2,
  deci: 1e-1,
  deca: 10,
  hecto: 1e2,
  kilo: 1e3,
  mega: 1e6,
  giga: 1e9,
  tera: 1e12,
};

/**
 * What one unit of an interval keyword is worth: seconds, for frequencies hertz, for angles degrees (a rotation has 360). A
 * number before the unit counts (`5min` is 300), a metric prefix in full too (`millisec`). `undefined` for any other text:
 * not an interval. Words may be of any case and in the plural; `S`, `H` and `D` alone are time zones and only their small
 * letters units. Source: netdrms 5.7.
 */
export function intervalFactor(text: string): number | undefined {
  const m = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)?\s*([a-z]+)$/i.exec(text.trim());
  if (m === null) return undefined;
  const unit = unitFactor(m[2]!);
  const count = m[1] === undefined ? 1 : Number(m[1]);
  return unit !== undefined && count > 0 && Number.isFinite(count) ? count * unit : undefined;
}

function unitFactor(text: string): number | undefined {
  if (text.length === 1) return Object.hasOwn(UNIT_FACTORS, text) ? UNIT_FACTORS[text] : undefined;
  const word = text.toLowerCase();
  const plain = plainFactor(word);
  if (plain !== undefined) return plain;
  for (const [prefix, factor] of Object.entries(METRIC_PREFIXES)) {
    const rest = word.startsWith(prefix) ? plainFactor(word.slice(prefix.length)) : undefined;
    if (rest !== undefined) return factor * rest;
  }
  return undefined;
}

function plainFactor(word: string): number | undefined {
  for (const name of [word, word.replace(/s$/, "")])
    if (name.length > 1 && Object.hasOwn(UNIT_FACTORS, name)) return UNIT_FACTORS[name];
  return undefined;
}

/** A duration at a place of a text: seconds, or for the letter `u` slots of whatever width. */
export interface ScannedDuration {
  readonly value: number;
  readonly unit: "seconds" | "slots";
  /** Characters that it takes. */
  readonly length: number;
}

const LETTER_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The duration that stands at `offset`: a number and directly behind it one of `s m h d u`, small letters, that begins no
 * longer word. `undefined` where there is none. Source: netdrms 4.4, 4.9.
 */
export function scanDuration(text: string, offset = 0): ScannedDuration | undefined {
  const m = /^([+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15}))([smhdu])(?![A-Za-z0-9_.])/.exec(
    text.slice(offset, offset + 64),
  );
  if (m === null) return undefined;
  const letter = m[2]!;
  const count = Number(m[1]);
  const length = m[0].length;
  return letter === "u"
    ? { value: count, unit: "slots", length }
    : { value: count * LETTER_SECONDS[letter]!, unit: "seconds", length };
}
