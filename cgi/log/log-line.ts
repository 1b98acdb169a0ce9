import type { CacheRecord, RequestRecord, StageRecord } from "./record.js";

/** Longest line of the log with its line end, bytes: short enough to be appended by one write among many writers. */
export const MAX_RECORD_BYTES = 16 * 1024;

/** Bytes of JSON that a list of stages may take, and how many stages are told of. */
const STAGES_BYTES = 4608;
const MAX_STAGES = 8;
/** Room for `"stderr":`, commas and the closing brackets. */
const FRAME_BYTES = 32;

/** Bytes of a text as a JSON string, quotes included. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** The text, or its beginning with a note of how many characters are missing, in at most `maxBytes` bytes of JSON. */
export function cutText(text: string, maxBytes: number): string {
  // No character takes less than one byte: what is beyond that many needs not be measured.
  if (text.length + 2 <= maxBytes && jsonBytes(text) <= maxBytes) return text;
  let low = 0;
  let high = Math.min(text.length, maxBytes);
  const cutAt = (length: number): string => {
    // Half of a surrogate pair is no character.
    const whole = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length;
    return `${text.slice(0, whole)}… (${text.length - whole} more)`;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonBytes(cutAt(middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return cutAt(low);
}

/** As many texts as fit into `maxBytes` bytes of JSON, each at most `maxEach`; a last one tells how many are missing. */
export function cutList(texts: readonly string[], maxBytes: number, maxEach: number): string[] {
  const kept: string[] = [];
  const note = (n: number) => `… (${n} more)`;
  let left = maxBytes - 2;
  for (const [index, text] of texts.entries()) {
    const cut = cutText(text, maxEach);
    const bytes = jsonBytes(cut) + 1;
    const isLast = index === texts.length - 1;
    const noteBytes = isLast ? 0 : jsonBytes(note(texts.length)) + 1;
    if (bytes + noteBytes > left) {
      kept.push(note(texts.length - index));
      break;
    }
    kept.push(cut);
    left -= bytes;
  }
  return kept;
}

function boundedStages(stages: readonly StageRecord[]): StageRecord[] {
  const told = stages.slice(0, MAX_STAGES);
  const each = Math.floor(STAGES_BYTES / Math.max(1, told.length)) - 190;
  return told.map((stage) => ({
    role: cutText(stage.role, 40),
    argv: cutList(stage.argv, each, Math.min(1024, each - 40)),
    ...(stage.status === undefined ? {} : { status: stage.status }),
    ...(stage.signal === undefined ? {} : { signal: cutText(stage.signal, 24) }),
    ...(stage.beginMs === undefined ? {} : { beginMs: stage.beginMs }),
    ...(stage.endMs === undefined ? {} : { endMs: stage.endMs }),
    builtIn: stage.builtIn,
  }));
}

function boundedCache(cache: CacheRecord): CacheRecord {
  const { result, level, levelSeconds, blocks, gaps, bytesFromCache, bytesFromReaders, note } = cache;
  return {
    result,
    ...(level === undefined ? {} : { level: cutText(level, 80) }),
    ...(levelSeconds === undefined ? {} : { levelSeconds }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(gaps === undefined ? {} : { gaps }),
    ...(bytesFromCache === undefined ? {} : { bytesFromCache }),
    ...(bytesFromReaders === undefined ? {} : { bytesFromReaders }),
    ...(note === undefined ? {} : { note: cutText(note, 400) }),
  };
}

/** Text of a value of any kind; never throws. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function boundedWhere(where: Readonly<Record<string, unknown>>, maxBytes: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  let left = maxBytes - 2;
  for (const [name, value] of Object.entries(where)) {
    const key = cutText(name, 48);
    const room = left - jsonBytes(key) - 2;
    if (room < 40) break;
    const text = textOf(value);
    const bytes = jsonBytes(text);
    const kind = typeof value;
    // Numbers and the like stay what they are; everything long or deep becomes text.
    kept[key] =
      (kind === "number" || kind === "boolean") && bytes <= room
        ? value
        : cutText(text, Math.min(room, 1536));
    left = room - Math.min(bytes, room);
  }
  return kept;
}

/**
 * One record as a line of JSON with its line end, at most {@link MAX_RECORD_BYTES} bytes whatever is in it: every field has a
 * limit of its own, and the excerpt of standard error gets what the others leave. Source: das2-server 18.1.
 */
export function recordLine(record: RequestRecord): string {
  const { stages, cache, where, stderr, params, ...rest } = record;
  const bounded: Omit<RequestRecord, "stderr"> = {
    ...rest,
    id: cutText(rest.id, 64),
    time: cutText(rest.time, 40),
    client: cutText(rest.client, 64),
    method: cutText(rest.method, 32),
    host: cutText(rest.host, 280),
    target: cutText(rest.target, 3072),
    mount: cutText(rest.mount, 280),
    query: cutText(rest.query, 80),
    userAgent: cutText(rest.userAgent, 400),
    ...(rest.user === undefined ? {} : { user: cutText(rest.user, 160) }),
    ...(rest.source === undefined ? {} : { source: cutText(rest.source, 400) }),
    ...(rest.begin === undefined ? {} : { begin: cutText(rest.begin, 64) }),
    ...(rest.end === undefined ? {} : { end: cutText(rest.end, 64) }),
    ...(params === undefined ? {} : { params: cutList(params, 800, 400) }),
    ...(rest.fileName === undefined ? {} : { fileName: cutText(rest.fileName, 280) }),
    stages: boundedStages(stages),
    ...(cache === undefined ? {} : { cache: boundedCache(cache) }),
    ...(rest.code === undefined ? {} : { code: cutText(rest.code, 40) }),
    ...(rest.reason === undefined ? {} : { reason: cutText(rest.reason, 1200) }),
    ...(where === undefined ? {} : { where: boundedWhere(where, 2048) }),
  };
  const line = JSON.stringify(bounded);
  if (stderr === undefined || stderr.length === 0) return `${line}\n`;
  const left = MAX_RECORD_BYTES - Buffer.byteLength(line) - FRAME_BYTES;
  return `${JSON.stringify({ ...bounded, stderr: cutList(stderr, left, Math.min(4096, left - 64)) })}\n`;
}
