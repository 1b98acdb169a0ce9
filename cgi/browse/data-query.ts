import type { DataSource } from "../../dsdf/data-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { encodedPath } from "../../stream/url-text.js";
import type { Chosen } from "./chosen-range.js";
import { queryString } from "./readable-url.js";

/** A source as the pages about it see it. */
export interface ShownSource {
  readonly source: DataSource;
  /** Whether a dasFlex definition makes it: then it has no das2.2 interface. */
  readonly isFlex: boolean;
  /** Whether a resolution may be asked for. */
  readonly hasBins: boolean;
}

/** Whether the data are asked for by path: of dasFlex definitions, and where the reader has parameters with names of their own. */
export function isAskedByPath({ source, isFlex }: ShownSource): boolean {
  return isFlex || source.params.some(({ form }) => form === "typed");
}

/**
 * The address of the data of a chosen range below an address of the server.
 * @param more words behind them, in the names of the interface that the source has
 */
export function dataUrl(
  server: string,
  shown: ShownSource,
  chosen: Chosen,
  more: readonly (readonly [name: string, value: string])[] = [],
): string {
  const { source } = shown;
  if (!isAskedByPath(shown))
    return `${server}?${queryString([
      ["server", "dataset"],
      ["dataset", source.id],
      ["start_time", chosen.begin],
      ["end_time", chosen.end],
      ...numberWord("resolution", chosen.resolution),
      ...numberWord("interval", chosen.interval),
      ...(chosen.params === undefined ? [] : [["params", chosen.params] as const]),
      ...more,
    ])}`;
  const path = encodedPath(localId(source)).replaceAll("'", "%27");
  return `${server}/source/${path}/flex?${queryString([
    ["read.time.min", chosen.begin],
    ["read.time.max", chosen.end],
    ...numberWord("bin.time.max", chosen.resolution),
    ...numberWord("read.time.inter", chosen.interval),
    ...(chosen.query ?? (chosen.params === undefined ? [] : [["read.opts", chosen.params] as const])),
    ...more,
  ])}`;
}

function numberWord(name: string, value: number | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, String(value)]];
}

/** The words that make an answer text, by the interface of a source. */
export function textWords(shown: ShownSource): readonly (readonly [string, string])[] {
  if (shown.source.form === "file") return [];
  return isAskedByPath(shown) ? [["format.serial", "text"]] : [["ascii", "1"]];
}

/** The words that make an answer a picture; `undefined` for a source that can have none. */
export function pictureWords(
  shown: ShownSource,
  size: { readonly width: number; readonly height: number },
): readonly (readonly [string, string])[] | undefined {
  const { source, isFlex } = shown;
  if (source.form === "file" || source.form === "qstream" || isFlex) return undefined;
  return [
    isAskedByPath(shown) ? ["format.type", "png"] : ["format", "png"],
    ["format.width", String(size.width)],
    ["format.height", String(size.height)],
  ];
}

/** The address of the page that plots, for a chosen range. */
export function plotPage(mount: string, { source }: ShownSource, chosen: Chosen): string {
  return `${mount}/plot?${queryString([
    ["source", source.id],
    ["begin", chosen.begin],
    ["end", chosen.end],
    ...(chosen.params === undefined ? [] : [["params", chosen.params] as const]),
    ...numberWord("interval", chosen.interval),
  ])}`;
}
