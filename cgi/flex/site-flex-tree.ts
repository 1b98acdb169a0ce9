import { FlexTree } from "../../dsdf/flex/flex-tree.js";
import type { Site } from "../site.js";

const trees = new WeakMap<Site, FlexTree>();

/** The tree of dasFlex definitions of a server, where one is configured. */
export function flexTree(site: Site): FlexTree | undefined {
  const { dataSrcRoot } = site.config;
  if (dataSrcRoot === undefined) return undefined;
  let tree = trees.get(site);
  if (tree === undefined) {
    tree = new FlexTree(dataSrcRoot);
    trees.set(site, tree);
  }
  return tree;
}
