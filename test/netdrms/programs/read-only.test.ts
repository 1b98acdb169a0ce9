import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder } from "../../../netdrms/postgres/data-folder.js";
import { type LocalPostgres, startLocalPostgres } from "../../../netdrms/postgres/local-server.js";
import { createSeries } from "../../../netdrms/programs/create-series.js";
import { showInfo } from "../../../netdrms/programs/show-info/index.js";
import { showSeries } from "../../../netdrms/programs/show-series.js";
import { storeFile } from "../../../netdrms/programs/store-file.js";
import { terminalInput } from "../../../netdrms/programs/terminal-input.js";
import { setUpArchive } from "../../../netdrms/schema/setup.js";
import { fitsImageFile } from "../../support/fits-image.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { LEV1_JSD } from "../store/magnetograms.js";
import { type ProgramRun, runOn } from "./run-program.js";

const postgres = await postgresForTest();

// A server of its own, begun anew as a standby: nobody can write to it, whatever rights and settings say.
describe.skipIf(postgres.missing)(postgres.title("programs on a database that takes no changes"), () => {
  let root = "";
  let image = "";
  let partition = "";
  let server: LocalPostgres;
  const run = (module: Parameters<typeof runOn>[1], argv: readonly string[]): Promise<ProgramRun> =>
    runOn({ database: { url: server.url("drms"), name: "drms", drop: async () => undefined } }, module, argv);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "heliostream-standby-"));
    await chmod(root, 0o755);
    partition = join(root, "SUM0");
    await mkdir(partition);
    image = join(root, "a.fits");
    await writeFile(
      image,
      fitsImageFile(
        16,
        [6, 4],
        Array.from({ length: 24 }, (_, n) => n),
      ),
    );
    const folder = join(root, "data");
    server = await startLocalPostgres({ folder, fsync: false });
    const url = server.url("drms");
    const [user] = await withClient(
      server.adminUrl,
      async (client) => (await client.query<{ name: string }>("SELECT current_user AS name")).rows,
    );
    await setUpArchive(
      { drms: url, sums: url },
      {
        createDatabases: true,
        siteCode: 3,
        users: [{ name: user?.name ?? "", namespace: "su_ex" }],
        guests: [],
        partitions: [{ path: partition }],
      },
    );
    const input = terminalInput(Readable.from([LEV1_JSD]), new PassThrough());
    expect((await run(createSeries(input), ["-i"])).lines).toEqual([]);
    expect((await run(storeFile, ["series=su_ex.lev1", "FSN=1", `image=${image}`])).status).toBe(0);
    await server.stop();
    await writeFile(join(dataFolder(folder), "standby.signal"), "");
    server = await startLocalPostgres({ folder, fsync: false });
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  it("read as ever", async () => {
    expect(await run(showSeries, [])).toEqual({ status: 0, out: "su_ex.lev1\n", lines: [] });
    const paths = await run(showInfo, ["su_ex.lev1[1]", "-Poq", "seg=image"]);
    expect(paths).toEqual({
      status: 0,
      out: expect.stringMatching(/^Y\t\/.*\/SUM0\/D844424930131968\/S00000\/image\.fits\n$/),
      lines: [],
    });
  });

  it("say so when they are to write, and leave nothing", async () => {
    const folders = await readdir(partition);
    const message = "The archive's database takes no changes";
    expect(await run(storeFile, ["series=su_ex.lev1", "FSN=2", `image=${image}`])).toEqual({
      status: 1,
      out: "",
      lines: [`store_file: ${message}`],
    });
    expect(await readdir(partition)).toEqual(folders);
    // Paths are shown all the same; that their units cannot be kept for longer is told.
    expect((await run(showInfo, ["su_ex.lev1[1]", "-pq", "seg=image"])).lines).toEqual([
      `show_info: storage units are not kept for longer: ${message}`,
    ]);
  });
});
