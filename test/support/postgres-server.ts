import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import {
  givenPostgres,
  type LocalPostgres,
  startLocalPostgres,
} from "../../netdrms/postgres/local-server.js";
import { removeSampleUnits } from "./sample-units.js";
import { dropTestDatabases } from "./test-databases.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Port of the loopback on which a line tells where the server for tests is. */
    readonly postgresPort: number;
  }
}

/** What a test file is told: the URL of the server, or why there is none. */
export type ServerForTests = { readonly adminUrl: string } | { readonly problem: string };

/**
 * One PostgreSQL server for all tests of a run: started when the first test file asks for it, in a folder of its own without
 * fsync, gone with its folder at the end of the run, also of one that is killed. `HELIOSTREAM_TEST_POSTGRES` names a server
 * to be used instead, by a URL whose role may create databases and roles; what tests made there is dropped at the end.
 */
export default async function providePostgres(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<LocalPostgres> | undefined;
  const listener = createServer((socket) => {
    socket.on("error", () => {});
    server ??= startServer();
    void server
      .then(
        ({ adminUrl }): ServerForTests => ({ adminUrl }),
        (error: unknown): ServerForTests => ({ problem: String(error) }),
      )
      .then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  listener.unref();
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port of the loopback");
  project.provide("postgresPort", address.port);
  return async () => {
    listener.close();
    const running = await server?.catch(() => undefined);
    if (running?.origin === "given") await dropTestDatabases(running.adminUrl, address.port);
    await running?.stop();
    await removeSampleUnits(address.port);
  };
}

async function startServer(): Promise<LocalPostgres> {
  const given = process.env.HELIOSTREAM_TEST_POSTGRES;
  if (given !== undefined && given !== "") return givenPostgres(given);
  const folder = await mkdtemp(join(tmpdir(), "heliostream-test-"));
  try {
    return await startLocalPostgres({ folder, fsync: false, temporary: true });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
