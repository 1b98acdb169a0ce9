import { isDay } from "./log-files.js";

/** A place in the log: what is older lies before it. */
export interface Place {
  /** File it is in; missing: the newest of those that are asked for. */
  readonly file?: { readonly day: string; readonly part: number };
  /** Offset in it, bytes. */
  readonly offset: number;
}

/** A place as text: `12345`, `2021-06-30:12345`, of a rotated file `2021-06-30.1:12345`. */
export function placeText({ file, offset }: Place): string {
  if (file === undefined) return String(offset);
  return `${file.day}${file.part === 0 ? "" : `.${file.part}`}:${offset}`;
}

/** What {@link placeText} gave; `undefined` for other text. */
export function readPlace(text: string): Place | undefined {
  const [, day, part = "0", offset] =
    /^(?:(\d{4}-\d\d-\d\d)(?:\.([1-9]\d{0,2}))?:)?(\d{1,15})$/.exec(text) ?? [];
  if (offset === undefined || (day !== undefined && !isDay(day))) return undefined;
  return {
    ...(day === undefined ? {} : { file: { day, part: Number(part) } }),
    offset: Number(offset),
  };
}
