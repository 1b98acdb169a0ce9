import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../../netdrms/database/database.js";
import { bind } from "../../../netdrms/database/sql.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import { readQuery } from "../../../netdrms/query/read-query.js";
import { planRecords, type RecordPlan } from "../../../netdrms/records/plan-records.js";
import { readRecords } from "../../../netdrms/records/read-records.js";
import { keywordValue, type RecordBatch } from "../../../netdrms/records/record-batch.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { makeWorkedArchive, reading, runSql } from "../../support/worked-archive.js";

/** 2010.05.01_00:00:00_TAI and its slot of 45 s; netdrms 1.6. */
const SLOT = 12151680;
const MISSING_INT = -2147483648;

/** Some records of the worked example, and series beside it with everything that a keyword or segment can be. */
const RECORDS = `
  INSERT INTO su_ex.lev1 VALUES (1,-1,-1,1,'su_ex',70,1.5), (2,-1,-1,1,'su_ex',71,2.5), (3,-1,-1,1,'su_ex',70,3.5);
  INSERT INTO su_ex.mag45 VALUES
   (10,500,0,7,'su_ex',1,70,'',5,0.5,1051747200,${SLOT},2,0,12.5,1,NULL,'a.fits'),
   (11,500,1,7,'su_ex',1,71,'compress Rice',0,0.1,1051747245,${SLOT + 1},2,NULL,NULL,NULL,0,''),
   (12,NULL,NULL,NULL,NULL,0,70,NULL,NULL,NULL,1051747290,${SLOT + 2},2,1,'NaN',2,0,NULL),
   (13,501,0,8,'su_ex',1,99,'none',0,1,1051747335,${SLOT + 3},2,-1,3,4,0,'b.fits');
  CREATE TABLE su_ex.mixed (
    recnum int8 PRIMARY KEY, sunum int8, slotnum int4, sessionid int8, sessionns text,
    ln_up int8, ln_bad int8, k int4, c char, s int2, l int8, f float4, d float8, t text, seen_000 int4, seen_001 int4, seen_002 int4,
    sg_000_file text, sg_000_axis000 int4, sg_000_axis001 int4, sg_001_file text, sg_002_file text);
  INSERT INTO su_ex.drms_series VALUES ('su_ex.Mixed','','',1,0,0,0,'K','','',NULL,'2.1');
  INSERT INTO su_ex.drms_link VALUES ('su_ex.Mixed','UP','su_ex.mag45','static',''), ('su_ex.Mixed','BAD','su_none.x','static','');
  INSERT INTO su_ex.drms_keyword
   (seriesname,keywordname,linkname,targetkeyw,type,defaultval,format,unit,islink,isconstant,persegment,description) VALUES
   ('su_ex.Mixed','K','','','int','','%d','',0,0,65536+4+8,''),
   ('su_ex.Mixed','C','','','char','65','%d','',0,0,131072,''),
   ('su_ex.Mixed','S','','','short','12','%d','',0,0,196608,''),
   ('su_ex.Mixed','L','','','longlong','9007199254740993','%lld','',0,0,262144,''),
   ('su_ex.Mixed','F','','','float','0.1','%f','',0,0,327680,''),
   ('su_ex.Mixed','D','','','double','0.1','%f','',0,0,393216,''),
   ('su_ex.Mixed','T','','','string','none given','%s','',0,0,458752,''),
   ('su_ex.Mixed','FIXED','','','string','for all','%s','',0,1,524288,''),
   ('su_ex.Mixed','SEEN','','','int','-1','%d','',0,0,589824+1,''),
   ('su_ex.Mixed','UPMEAN','UP','DATAMEAN','','','','',1,0,655360,''),
   ('su_ex.Mixed','UPTIME','UP','EXPTIME','','','','',1,0,720896,''),
   ('su_ex.Mixed','LOST','BAD','X','','','','',1,0,786432,'');
  INSERT INTO su_ex.drms_segment VALUES
   ('su_ex.Mixed','own',0,'vardim','int',2,'0, 0','','fits','',0,'','',0),
   ('su_ex.Mixed','fixed',1,'constant','int',1,'16','','generic','',0,'','',21),
   ('su_ex.Mixed','up',2,'','',0,'','','','',1,'UP','magnetogram',0);
  INSERT INTO su_ex.mixed VALUES
   (20,600,0,1,'su_ex',10,NULL,1,'B',-5,7,2.5,2.5,'é''"',4,NULL,8,'own.fits',30,40,NULL,NULL),
   (21,601,0,1,'su_ex',NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,NULL,NULL,NULL,NULL,'shared.bin',NULL),
   (22,602,0,1,'su_ex',12,NULL,3,'',1,1,1,1,'',1,1,1,'',1,2,NULL,NULL);
`;

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("records of a series"), () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
    await runSql(database.url, RECORDS);
  });
  afterAll(() => database.drop());

  async function planned(db: Database, text: string, limit = 0): Promise<RecordPlan> {
    const catalog = seriesCatalog(db);
    const { sets } = await readQuery(text, { findSeries: (name) => catalog.series(name) });
    const { series } = sets[0]!;
    return planRecords(catalog, planSelection(sets[0]!, limit), {
      keywords: series.keywords.filter(({ implicit }) => !implicit),
      segments: series.segments,
    });
  }

  const read = (text: string, limit = 0): Promise<{ batch: RecordBatch; warnings: readonly string[] }> =>
    reading(database.url, async (db) => {
      const plan = await planned(db, text, limit);
      const batches: RecordBatch[] = [];
      for await (const batch of readRecords(db, plan)) batches.push(batch);
      expect(batches).toHaveLength(1);
      return { batch: batches[0]!, warnings: plan.warnings };
    });

  const column = (batch: RecordBatch, name: string) => {
    const found = batch.keywords.find(({ keyword }) => keyword.name === name)!;
    return Array.from({ length: batch.rows }, (_, row) => keywordValue(found, row));
  };

  it("come in order, with numbers, own values and defaults for NULL", async () => {
    const { batch, warnings } = await read("su_ex.mag45[2010.05.01_TAI/3m]");
    expect(warnings).toEqual([]);
    expect([...batch.recnum.subarray(0, 4)]).toEqual([10n, 11n, 12n, 13n]);
    expect([...batch.sunum.subarray(0, 4)]).toEqual([500n, 500n, -1n, 501n]);
    expect([...batch.slot.subarray(0, 4)]).toEqual([0, 1, -1, 0]);
    expect(column(batch, "QUALITY")).toEqual([0, MISSING_INT, 1, -1]);
    expect(column(batch, "DATAMEAN")).toEqual([12.5, Number.NaN, Number.NaN, 3]);
    expect(column(batch, "T_REC_step")).toEqual([45, 45, 45, 45]);
    expect(column(batch, "T_REC")).toEqual([0, 45, 90, 135].map((s) => 1051747200 + s));
  });

  it("have the values of the newest version at the end of a dynamic link, none where it is not set or broken", async () => {
    const { batch } = await read("su_ex.mag45[2010.05.01_TAI/3m]");
    // 70 has the versions 1 and 3; the third record's link is not set, nothing has the key 99.
    expect(column(batch, "EXPTIME")).toEqual([3.5, 2.5, undefined, undefined]);
    expect(batch.keywords.find(({ keyword }) => keyword.name === "EXPTIME")!.source).toMatchObject({
      type: "float",
      unit: "s",
    });
  });

  it("have values of every type, exactly", async () => {
    const { batch, warnings } = await read("su_ex.mixed[]");
    expect(column(batch, "C")).toEqual([66, 65, 65]);
    expect(column(batch, "S")).toEqual([-5, 12, 1]);
    expect(column(batch, "L")).toEqual([7n, 9007199254740993n, 1n]);
    expect(column(batch, "F")).toEqual([2.5, Math.fround(0.1), 1]);
    expect(column(batch, "D")).toEqual([2.5, 0.1, 1]);
    expect(column(batch, "T")).toEqual(["é'\"", "none given", ""]);
    expect(column(batch, "FIXED")).toEqual(["for all", "for all", "for all"]);
    expect(column(batch, "SEEN_000")).toEqual([4, -1, 1]);
    expect(column(batch, "SEEN_001")).toEqual([-1, 5, 1]);
    // A static link, and a dynamic one behind it.
    expect(column(batch, "UPMEAN")).toEqual([12.5, undefined, Number.NaN]);
    expect(column(batch, "UPTIME")).toEqual([3.5, undefined, undefined]);
    expect(column(batch, "LOST")).toEqual([undefined, undefined, undefined]);
    expect(warnings).toEqual([expect.stringContaining("su_ex.Mixed.LOST")]);
  });

  it("say where the files of their segments are: their own, the shared one, one behind a link", async () => {
    const { batch } = await read("su_ex.mixed[]");
    const [own, fixed, up] = batch.segments;
    expect([...own!.sunum.subarray(0, 3)]).toEqual([600n, 601n, 602n]);
    expect(own!.file).toEqual(["own.fits", "", ""]);
    expect(own!.axes.map((axis) => axis[0])).toEqual([30, 40]);
    expect([...fixed!.sunum.subarray(0, 3)]).toEqual([601n, 601n, 601n]);
    expect(fixed!.file).toEqual(["shared.bin", "shared.bin", "shared.bin"]);
    expect(up!.source.name).toBe("magnetogram");
    expect([...up!.sunum.subarray(0, 3)]).toEqual([500n, -1n, -1n]);
    expect([...up!.reached!.subarray(0, 3)]).toEqual([1, 0, 1]);
    expect(up!.file[0]).toBe("a.fits");
    expect([up!.bzero[0], up!.bscale[0], up!.compression[0]]).toEqual([5, 0.5, ""]);
    // NULL is the default of the series.
    expect([up!.bscale[2], up!.compression[2]]).toEqual([0.1, "compress Rice"]);
  });

  it("are read by one statement with no value of the request in its text", async () => {
    const plan = await reading(database.url, (db) => planned(db, "su_ex.mixed[1-3][? T <> 'secret' ?]"));
    const { text } = bind(plan.select);
    expect(text.match(/;/)).toBeNull();
    expect(text).not.toContain("secret");
  });

  it("are the first or last so many, still ascending", async () => {
    expect([...(await read("su_ex.mag45[]", 2)).batch.recnum.subarray(0, 2)]).toEqual([10n, 11n]);
    expect([...(await read("su_ex.mag45[]", -2)).batch.recnum.subarray(0, 2)]).toEqual([12n, 13n]);
  });

  it("are none where nothing is selected", async () => {
    const none = await reading(database.url, async (db) => {
      const batches: RecordBatch[] = [];
      for await (const batch of readRecords(db, await planned(db, "su_ex.mag45[1999.01.01_TAI]")))
        batches.push(batch);
      return batches;
    });
    expect(none).toEqual([]);
  });
});
