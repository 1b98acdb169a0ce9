import { DasError } from "../../errors/das-error.js";
import { siteCode, sunumRange } from "../sums/sunum.js";
import { archiveObjects } from "./archive-objects.js";
import type { SchemaObject, Statement } from "./schema-object.js";
import { moveSunums } from "./sums-objects.js";
import { checkWanted, namespaceOf, type WantedArchive } from "./wanted.js";

/** The sequence of SUNUMs as it is. */
export interface SunumSequence {
  readonly min: bigint;
  readonly max: bigint;
  /** The number it gave last; missing: none yet. */
  readonly last?: bigint;
}

/** What an archive has of what it is to have. */
export interface SetupState {
  /** {@link objectKey} of what is there. */
  readonly present: ReadonlySet<string>;
  /** Owners of the namespaces that are there, by name. */
  readonly namespaceOwners: ReadonlyMap<string, string>;
  /** Missing: there is none. */
  readonly sunums?: SunumSequence;
}

/** Names an object among those of all places. */
export function objectKey({ place, key }: Pick<SchemaObject, "place" | "key">): string {
  return `${place}: ${key}`;
}

/**
 * What is to be run so that an archive has all that is wanted, in order; nothing where it has. What is there is never altered, in
 * whatever way it was made; only a sequence of SUNUMs that gave no number yet is moved into the range of the site.
 *
 * Errors: BAD_PARAMETER for names and numbers that cannot be, for a site code other than that of the storage units that are
 * there, for none where there are none yet, and for a namespace that is somebody else's.
 * Source: netdrms 2.1 to 2.9, 3.1, 3.2.
 */
export function planSetup(state: SetupState, wanted: WantedArchive): readonly Statement[] {
  checkWanted(wanted);
  expectOwnNamespaces(state, wanted);
  const missing = archiveObjects(wanted).filter((object) => !state.present.has(objectKey(object)));
  return [
    ...missing.flatMap(({ place, steps }) => steps.map((step): Statement => ({ place, ...step }))),
    ...moveSite(state.sunums, wanted.siteCode),
  ];
}

function expectOwnNamespaces({ namespaceOwners, present }: SetupState, { users }: WantedArchive): void {
  for (const user of users) {
    const space = namespaceOf(user);
    const owner = namespaceOwners.get(space);
    if (owner !== undefined && owner !== user.name)
      throw new DasError("BAD_PARAMETER", `namespace ${space} of ${user.name} belongs to ${owner}`);
    if (owner === undefined && present.has(objectKey({ place: "drms", key: `schema ${space}` })))
      throw new DasError(
        "BAD_PARAMETER",
        `schema ${space} is there but is no namespace of the archive, expected a name that is free`,
      );
  }
}

function moveSite(sunums: SunumSequence | undefined, code: number | undefined): readonly Statement[] {
  if (sunums === undefined) {
    if (code !== undefined) return []; // it is made in its place
    throw new DasError("BAD_PARAMETER", "there are no storage units yet, expected a site code, 0 to 32767");
  }
  if (code === undefined) return [];
  const { first, last } = sunumRange(code);
  if (sunums.min === first && sunums.max === last) return [];
  if (sunums.last === undefined)
    return [
      { place: "sums", description: `numbers of storage units of site ${code}`, sql: moveSunums(code) },
    ];
  // An original sequence may have wider bounds; what it gives is what counts.
  if (siteCode(sunums.last) === code) return [];
  throw new DasError(
    "BAD_PARAMETER",
    `site code ${code}, expected ${siteCode(sunums.last)}, that of the storage units that are there`,
  );
}
