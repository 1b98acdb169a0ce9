import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";

/** `ada:lovelace`; the hash is that of crypt(3) with the salt "x", `openssl passwd -6 -salt x lovelace`. */
const RIGHT = "Basic YWRhOmxvdmVsYWNl";
const ADA = "ada:$6$x$ncMzCOBjHdpywABHqZtMH.mpsFdxX43FcPzQ7eG4o0Nmsx1TUQnEWutgS/GRAhfjbvWLO0mA/XhzER/dCgsW.1";
const FOR_EVER = { "read.time.min": "2000-01-01", "read.time.max": "forever" };

let archive: GrowingArchive;
let site: LiveSite;
let folder: string;
let passwords: string;

beforeEach(async () => {
  archive = new GrowingArchive();
  folder = mkdtempSync(join(tmpdir(), "heliostream-kept-"));
  passwords = join(folder, "passwd");
  writeFileSync(passwords, `${ADA}\n`);
  site = await liveSite({
    programs: { grown: archive.reader("grown") },
    // The time within which a client is let go of.
    settings: { HELIOSTREAM_LIVE_HEARTBEAT: "1", HELIOSTREAM_USER_PASSWD: passwords },
  });
  site.define("Open", "reader = 'grown'", "realTime = 1");
  site.define("Closed", "reader = 'grown'", "realTime = 1", "readAccess = 'USER:ada'");
  archive.add({ x: 1, value: 1 });
});
afterEach(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

async function follow(id: string, headers: Record<string, string> = {}): Promise<LiveClient> {
  const client = new LiveClient(site.url(id, FOR_EVER), { headers });
  await client.given(1);
  return client;
}

/** What a client is told that may not go on. */
async function endOf(client: LiveClient): Promise<unknown> {
  const [code] = await client.end();
  return { code, told: client.exceptions.map(({ type, message }) => [type, message]) };
}

const NEEDS_LOGIN = {
  code: 1008,
  told: [["Forbidden", "This stream ends: its source needs a user name and password that are valid now"]],
};

describe("a stream whose client may not follow it any more", () => {
  it("ends where the login was taken away, with a last packet that says so, and gives nothing of what comes then", async () => {
    const client = await follow("Closed", { Authorization: RIGHT });
    writeFileSync(passwords, "bob:x\n");
    expect(await endOf(client)).toEqual(NEEDS_LOGIN);
    archive.add({ x: 2, value: 2 });
    site.ring();
    expect(client.values).toEqual([1]);
  });

  it("ends where the source was protected, for whom has no login alone", async () => {
    const [stranger, known] = [await follow("Open"), await follow("Open", { Authorization: RIGHT })];
    site.define("Open", "reader = 'grown'", "realTime = 1", "readAccess = 'USER:ada'");
    expect(await endOf(stranger)).toEqual(NEEDS_LOGIN);
    // Two more looks at the other.
    await once(known.socket, "ping");
    await once(known.socket, "ping");
    archive.add({ x: 2, value: 2 });
    site.ring();
    await known.given(2);
    known.socket.terminate();
  });

  it("ends where its page is one of another site, and the source was protected", async () => {
    const client = await follow("Open", { Authorization: RIGHT, Origin: "https://elsewhere.example.org" });
    site.define("Open", "reader = 'grown'", "realTime = 1", "readAccess = 'USER:ada'");
    expect(await endOf(client)).toMatchObject({ code: 1008, told: [["Forbidden", expect.any(String)]] });
  });

  it("ends where the source was removed", async () => {
    const client = await follow("Open");
    site.remove("Open");
    expect(await endOf(client)).toEqual({
      ...{ code: 1008, told: [["NoSuchDataSource", "This source has been removed"]] },
    });
  });

  it("ends while its past is read", async () => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    archive.portion = 1;
    archive.add({ x: 2, value: 2 });
    archive.before = (portion) => (portion === 2 ? held : undefined);
    const client = await follow("Open");
    site.remove("Open");
    expect(await endOf(client)).toMatchObject({
      code: 1008,
      told: [["NoSuchDataSource", expect.any(String)]],
    });
    go();
    expect(client.values).toEqual([1]);
  });

  it("lasts while a definition cannot be read for a moment, and not for ever", async () => {
    const client = await follow("Open");
    site.define("Open", "reader = ", "realTime = maybe");
    expect(await endOf(client)).toEqual({
      code: 1008,
      told: [["Forbidden", "This stream ends: it cannot be found out whether it may go on"]],
    });
    expect(client.values).toEqual([1]);
  });

  it("is told so by an event, too", async () => {
    const response = await fetch(site.http(`/source/Open/live?${new URLSearchParams(FOR_EVER).toString()}`));
    site.define("Open", "reader = 'grown'", "realTime = 1", "readAccess = 'USER:ada'");
    const events = (await response.text()).trim().split("\n\n");
    expect(events.at(-1)).toBe(
      'event: exception\ndata: {"type":"Forbidden","message":"This stream ends: its source needs a user name and password that are valid now"}',
    );
    expect((await site.record(({ status }) => status === 200)).outcome).toBe("failed");
  });
});
