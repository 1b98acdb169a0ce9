import { createHash } from "node:crypto";
import { definitionHash } from "../../cache/levels/definition-hash.js";
import { timeText } from "../../dsdf/stages.js";
import { isDasError } from "../../errors/das-error.js";
import { sampleRanges } from "../../formats/hapi/source-facts.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import type { Site } from "../site.js";
import { type DataSet, readerWords } from "./data-sets.js";
import { derive } from "./derive.js";
import { derivedPath, type KeptDerived, readDerived, writeDerived } from "./derived-file.js";

/** Counted up when the same stream would be described otherwise by a newer version of this program. */
const EDITION = 1;
/** For how long a description holds, milliseconds: a reader may come to write other planes without its definition being edited. */
const AGE_MS = 7 * 86_400_000;
/** For how long a description that could not be renewed is given on before that is tried again, milliseconds. */
const RETRY_MS = 60_000;
/** For how long a data set that cannot be described is not tried again, milliseconds: a catalog of many asks for all of them. */
const FAILED_MS = 10_000;
/** Failures that are remembered; beyond it all are tried again. */
const MAX_FAILED = 1000;
/** Values of all axes that are kept in memory. */
const MAX_VALUES = 4_000_000;

/** The descriptions of a server: derived once, kept in memory and, where there is a cache, on the disk. */
export class Descriptions {
  readonly #site: Site;
  readonly #known = new Map<string, KeptDerived & { readonly values: number; readonly untilMs: number }>();
  readonly #coming = new Map<string, Promise<KeptDerived>>();
  readonly #failed = new Map<string, { readonly error: unknown; readonly untilMs: number }>();
  #values = 0;
  /** Changes whenever a description does. */
  edition = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** The description of a data set if it is in memory. */
  peek(set: DataSet): KeptDerived | undefined {
    const known = this.#known.get(set.id);
    return known !== undefined && known.untilMs > this.#nowMs && known.hash === this.#hash(set)
      ? known
      : undefined;
  }

  /** The description of a data set. Errors: those of {@link derive}. */
  async of(set: DataSet): Promise<KeptDerived> {
    const known = this.peek(set);
    if (known !== undefined) return known;
    const key = `${set.id}\n${this.#hash(set)}`;
    const failed = this.#failed.get(key);
    if (failed !== undefined && failed.untilMs > this.#nowMs) throw failed.error;
    const coming = this.#coming.get(key) ?? this.#find(set).finally(() => this.#coming.delete(key));
    this.#coming.set(key, coming);
    return await coming;
  }

  async #find(set: DataSet): Promise<KeptDerived> {
    const hash = this.#hash(set);
    const { cacheRoot } = this.#site.config;
    const path = cacheRoot === undefined ? undefined : derivedPath(cacheRoot, set.id);
    const before = path === undefined ? undefined : await readDerived(path);
    const isGood = before !== undefined && before.hash === hash;
    if (isGood && Math.abs(this.#nowMs - before.madeMs) < AGE_MS)
      return this.#keep(set, before, before.madeMs + AGE_MS);
    try {
      const made = { derived: await derive(this.#site, set), hash, madeMs: this.#nowMs };
      if (path !== undefined) await writeDerived(path, made);
      return this.#keep(set, made, made.madeMs + AGE_MS);
    } catch (error) {
      // An old one is better than none while the reader is away.
      if (!isGood) {
        // That the server is busy says nothing of the data set.
        if (isDasError(error, "OVERLOADED")) throw error;
        if (this.#failed.size >= MAX_FAILED) this.#failed.clear();
        this.#failed.set(`${set.id}\n${hash}`, { error, untilMs: this.#nowMs + FAILED_MS });
        throw error;
      }
      return this.#keep(set, before, this.#nowMs + RETRY_MS);
    }
  }

  #keep(set: DataSet, kept: KeptDerived, untilMs: number): KeptDerived {
    const values = kept.derived.parameters.reduce(
      (sum, { parameter }) => sum + 20 + 3 * (parameter.bins?.[0]?.centers.length ?? 0),
      0,
    );
    this.#forget(set.id);
    for (const id of this.#known.keys()) {
      if (this.#values + values <= MAX_VALUES) break;
      this.#forget(id);
    }
    this.#known.set(set.id, { ...kept, values, untilMs });
    this.#values += values;
    this.edition++;
    return kept;
  }

  #forget(id: string): void {
    this.#values -= this.#known.get(id)?.values ?? 0;
    this.#known.delete(id);
  }

  get #nowMs(): number {
    return this.#site.now().getTime();
  }

  #hash(set: DataSet): string {
    return setHash(set, this.#site);
  }
}

const hashes = new WeakMap<object, { readonly source: object; readonly hash: string }>();

/** Sixteen digits for all of a definition that decides on what the stream of a data set is like, and on where it is looked at. */
function setHash(set: DataSet, site: Site): string {
  const { source, part } = set;
  const owner = part ?? source;
  const known = hashes.get(owner);
  if (known?.source === source) return known.hash;
  const { tools } = pipelineSetting(site);
  const seconds = part?.seconds ?? 0;
  const level = {
    seconds: source.requiresInterval ? 0 : seconds,
    folder: `hapi-${seconds}`,
    period: "daily",
    params: readerWords(set).join(" "),
  } as const;
  const ranges = sampleRanges(source, new Date(0)).map(({ begin, end }) => [begin, end].map(timeText));
  const files = source.keywords.get("hapiFile") ?? "";
  const lines = [EDITION, definitionHash(source, level, tools), ranges, files];
  const hash = createHash("sha256").update(JSON.stringify(lines)).digest("hex").slice(0, 16);
  hashes.set(owner, { source, hash });
  return hash;
}

const made = new WeakMap<Site, Descriptions>();

/** The descriptions of a server, always the same. */
export function descriptionsOf(site: Site): Descriptions {
  let descriptions = made.get(site);
  if (descriptions === undefined) {
    descriptions = new Descriptions(site);
    made.set(site, descriptions);
  }
  return descriptions;
}
