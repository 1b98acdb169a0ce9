import { readSessions, type SessionInfo } from "../../../netdrms/programs/show-info/sessions.js";
import { withRecordKeywords } from "../../../netdrms/programs/show-info/subject.js";
import { UnitLookup } from "../../../netdrms/programs/show-info/unit-lookup.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { planKeywords, planRecords } from "../../../netdrms/records/plan-records.js";
import { readKeywords, readRecords } from "../../../netdrms/records/read-records.js";
import type { KeywordBatch, SegmentColumn } from "../../../netdrms/records/record-batch.js";
import type { UnitInfo } from "../../../netdrms/sums/unit-state.js";
import type { RequestArchive } from "../archive.js";
import type { ListedRecords, Needed } from "./cells.js";
import { type FolderFacts, folderFacts } from "./record-folder.js";

type RecordsOfBatch = KeywordBatch & { readonly segments?: readonly SegmentColumn[] };

const NO_UNITS: ReadonlyMap<bigint, UnitInfo> = new Map();
const NO_SESSIONS: ReadonlyMap<string, SessionInfo> = new Map();

/**
 * The records of one set with all that their columns need, some thousand at a time: one statement for the records, one for the units of
 * each batch. Errors: those of the databases.
 */
export async function* readListed(
  archive: RequestArchive,
  set: RecordSetQuery,
  limit: number,
  needed: Needed,
): AsyncGenerator<ListedRecords> {
  const { database } = archive;
  const selection = planSelection(set, limit);
  const lookup =
    needed.units || needed.sessions ? new UnitLookup(await archive.sums(), archive.log) : undefined;
  const subject = { series: set.series, keyword: unchanged, segment: unchanged };
  const sessions =
    needed.sessions && lookup !== undefined
      ? await readSessions(database, lookup, selection, subject)
      : NO_SESSIONS;
  for await (const batch of batchesOf(archive, selection, needed)) {
    const { rows, keywords, segments = [] } = batch;
    const units = needed.units && lookup !== undefined ? await unitsOf(lookup, batch, needed) : NO_UNITS;
    const folders = needed.folders ? await foldersOf(batch, units, needed) : [];
    yield { rows, keywords, segments, units, sessions, folders };
  }
}

function unchanged<T>(member: T): T {
  return member;
}

/** Keywords alone are read and sent for less, which one column at least makes possible. */
async function* batchesOf(
  { database, catalog }: RequestArchive,
  selection: ReturnType<typeof planSelection>,
  needed: Needed,
): AsyncGenerator<RecordsOfBatch> {
  const { keywords, segments } = needed;
  const all = withRecordKeywords(catalog);
  const hasColumn = keywords.some(({ column, link }) => column !== undefined && link === undefined);
  if (segments.length === 0 && hasColumn)
    yield* readKeywords(database, await planKeywords(all, selection, { keywords }));
  else yield* readRecords(database, await planRecords(all, selection, { keywords, segments }));
}

/** The units of the files that are told, and those of the records where something of them is. */
function unitsOf(
  lookup: UnitLookup,
  batch: RecordsOfBatch,
  needed: Needed,
): Promise<ReadonlyMap<bigint, UnitInfo>> {
  const sunums = new Set((batch.segments ?? []).flatMap(({ sunum }) => [...sunum.subarray(0, batch.rows)]));
  if (needed.ofRecords) {
    const own = needed.column("sunum");
    for (let row = 0; row < batch.rows; row++) sunums.add(own(batch, row));
  }
  return lookup.find([...sunums].filter((sunum) => sunum >= 0n));
}

/** Folders that are looked at together: more do not go through the threads of Node faster. */
const LOOKS = 16;

async function foldersOf(
  batch: RecordsOfBatch,
  units: ReadonlyMap<bigint, UnitInfo>,
  needed: Needed,
): Promise<readonly FolderFacts[]> {
  const [sunum, slot] = [needed.column("sunum"), needed.column("slotnum")];
  const found = new Array<FolderFacts>(batch.rows);
  let next = 0;
  const look = async (): Promise<void> => {
    while (next < batch.rows) {
      const row = next++;
      found[row] = await folderFacts(units.get(sunum(batch, row)), Number(slot(batch, row)));
    }
  };
  await Promise.all(Array.from({ length: LOOKS }, look));
  return found;
}
