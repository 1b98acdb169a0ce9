import { createHash } from "node:crypto";
import type { CommandTemplate, WordPart } from "../../dsdf/command-template.js";
import type { CacheLevel, DataSource } from "../../dsdf/data-source.js";
import { paramWords } from "../../dsdf/normalise-params.js";
import { reducerOf } from "../../dsdf/reduction.js";
import type { PipelineTools } from "../../dsdf/tools.js";

/** Counted up when blocks of the same definition would get other bytes from a newer version of this program. */
const EDITION = 1;

/** The keywords that say what das1 records hold: they decide on the stream that is made of them. Source: das2-server 12.3. */
const DAS1_KEYWORD = /^(?:form|items|ny|[xyz]_[a-z_]+(?:\(\d+\))?|label\(\d+\))$/;

/**
 * 16 hexadecimal digits for all of a definition that decides on the bytes of a level's blocks: the reader and what it writes, the
 * reducer that is run (of a level with bins), and the level's own width, period and parameters. So a new reader makes all
 * blocks stale, while a title or another level changes nothing. (das2-server 15.8 hashes all `cacheLevel_NN` lines together, which
 * would make a terabyte stale for one more line.)
 *
 * Commands count as what they mean, not as they are spelled: blanks and quotes do not matter.
 */
export function definitionHash(
  source: DataSource,
  level: Pick<CacheLevel, "seconds" | "folder" | "period" | "params">,
  tools: PipelineTools,
): string {
  const words = paramWords(level.params);
  const reducer = level.seconds === 0 ? undefined : reducerOf(source, tools);
  const lines = [
    ["edition", String(EDITION)],
    ["form", source.form],
    ["reader", commandText(source.reader)],
    ...(source.form === "das1" ? das1Lines(source, tools) : []),
    ["reducer", commandText(reducer)],
    ["level", level.folder, level.period, ...words],
    // Without words there is nothing to drop.
    ...(source.dropParams && words.length > 0 ? [["dropParams"]] : []),
  ];
  return createHash("sha256").update(JSON.stringify(lines)).digest("hex").slice(0, 16);
}

function das1Lines(source: DataSource, tools: PipelineTools): string[][] {
  const records = [...source.keywords].filter(([keyword]) => DAS1_KEYWORD.test(keyword));
  return [["converter", commandText(tools.das1ToDas2)], ...records.sort(([a], [b]) => (a < b ? -1 : 1))];
}

function commandText(command: CommandTemplate | undefined): string {
  if (command === undefined) return "";
  const programs = command.programs.map(({ env, words }) => [
    Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1)),
    words.map((parts) => parts.map(partText)),
  ]);
  return JSON.stringify([command.placesValues, programs]);
}

/** Written out field by field: the order of fields in memory must not matter. */
function partText(part: WordPart): unknown {
  if (part.kind === "text") return part.text;
  const { key, select, present = null, absent = null, split, quoted = false } = part;
  const chosen =
    select === undefined ? null : [select.separator, select.element, select.valueSeparator ?? null];
  return [key, chosen, present, absent, split, quoted];
}
