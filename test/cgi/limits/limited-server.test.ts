import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LiveServer, liveServer } from "../../support/live-server.js";

const ENDLESS = "?server=dataset&dataset=Demo/Endless&start_time=2021-06-30&end_time=2021-07-01";
/** A user of the password file and the password. */
const ADA = `Basic ${btoa("ada:lovelace")}`;
const PUMP = "?server=dataset&dataset=Demo/Pump4";

let server: LiveServer;
const leaving: AbortController[] = [];

beforeAll(async () => {
  server = await liveServer({
    HELIOSTREAM_CLIENTS_EXEMPT: "127.0.0.1",
    HELIOSTREAM_TRUSTED_PROXIES: "127.0.0.1",
    HELIOSTREAM_CLIENT_REQUESTS: "3",
    HELIOSTREAM_CLIENT_DATA_REQUESTS: "2",
    HELIOSTREAM_MAX_RANGE: "1 day",
    HELIOSTREAM_MAX_BINS: "100",
  });
});
afterEach(() => {
  for (const one of leaving.splice(0)) one.abort();
});
afterAll(() => server.close());

/** Asks as the client of that address would, through a proxy; the body is left unread. */
async function ask(
  query: string,
  client = "192.0.2.1",
  headers: Record<string, string> = {},
): Promise<Response> {
  const abort = new AbortController();
  leaving.push(abort);
  return await fetch(`${server.server.url}${query}`, {
    headers: { "X-Forwarded-For": client, ...headers },
    signal: abort.signal,
  });
}

describe("a server with limits for each client", () => {
  it("answers a further request for data of the same client with 429, and others as ever", async () => {
    const running = [await ask(ENDLESS), await ask(ENDLESS)];
    expect(running.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await ask(ENDLESS);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(await refused.text()).toContain("requests for data");
    // What reads no data is counted apart.
    expect((await ask("?server=list")).status).toBe(200);
    expect((await ask(ENDLESS, "192.0.2.2")).status).toBe(200);
    const left = server.record(({ client, outcome }) => client === "192.0.2.1" && outcome === "cancelled");
    leaving[0]?.abort();
    await left;
    expect((await ask(ENDLESS)).status).toBe(200);
  });

  it("counts a user who has logged in apart from the address", async () => {
    const client = "192.0.2.3";
    await ask(ENDLESS, client);
    await ask(ENDLESS, client);
    expect((await ask(ENDLESS, client)).status).toBe(429);
    const secret = await ask(ENDLESS.replace("Endless", "Secret"), client, { Authorization: ADA });
    expect(secret.status).toBe(200);
  });

  it("refuses a range that is too long, and names requests that pass", async () => {
    const refused = await ask(`${PUMP}&start_time=2021-06-01&end_time=2021-06-03T12:00`);
    expect(refused.status).toBe(400);
    const text = await refused.text();
    expect(text).toContain("2021-06-01T00:00:00/2021-06-02T00:00:00");
    expect(text).toContain("2021-06-03T00:00:00/2021-06-03T12:00:00");
    // 60 hours / 100 bins = 2160 s.
    expect(text).toContain("resolution=2160");
    const passing = await ask(`${PUMP}&start_time=2021-06-01&end_time=2021-06-03T12:00&resolution=2160`);
    expect(passing.status).toBe(200);
  });

  it("takes a resolution for none where the source cannot be reduced", async () => {
    const refused = await ask(`${ENDLESS.replace("07-01", "07-03")}&resolution=86400`, "192.0.2.9");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("of one request at full resolution");
  });

  it("does not limit who is exempt", async () => {
    const answer = await ask(`${PUMP}&start_time=2021-06-01&end_time=2021-06-03T12:00`, "127.0.0.1");
    expect(answer.status).toBe(200);
  });

  it("publishes the limits where it describes a source", async () => {
    const description = await (await ask("?server=dsdf&dataset=Demo/Pump4")).text();
    expect(description).toContain('maxRange="86400 s"');
    expect(description).toContain('maxBins="100"');
  });
});
