import { DasError, isDasError } from "../../errors/das-error.js";
import { SERIES_LIMITS } from "./limits.js";
import { findNamed, type Keyword, type Link, type LinkedMember, type Segment, type Series } from "./model.js";
import type { SeriesCatalog } from "./series-cache.js";

/** One link on the way: from a record of `from` to one of `to`. */
export interface LinkStep {
  readonly from: Series;
  readonly link: Link;
  readonly to: Series;
}

/** Where a keyword or segment has its value. */
export interface LinkTarget<T> {
  /** The links from the series that was asked to `series`, in order; none where the member is not linked. */
  readonly steps: readonly LinkStep[];
  readonly series: Series;
  /** Not linked itself. */
  readonly member: T;
}

/**
 * The keyword that holds the value of a keyword of `series`, over at most 20 links. Series are looked at, records are not, so
 * whether a record's links are set is not known here.
 *
 * Errors: BROKEN_LINK naming the whole way where a link, a series or a keyword on it is not there, where it leads back to itself
 * and where it is too long; those of {@link SeriesCatalog.series} otherwise. Source: netdrms 1.4, 1.8.
 */
export function followKeyword(
  catalog: SeriesCatalog,
  series: Series,
  keyword: Keyword,
): Promise<LinkTarget<Keyword>> {
  return follow(catalog, series, keyword, "keyword", (of) => of.keywords);
}

/** The segment that holds the file of a segment of `series`. Errors: those of {@link followKeyword}. Source: netdrms 1.7, 1.8. */
export function followSegment(
  catalog: SeriesCatalog,
  series: Series,
  segment: Segment,
): Promise<LinkTarget<Segment>> {
  return follow(catalog, series, segment, "segment", (of) => of.segments);
}

interface Member {
  readonly name: string;
  readonly link?: LinkedMember;
}

async function follow<T extends Member>(
  catalog: SeriesCatalog,
  start: Series,
  first: T,
  what: "keyword" | "segment",
  membersOf: (series: Series) => readonly T[],
): Promise<LinkTarget<T>> {
  const steps: LinkStep[] = [];
  const way = [placeOf(start, first.name)];
  const broken = (problem: string, cause?: unknown) =>
    new DasError("BROKEN_LINK", `Linked ${what} ${way.join(" → ")}: ${problem}`, {}, cause);
  const been = new Set([way[0]!.toLowerCase()]);
  let series = start;
  let member = first;
  while (member.link !== undefined) {
    if (steps.length === SERIES_LIMITS.linkSteps)
      throw broken(`more than ${SERIES_LIMITS.linkSteps} links to follow`);
    const linked = member.link;
    const link = findNamed(series.links, linked.link);
    if (link === undefined) throw broken(`${series.name} has no link ${linked.link}`);
    const target = await catalog.target(link).catch((error: unknown) => {
      throw isDasError(error, "NO_SUCH_SERIES")
        ? broken(`link ${link.name} leads to ${link.targetSeries}, which the archive does not have`, error)
        : error;
    });
    const next = findNamed(membersOf(target), linked.target);
    if (next === undefined) throw broken(`${target.name} has no ${what} ${linked.target}`);
    steps.push({ from: series, link, to: target });
    way.push(placeOf(target, next.name));
    const place = placeOf(target, next.name).toLowerCase();
    if (been.has(place)) throw broken("leads back to itself");
    been.add(place);
    series = target;
    member = next;
  }
  return { steps, series, member };
}

function placeOf(series: Series, member: string): string {
  return `${series.name}.${member}`;
}
