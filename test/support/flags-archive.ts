import { RecordStore } from "../../netdrms/store/record-store.js";
import { type WrittenArchive, writtenArchive } from "./written-archive.js";

const HEAD = 'Author: "A. Author"\nOwner: ex\nArchive: 0\nTapegroup: 0\nUnitsize: 1\nRetention: 10\n';

const STATE_JSD = `Seriesname: su_ex.state
${HEAD}PrimeKeys: K
Description: "States"
Keyword: K, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Number"
Keyword: STATE, int, variable, record, DRMS_MISSING_VALUE, 0x%08x, none, "Bits of a state"
`;

const FLAGS_JSD = `Seriesname: su_ex.flags
${HEAD}PrimeKeys: N
Description: "Flags"
Link: SRC, su_ex.state, dynamic, "State"
Keyword: N, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Number"
Keyword: BITS, short, variable, record, DRMS_MISSING_VALUE, 0x%04hx, none, "Bits"
Keyword: WIDE, longlong, variable, record, DRMS_MISSING_VALUE, 0x%016llx, none, "Many bits"
Keyword: PLAIN, int, variable, record, DRMS_MISSING_VALUE, %d, none, "A number"
Keyword: RMS, float, variable, segment, DRMS_MISSING_VALUE, %g, none, "Mean of a segment"
Keyword: FAR, link, SRC, STATE, "State"
Data: first, variable, short, 2, 6, 4, "DN", fits, "", 0, 1, "First"
Data: second, variable, short, 2, 6, 4, "DN", fits, "", 0, 1, "Second"
`;

/** An archive of three records with bits in hexadecimal and keywords of two segments; values are missing, and a link leads nowhere. */
export async function flagsArchive(): Promise<WrittenArchive> {
  const archive = await writtenArchive();
  const [state, flags] = [await archive.makeSeries(STATE_JSD), await archive.makeSeries(FLAGS_JSD)];
  await archive.writing(async (write) => {
    const store = new RecordStore(write);
    await store.insert(state, [{ keywords: { K: 1, STATE: 7 } }, { keywords: { K: 2 } }]);
    await store.insert(flags, [
      {
        keywords: { N: 1, BITS: 31, WIDE: -1n, PLAIN: 7, RMS_000: 1.5, RMS_001: 2.5 },
        links: { SRC: { keys: { K: 1 } } },
      },
      { keywords: { N: 2 }, links: { SRC: { keys: { K: 2 } } } },
      { keywords: { N: 3, BITS: 0, RMS_001: 4.5 }, links: { SRC: { keys: { K: 9 } } } },
    ]);
  });
  return archive;
}
