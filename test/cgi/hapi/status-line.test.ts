import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nonParsedOutput, parsedOutput } from "../../../cgi/adapters/cgi-output.js";
import { type LiveServer, liveServer, readAll, send } from "../../support/live-server.js";

/** A reader with a record in the first range it is asked for, and none in any other. */
const ONE_DAY = `#!/bin/sh
header='<stream version="2.2"/>'
printf '[00]%06d%s' "\${#header}" "$header"
packet='<packet><x type="time24" units="UTC"/><y type="ascii10" units="V" name="volts"/></packet>'
printf '[01]%06d%s' "\${#packet}" "$packet"
case $1 in 2021-06-30*) printf ':01:2021-06-30T12:00:00.000 1.250e+00\\n' ;; esac
`;
const LINES = ["das2Stream = 1", "exampleRange_00 = '2021-06-30 to 2021-07-03'", "reducer = 'not_reducible'"];

let live: LiveServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-hapi-"));
  writeFileSync(join(folder, "one-day"), ONE_DAY, { mode: 0o755 });
  for (const [name, reader] of [
    ["OneDay", join(folder, "one-day")],
    ["FailsLate", "fail-late"],
  ] as const)
    writeFileSync(
      join(folder, `${name}.dsdf`),
      ["description = 'Made up'", `reader = '${reader}'`, ...LINES, ""].join("\n"),
    );
  live = await liveServer({ HELIOSTREAM_DSDF_ROOT: folder });
});
afterAll(async () => {
  await live.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that comes for a request, as it is written. */
async function answerTo(target: string): Promise<string> {
  const socket = await send(live.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return (await readAll(socket)).toString("utf8");
}

describe("the status line", () => {
  it("tells the status of HAPI behind that of HTTP, at both paths of the door", async () => {
    for (const path of ["/hapi", "/das/server/hapi"]) {
      const answer = await answerTo(`${path}/info?id=Demo/None`);
      expect(answer.split("\r\n")[0]).toBe(
        "HTTP/1.1 404 Not Found; HAPI 1406 Bad request - unknown dataset id",
      );
      expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "").status.code).toBe(1406);
    }
  });

  it("tells of an answer without records", async () => {
    const some = await answerTo("/hapi/data?id=OneDay&start=2021-06-30&stop=2021-07-01");
    expect(some).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*2021-06-30T12:00:00.000Z,1.25\r\n/);
    const none = await answerTo("/hapi/data?id=OneDay&start=2021-07-01&stop=2021-07-02");
    expect(none.split("\r\n")[0]).toBe("HTTP/1.1 200 OK; HAPI 1201 OK - no data for time range");
    expect(none.split("\r\n\r\n")[1]).toBe("");
  });

  it("is the usual one of a good answer", async () => {
    expect((await answerTo("/hapi/capabilities")).split("\r\n")[0]).toBe("HTTP/1.1 200 OK");
  });

  it("is written by CGI programs too", () => {
    const response = {
      status: 200,
      reason: "OK; HAPI 1201 OK - no data for time range",
      headers: [],
      body: new Uint8Array(),
    };
    expect(parsedOutput(response).head).toBe("Status: 200 OK; HAPI 1201 OK - no data for time range\r\n\r\n");
    const output = nonParsedOutput({ method: "GET", protocol: "HTTP/1.1", now: new Date(0) });
    expect(output(response).head.split("\r\n")[0]).toBe(
      "HTTP/1.1 200 OK; HAPI 1201 OK - no data for time range",
    );
  });
});

describe("a failure after the first byte", () => {
  it("cuts the connection, so that the client sees it", async () => {
    const text = await answerTo("/hapi/data?id=FailsLate&start=2021-06-30&stop=2021-07-01");
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toContain("2021-06-30T12:00:00.000Z,1.25\r\n");
    // The last chunk of a whole body has no bytes.
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    expect(text).not.toMatch(/secret|telemetry/);
  });
});
