import type { DataSource } from "../../dsdf/data-source.js";
import type { QueryContext } from "../query.js";

/** A series of the archive as a source reads it. */
export interface ArchiveSeries {
  readonly name: string;
  /** Keywords that the source shows; empty where it names none. */
  readonly keywords: readonly string[];
}

/** Readers of the archive that ship here. */
const READERS: ReadonlySet<string> = new Set(["drms-keywords", "drms-image", "drms-export"]);

/** The series that a source reads, where its command names one; `undefined` for any other source. */
export function archiveSeries({ reader }: DataSource): ArchiveSeries | undefined {
  for (const { words } of reader?.programs ?? []) {
    const texts = words.map((parts) => parts.map((part) => (part.kind === "text" ? part.text : "")).join(""));
    const [program = ""] = texts;
    if (!READERS.has(program.slice(program.lastIndexOf("/") + 1))) continue;
    const value = (name: string) =>
      texts.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
    const [name] = /^[A-Za-z_]\w*\.[A-Za-z_]\w*/.exec(value("ds")) ?? [];
    if (name === undefined) return undefined;
    const keywords = value("key").split(",");
    return { name, keywords: keywords.filter((keyword) => /^\w+$/.test(keyword)) };
  }
  return undefined;
}

/** The same where clients of the JSOC interface are offered that series. */
export async function offeredSource(
  source: DataSource,
  { site }: QueryContext,
): Promise<ArchiveSeries | undefined> {
  const series = archiveSeries(source);
  if (series === undefined || site.config.drmsUrl === undefined) return undefined;
  const { offeredSeries } = await import("../jsoc/offered-series.js");
  return (await offeredSeries(site))(series.name) ? series : undefined;
}
