import pg from "pg";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";

/** The roles that the statements name; they are shared by all databases of a server, and other tests may make them too. */
const ROLES = `DO $$ BEGIN CREATE ROLE ex; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE sumsadmin; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`;

/** The global tables that a reader needs. Source: netdrms 2.2. */
const GLOBAL_TABLES = `CREATE SCHEMA admin;
GRANT USAGE ON SCHEMA admin TO public;
CREATE TABLE admin.ns (name text NOT NULL, nsgroup text NOT NULL, owner text NOT NULL);
GRANT SELECT ON admin.ns TO public;`;

/** A namespace with its master tables, word by word. Source: netdrms 2.3. */
export function namespaceSql(namespace: string): string {
  return `CREATE SCHEMA ${namespace};
GRANT USAGE ON SCHEMA ${namespace} TO public;
INSERT INTO admin.ns VALUES ('${namespace}', 'user', 'ex');
SET search_path TO ${namespace};
CREATE TABLE drms_series (
  seriesname  text NOT NULL,
  author      text NOT NULL,
  owner       text NOT NULL,
  unitsize    int4 NOT NULL,
  archive     int4 NOT NULL,
  retention   int4 NOT NULL,
  tapegroup   int4 NOT NULL,
  primary_idx text NOT NULL,
  created     text NOT NULL,
  description text,
  dbidx       text,
  version     text,
  PRIMARY KEY (seriesname));
CREATE TABLE drms_keyword (
  seriesname  text NOT NULL,
  keywordname text NOT NULL,
  linkname    text,
  targetkeyw  text,
  type        text,
  defaultval  text,
  format      text,
  unit        text,
  islink      int4 DEFAULT 0,
  isconstant  int4,
  persegment  int4,
  description text,
  PRIMARY KEY (seriesname, keywordname));
CREATE TABLE drms_link (
  seriesname        text NOT NULL,
  linkname          text NOT NULL,
  target_seriesname text NOT NULL,
  type              text,
  description       text,
  PRIMARY KEY (seriesname, linkname));
CREATE TABLE drms_segment (
  seriesname  text NOT NULL,
  segmentname text NOT NULL,
  segnum      int4,
  scope       text,
  type        text,
  naxis       int4,
  axis        text,
  unit        text,
  protocol    text,
  description text,
  islink      int4 DEFAULT 0,
  linkname    text,
  targetseg   text,
  cseg_recnum bigint DEFAULT 0,
  PRIMARY KEY (seriesname, segmentname));
GRANT SELECT ON drms_series, drms_keyword, drms_link, drms_segment TO public;
RESET search_path;`;
}

