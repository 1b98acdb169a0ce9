import type { DataSource } from "../../dsdf/data-source.js";
import { isDasError } from "../../errors/das-error.js";
import type { QueryContext } from "../query.js";
import { hasImages, isOfKeywords, seriesName } from "./image-source.js";

/** The sources that give keywords of the series of a source as time series, by their ids; hidden ones are not told of. */
export async function keywordSources(
  { site }: QueryContext,
  source: DataSource,
): Promise<readonly DataSource[]> {
  const series = seriesName(source);
  if (series === undefined) return [];
  const listed = await listedSources(site, await site.sources.list());
  return listed.filter((one) => isOfKeywords(one) && seriesName(one) === series);
}

/** The sources of images that may be listed, by their ids. */
export async function imageSources({ site }: QueryContext): Promise<readonly DataSource[]> {
  const all = [...(await site.sources.listFiles()), ...(await site.sources.list())];
  const found = (await listedSources(site, all)).filter(hasImages);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Those that everybody may read and that are at home here; folders are no sources. */
async function listedSources(
  { sources }: QueryContext["site"],
  entries: Awaited<ReturnType<QueryContext["site"]["sources"]["list"]>>,
): Promise<DataSource[]> {
  const found: DataSource[] = [];
  for (const { id } of entries) {
    if (id.endsWith("/")) continue;
    try {
      const source = await sources.find(id);
      if (source?.reader !== undefined && !source.hidden && source.access.length === 0) found.push(source);
    } catch (error) {
      if (!isDasError(error, "BAD_DEFINITION")) throw error;
    }
  }
  return found;
}
