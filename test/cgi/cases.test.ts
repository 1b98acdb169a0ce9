import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestRecord } from "../../cgi/log/record.js";
import { openSite } from "../../cgi/open-site.js";
import { handle } from "../../cgi/routes.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import type { Site } from "../../cgi/site.js";
import { caseFiles, checkAnswer, comparable } from "../support/case-files.js";
import { caseConfig } from "../support/case-site.js";
import { cgiRequest } from "../support/cgi-transport.js";
import { rawRequest } from "../support/raw-http.js";

const MOUNT = "/das/server";
const { config, dispose } = caseConfig();
const records: RequestRecord[] = [];
let server: RunningServer;
let cgiSite: Site;

beforeAll(async () => {
  const log = { write: (record: RequestRecord) => void records.push(record), close: () => Promise.resolve() };
  server = await startServer(config, { log });
  cgiSite = openSite(config, { resident: false, log });
});

afterAll(async () => {
  await server.close(0);
  dispose();
});

describe.each(caseFiles())("$title", ({ cases }) => {
  it.each(cases)("$name", async ({ request, expect: expected, record }) => {
    records.length = 0;
    const overSocket = await rawRequest(Number(new URL(server.url).port), request);
    checkAnswer(overSocket, expected);
    const asCgi = await cgiRequest((wanted) => handle(wanted, cgiSite), request, MOUNT);
    checkAnswer(asCgi, expected);
    expect(comparable(asCgi), "the CGI adapter gives the same bytes").toEqual(comparable(overSocket));
    for (const written of records) expect(written).toMatchObject(record ?? {});
    if (!request.target.includes("/static/")) expect(records).toHaveLength(2);
  });
});