/** The series `su_ex.mag45`, word by word. Source: netdrms 2.4. */
export const MAG45_SQL = `CREATE TABLE su_ex.mag45 (
  recnum bigint NOT NULL, sunum bigint, slotnum integer,
  sessionid bigint, sessionns text,
  ln_src_isset int4 DEFAULT 0, ln_src_fsn int4,
  cparms_sg000 text, magnetogram_bzero float8, magnetogram_bscale float8,
  t_rec float8, t_rec_index int8,
  camera int4, quality int4, datamean float4, crpix1 float4, date float8,
  sg_000_file text,
  PRIMARY KEY (recnum));
CREATE INDEX mag45_prime_idx ON su_ex.mag45 (t_rec_index, camera);
CREATE SEQUENCE su_ex.mag45_seq;
GRANT SELECT ON su_ex.mag45, su_ex.mag45_seq TO public;
GRANT DELETE ON su_ex.mag45 TO sumsadmin;
GRANT SELECT, INSERT, UPDATE, DELETE ON su_ex.mag45 TO ex;
GRANT UPDATE ON su_ex.mag45_seq TO ex;

INSERT INTO su_ex.drms_series VALUES ('su_ex.mag45','A. Author','ex',16,0,60,0,
  'T_REC_index, CAMERA','2020-01-02 03:04:05','Example magnetograms',NULL,'2.1');
-- flag word = bits | rank<<16 ; rank 1 = 65536, rank 2 = 131072, ...
INSERT INTO su_ex.drms_keyword
 (seriesname,keywordname,linkname,targetkeyw,type,defaultval,format,unit,islink,isconstant,persegment,description) VALUES
 ('su_ex.mag45','cparms_sg000','','','string','compress Rice','%s','none',0,0,65536+2,''),
 ('su_ex.mag45','magnetogram_bzero','','','double','0','%g','none',0,0,131072+2,''),
 ('su_ex.mag45','magnetogram_bscale','','','double','0.1','%g','none',0,0,196608+2,''),
 ('su_ex.mag45','T_REC','','','time','DRMS_MISSING_VALUE','0','TAI',0,1000,262144+8,'Slot time'),
 ('su_ex.mag45','T_REC_index','','','longlong','DRMS_MISSING_VALUE','%lld','',0,100,327680+2+4,'Index keyword associated with T_REC'),
 ('su_ex.mag45','T_REC_step','','','double','45','%f','sec',0,1,393216,'Slot width'),
 ('su_ex.mag45','T_REC_epoch','','','time','1993.01.01_00:00:00_TAI','0','TAI',0,1,458752,'Slot epoch'),
 ('su_ex.mag45','CAMERA','','','int','DRMS_MISSING_VALUE','%d','none',0,0,524288+4+8,'Camera'),
 ('su_ex.mag45','QUALITY','','','int','DRMS_MISSING_VALUE','0x%08X','',0,0,589824,'Quality bits'),
 ('su_ex.mag45','DATAMEAN','','','float','DRMS_MISSING_VALUE','%f','Gauss',0,0,655360,'Mean - average of finite pixels'),
 ('su_ex.mag45','CRPIX1','','','float','DRMS_MISSING_VALUE','%f','pixels',0,0,720896,'Reference pixel'),
 ('su_ex.mag45','DATE','','','time','DRMS_MISSING_VALUE','0','ISO',0,0,786432,'Creation time'),
 ('su_ex.mag45','EXPTIME','SRC','EXPTIME','','','','',1,0,851968,'Exposure');
INSERT INTO su_ex.drms_segment VALUES ('su_ex.mag45','magnetogram',0,'variable','int',2,
  '4096, 4096','Gauss','fits','Line-of-sight field',0,'','',0);
INSERT INTO su_ex.drms_link VALUES ('su_ex.mag45','SRC','su_ex.lev1','dynamic','Source image');`;

/** The series that `SRC` leads to; the worked example names its key alone. */
const LEV1_SQL = `CREATE TABLE su_ex.lev1 (
  recnum bigint NOT NULL, sunum bigint, slotnum integer, sessionid bigint, sessionns text,
  fsn int4, exptime float4, PRIMARY KEY (recnum));
CREATE SEQUENCE su_ex.lev1_seq;
GRANT SELECT ON su_ex.lev1, su_ex.lev1_seq TO public;
INSERT INTO su_ex.drms_series VALUES ('su_ex.lev1','A. Author','ex',1,0,60,0,'FSN','2020-01-02 03:04:05','Images',NULL,'2.1');
INSERT INTO su_ex.drms_keyword
 (seriesname,keywordname,linkname,targetkeyw,type,defaultval,format,unit,islink,isconstant,persegment,description) VALUES
 ('su_ex.lev1','FSN',NULL,NULL,'int','-2147483648','%d','none',0,0,65536+4+8,'Filtergram number'),
 ('su_ex.lev1','EXPTIME',NULL,NULL,'float','DRMS_MISSING_VALUE','%f','s',0,0,131072,'Exposure');`;

/** Runs statements as a superuser. */
export async function runSql(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

/** Fills a new database with the worked example: namespace `su_ex` with `mag45` and `lev1`, without records. */
export async function makeWorkedArchive(url: string): Promise<void> {
  await runSql(url, [ROLES, GLOBAL_TABLES, namespaceSql("su_ex"), MAG45_SQL, LEV1_SQL].join("\n"));
}

/** By URL; a connection ends when its database is dropped. */
const pools = new Map<string, ConnectionPool>();

/** Runs `work` in one transaction that may only read. */
export function reading<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const pool = pools.get(url) ?? connectionPool({ url, maxConnections: 1 });
  pools.set(url, pool);
  return inTransaction(pool, { access: "read", statementTimeoutMs: 10_000 }, work);
}
