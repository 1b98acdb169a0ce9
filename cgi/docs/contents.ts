import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root.js";
import { isObject } from "../../dsdf/flex/json.js";

/** A page of the documentation as the contents list it. */
export interface DocPage {
  /** In addresses and as the name of its file. */
  readonly name: string;
  /** In lists. */
  readonly title: string;
  /** At its head. */
  readonly heading: string;
  readonly sections: readonly { readonly slug: string; readonly html: string }[];
}

/** Pages that are read one after another. */
export interface Chapter {
  readonly title: string;
  readonly pages: readonly DocPage[];
}

/** Where the build puts the pages: `NAME.html` each, and `contents.json`. */
const FOLDER = join(packageRoot(), "dist/docs");

let known: readonly Chapter[] | undefined;

/** The chapters of the documentation, in the order of docs/README.md. Errors: those of reading a file, where the package was not built. */
export async function chapters(): Promise<readonly Chapter[]> {
  if (known === undefined) {
    const value: unknown = JSON.parse(await readFile(join(FOLDER, "contents.json"), "utf8"));
    // Written by the build of this very version.
    known = isObject(value) ? (value.chapters as unknown as readonly Chapter[]) : [];
  }
  return known;
}

/** The markup of a page that the contents list, or of the contents themselves (`index`). */
export async function fragment(name: string): Promise<string> {
  return await readFile(join(FOLDER, `${name}.html`), "utf8");
}
