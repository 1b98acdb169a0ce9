import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flagsArchive } from "../../support/flags-archive.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest } from "../../support/postgres.js";
import type { WrittenArchive } from "../../support/written-archive.js";

interface Listed {
  readonly name: string;
  readonly values: readonly unknown[];
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(
  postgres.title("keywords of jsoc_info that clients ask for by other names (export B3, B5)"),
  () => {
    let archive: WrittenArchive;
    let server: JsocServer;
    const keywords = async (words: Readonly<Record<string, string>>) => {
      const reply = await server.ask("jsoc_info", { op: "rs_list", ...words });
      return (reply.keywords as readonly Listed[]).map(({ name, values }) => [name, values]);
    };

    beforeAll(async () => {
      archive = await flagsArchive();
      server = await jsocServer(archive.database.url);
    });
    afterAll(async () => {
      await server?.close();
      await archive?.end();
    });

    it("are those of each segment where a name is common to them, by the names of their own", async () => {
      expect(await keywords({ ds: "su_ex.flags[]", key: "rms,N" })).toEqual([
        ["RMS_000", ["1.5", "MISSING", "MISSING"]],
        ["RMS_001", ["2.5", "MISSING", "4.5"]],
        ["N", ["1", "2", "3"]],
      ]);
    });

    it("are under the common name where one segment is asked for", async () => {
      const second = [["rms", ["2.5", "MISSING", "4.5"]]];
      expect(await keywords({ ds: "su_ex.flags[]{second}", key: "rms" })).toEqual(second);
      expect(await keywords({ ds: "su_ex.flags[]", key: "rms", seg: "SECOND" })).toEqual(second);
    });

    it("stand below their segments in the words of FITS", async () => {
      const { recset } = await server.ask("jsoc_info", {
        ...{ op: "rs_list", ds: "su_ex.flags[1]", key: "RMS,N,NOSUCH", seg: "first,second", f: "1" },
      });
      expect(recset).toMatchObject([
        {
          keywords: [{ name: "N", value: "1" }, { name: "NOSUCH" }],
          segments: [
            { name: "first", keywords: [{ name: "RMS_000", value: "1.5" }] },
            { name: "second", keywords: [{ name: "RMS_001", value: "2.5" }] },
          ],
        },
      ]);
    });

    it("are numbers throughout where they are printed in hexadecimal, missing ones and those of broken links too", async () => {
      // The missing values of 16, 32 and 64 bits are -32768, -2147483648 and -9223372036854775808.
      expect(await keywords({ ds: "su_ex.flags[]", key: "BITS,WIDE,FAR,PLAIN" })).toEqual([
        ["BITS", ["0x001f", "0x8000", "0x0000"]],
        ["WIDE", ["0xffffffffffffffff", "0x8000000000000000", "0x8000000000000000"]],
        ["FAR", ["0x00000007", "0x80000000", "0x80000000"]],
        ["PLAIN", ["7", "MISSING", "MISSING"]],
      ]);
    });
  },
);
