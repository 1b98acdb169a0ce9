/** One sample of a text of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with everything that is told of it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const TYPES: ReadonlySet<string> = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);
/** What the samples of a type may be called besides the name of the metric. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/**
 * Reads the text form of metrics, version 0.0.4, and refuses everything that Prometheus might: written from its documentation ("Exposition
 * formats", "Metric and label naming") alone. Each metric has one HELP and one TYPE before its samples, which stand together; no sample
 * comes twice; buckets of histograms ascend to +Inf and agree with their counts; names of counters end in `_total`. Errors: where the text
 * is none, naming the line.
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, { name: string; type?: string; help?: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current: string | undefined;
  const family = (name: string) => {
    let one = families.get(name);
    if (one === undefined) {
      one = { name, samples: [] };
      families.set(name, one);
    }
    return one;
  };
  for (const [n, line] of text.slice(0, -1).split("\n").entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${n + 1}: ${why}: ${line}`);
    };
    if (line === "") continue;
    const meta = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (meta !== null) {
      const [, kind, name = "", rest = ""] = meta;
      if (NAME.exec(name)?.[0] !== name) fail("no name of a metric");
      const one = family(name);
      if (one.samples.length > 0) fail("told behind samples");
      if (kind === "HELP") {
        if (one.help !== undefined) fail("a second HELP");
        one.help = rest;
      } else {
        if (one.type !== undefined) fail("a second TYPE");
        if (!TYPES.has(rest)) fail("no type");
        one.type = rest;
      }
      current = name;
      continue;
    }
    if (line.startsWith("#")) continue;
    const sample = parseSample(line, fail);
    if (current === undefined) fail("a sample before any HELP and TYPE");
    const one = family(current ?? "");
    const allowed = (SUFFIXES[one.type ?? ""] ?? [""]).map((suffix) => `${one.name}${suffix}`);
    if (!allowed.includes(sample.name)) fail(`no sample of ${one.name} (${one.type})`);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) fail("the same sample twice");
    seen.add(key);
    one.samples.push(sample);
  }
  const whole = new Map<string, Family>();
  for (const { name, type, help, samples } of families.values()) {
    if (type === undefined || help === undefined) throw new Error(`${name} has no HELP or no TYPE`);
    if (type === "counter" && !name.endsWith("_total"))
      throw new Error(`the counter ${name} does not end in _total`);
    if (type === "counter" && samples.some(({ value }) => !(value >= 0)))
      throw new Error(`the counter ${name} is negative`);
    if (type === "histogram") checkHistogram(name, samples);
    whole.set(name, { name, type, help, samples });
  }
  return whole;
}

function parseSample(line: string, fail: (why: string) => never): Sample {
  const name = NAME.exec(line)?.[0] ?? fail("no name");
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const label = LABEL.exec(rest)?.[0] ?? fail("no name of a label");
      if (label.startsWith("__")) fail("a label that Prometheus keeps for itself");
      const value =
        /^="((?:[^"\\\n]|\\\\|\\"|\\n)*)"/.exec(rest.slice(label.length)) ?? fail("no value of a label");
      if (Object.hasOwn(labels, label)) fail("a label twice");
      labels[label] = (value[1] ?? "").replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
      rest = rest.slice(label.length + value[0].length);
      if (rest.startsWith(",")) rest = rest.slice(1);
      else if (!rest.startsWith("}")) fail("neither , nor } behind a label");
    }
    rest = rest.slice(1);
  }
  const value = /^ ([+-]?(?:Inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN)$/i.exec(rest)?.[1] ?? fail("no number");
  return { name, labels, value: Number(value.replace(/inf/i, "Infinity")) };
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels;
    const key = JSON.stringify(Object.entries(rest).sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number((labels.le ?? "").replace("Inf", "Infinity")));
    const one = (suffix: string) => group.filter((sample) => sample.name === `${name}${suffix}`);
    const [count] = one("_count");
    const isGood =
      one("_count").length === 1 &&
      one("_sum").length === 1 &&
      bounds.at(-1) === Number.POSITIVE_INFINITY &&
      bounds.every((bound, n) => n === 0 || bound > (bounds[n - 1] ?? bound)) &&
      buckets.every(({ value }, n) => n === 0 || value >= (buckets[n - 1]?.value ?? 0)) &&
      buckets.at(-1)?.value === count?.value;
    if (!isGood) throw new Error(`the histogram ${name}${key} does not add up`);
  }
}

/** The sum of the samples of a metric that have these labels; `undefined` where there is none. */
export function sumOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const base = name.replace(/_(?:sum|count|bucket)$/, "");
  const family = families.get(name) ?? families.get(base);
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
