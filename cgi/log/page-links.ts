import type { LogFilter } from "./filter.js";
import { filterQuery } from "./filter-words.js";
import type { PageContent } from "./page-content.js";
import type { StoryLinks } from "./story.js";

/** A link to this page with another filter; the page of older requests is left. */
export function link(
  content: PageContent,
  changes: Partial<LogFilter> & { readonly allClients?: boolean },
): string {
  const { allClients, ...more } = changes;
  const { before: _page, client, ...rest } = content.filter;
  const filter: LogFilter = {
    ...rest,
    ...(client === undefined || allClients === true ? {} : { client }),
    ...more,
  };
  return `${content.path}?${filterQuery(filter)}`;
}

/** A link to another range, with the same filter. */
export function rangeLink(content: PageContent, range: Pick<LogFilter, "day" | "begin" | "end">): string {
  const { day: _day, begin: _begin, end: _end, id: _id, ...filter } = content.filter;
  return link({ ...content, filter }, range);
}

/** What the stories of a page lead to. */
export function storyLinks(path: string, filter: LogFilter): StoryLinks {
  const { before: _before, id: _id, ...rest } = filter;
  const to = (more: Partial<LogFilter>) => `${path}?${filterQuery({ ...rest, ...more })}`;
  return {
    client: (client) => to({ client }),
    source: (source) => to({ source }),
    // Wherever it is.
    request: (id) => `${path}?${filterQuery({ outcome: "any", source: "", text: "", refresh: 0, id })}`,
  };
}

/** The same filter at another path below the viewer's. */
export function pathLink({ path, filter }: PageContent, below: string): string {
  const { before: _page, refresh: _refresh, ...rest } = filter;
  return `${path.replace(/\/\.$/, "")}${below}?${filterQuery({ ...rest, refresh: 0 })}`;
}
