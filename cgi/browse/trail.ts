import type { Page } from "../pages/page.js";
import { pageOf } from "./source-line.js";

/** Links to the folders above a folder or source, from all sources on. */
export function trailTo(mount: string, id: string): NonNullable<Page["trail"]> {
  if (id === "") return [];
  const above = id.split("/").slice(0, -1);
  return [
    { href: mount === "" ? "/" : mount, text: "Sources" },
    ...above.map((text, at) => ({ href: pageOf(mount, above.slice(0, at + 1).join("/")), text })),
  ];
}
