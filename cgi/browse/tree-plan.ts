import type { CatalogFolder, CatalogIndex } from "../flex/catalog-index.js";

/** How a tree is shown: which folders are written out, and which are left to their own page. */
export interface TreePlan {
  /** Ids of folders whose members stand in the page. */
  readonly written: ReadonlySet<string>;
  /** Ids of folders that are open at first. */
  readonly open: ReadonlySet<string>;
  /** Sources of a folder that are written out, and those below all its folders, by id. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Lines of one tree; what is beyond is a link to the page of its folder. 500 lines are some 100 kB, a tenth of it in gzip. */
export const MOST_LINES = 500;
/** Sources of one folder within a tree. */
export const MOST_SOURCES = 60;
/** A tree of so few sources is open altogether. */
const FEW_SOURCES = 40;

const counted = new WeakMap<CatalogIndex, ReadonlyMap<string, number>>();

/** Sources in and below each folder. */
export function sourceCounts(index: CatalogIndex): ReadonlyMap<string, number> {
  const known = counted.get(index);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  const count = (folder: CatalogFolder): number => {
    let sum = folder.sources.length;
    for (const id of folder.folders) {
      const inner = index.folders.get(id);
      if (inner !== undefined) sum += count(inner);
    }
    counts.set(folder.id, sum);
    return sum;
  };
  const root = index.folders.get("");
  if (root !== undefined) count(root);
  counted.set(index, counts);
  return counts;
}

/**
 * Plans the tree below a folder, the uppermost folders first, as far as {@link MOST_LINES} reach. Folders are open down to the first in
 * which there is a choice; all are where there are few sources.
 */
export function planTree(root: CatalogFolder, index: CatalogIndex): TreePlan {
  const counts = sourceCounts(index);
  const written = new Set<string>([root.id]);
  let left = MOST_LINES - linesOf(root);
  const waiting = [...root.folders];
  for (const id of waiting) {
    const folder = index.folders.get(id);
    if (folder === undefined || linesOf(folder) > left) continue;
    written.add(id);
    left -= linesOf(folder);
    waiting.push(...folder.folders);
  }
  const isSmall = (counts.get(root.id) ?? 0) <= FEW_SOURCES;
  const open = isSmall ? written : onlyWay(root, index);
  return { written, open, counts };
}

function linesOf({ folders, sources }: CatalogFolder): number {
  return folders.length + Math.min(sources.length, MOST_SOURCES);
}

/** The folders through which the only way down leads. */
function onlyWay(root: CatalogFolder, index: CatalogIndex): ReadonlySet<string> {
  const way = new Set<string>();
  let at: CatalogFolder | undefined = root;
  while (at !== undefined && at.sources.length === 0 && at.folders.length === 1) {
    const [only]: readonly (string | undefined)[] = at.folders;
    if (only === undefined) break;
    way.add(only);
    at = index.folders.get(only);
  }
  return way;
}
