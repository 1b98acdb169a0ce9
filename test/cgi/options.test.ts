import { afterEach, describe, expect, it } from "vitest";
import type { RequestRecord } from "../../cgi/log/record.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { caseConfig } from "../support/case-site.js";
import { rawRequest } from "../support/raw-http.js";

const RANGE = "start_time=2021-06-30&end_time=2021-07-01";
let stop = async () => {};

async function ask(
  settings: Readonly<Record<string, string>>,
  query: string,
  headers: Record<string, string> = {},
) {
  const { config, dispose } = caseConfig(settings);
  const records: RequestRecord[] = [];
  const log = { write: (record: RequestRecord) => void records.push(record), close: () => Promise.resolve() };
  const server: RunningServer = await startServer(config, { log });
  stop = async () => {
    await server.close(0);
    dispose();
  };
  const answer = await rawRequest(Number(new URL(server.url).port), {
    target: `/das/server?${query}`,
    headers,
  });
  return { ...answer, text: answer.body.toString("latin1"), records };
}

afterEach(() => stop());

describe("server=debug (das2-server 2.10)", () => {
  const on = { HELIOSTREAM_ENABLE_DEBUG: "true" };

  it("shows configuration and environment without secrets to who may see the log", async () => {
    process.env.PUMP_API_TOKEN = "very-secret-word";
    const answer = await ask(on, "server=debug");
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('siteName = "Pump Works"');
    expect(answer.text).toContain("PUMP_API_TOKEN = (hidden)");
    expect(answer.text).not.toContain("very-secret-word");
    // No page of another site may read it.
    expect(answer.headers.map(([name]) => name)).not.toContain("Access-Control-Allow-Origin");
  });

  it("is not there through a proxy that is not known", async () => {
    const strict = { ...on, HELIOSTREAM_TRUSTED_PROXIES: "192.0.2.9" };
    const answer = await ask(strict, "server=debug", { Via: "1.1 proxy" });
    expect(answer.status).toBe(404);
  });

  it("is not there for others, nor for who claims to be local", async () => {
    const answer = await ask({ ...on, HELIOSTREAM_VIEW_LOG_ALLOW: "192.0.2.1" }, "server=debug", {
      "X-Forwarded-For": "127.0.0.1",
    });
    expect(answer.status).toBe(404);
  });
});

describe("server=image (das2-server 2.8)", () => {
  const on = { HELIOSTREAM_PNG_MAKER: "plot --big" };

  it("runs the stream through the plot program", async () => {
    const answer = await ask(on, `server=image&dataset=Demo/Arguments&${RANGE}`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toContainEqual(["Content-Type", "image/png"]);
    expect(answer.headers).toContainEqual([
      "Content-Disposition",
      'inline; filename="Arguments_2021-06-30_2021-07-01.png"',
    ]);
    expect(answer.text).toMatch(
      /^PNG --big in_fmt=das2 time\.min=2021-06-30T00:00:00 time\.max=2021-07-01T00:00:00 bytes=\d+$/,
    );
    expect(Number(/bytes=(\d+)/.exec(answer.text)?.[1])).toBeGreaterThan(100);
    expect(answer.records[0]?.stages.map(({ role, status }) => [role, status])).toEqual([
      ["reader", 0],
      ["converter", 0],
    ]);
  });

  it("gives a plot of nothing where nothing is valid", async () => {
    const answer = await ask(
      on,
      "server=image&dataset=Demo/Limited&start_time=2021-08-01&end_time=2021-08-02",
    );
    expect(answer.status).toBe(200);
    expect(Number(/bytes=(\d+)/.exec(answer.text)?.[1])).toBeGreaterThan(33);
  });

  it("keeps protected sources closed", async () => {
    expect((await ask(on, `server=image&dataset=Demo/Secret&${RANGE}`)).status).toBe(401);
  });
});

describe("forms without errors of their own (das2-server 3.3)", () => {
  it("are cut off when their reader fails after the first byte, not ended as if they were whole", async () => {
    const answer = await ask(
      { HELIOSTREAM_D2S_CSV_CONVERTER: "cat" },
      `server=dataset&dataset=Demo/FailsLate&${RANGE}&format=csv`,
    );
    expect(answer.headers).toContainEqual(["Content-Type", "text/csv; charset=utf-8"]);
    expect(answer.whole).toBe(false);
    expect(answer.records[0]).toMatchObject({ outcome: "failed", status: 200 });
  });
});

describe("redirects (das2-server 5)", () => {
  it("are not made to other homes where the configuration says so", async () => {
    const answer = await ask({ HELIOSTREAM_IGNORE_REDIRECT: "true" }, "server=dsdf&dataset=Demo/Elsewhere");
    expect(answer.status).toBe(200);
  });

  it("are made from the request where no URL is configured, and believe no strange Host", async () => {
    const without = { HELIOSTREAM_SERVER_URL: "" };
    const usual = await ask(without, "server=dsdf&dataset=Demo/Moved", { Host: "data.example.net:8080" });
    expect(usual.headers).toContainEqual([
      "Location",
      "http://data.example.net:8080/das/server?server=dsdf&dataset=Demo/Pump4",
    ]);
    await stop();
    const odd = await ask(without, "server=dsdf&dataset=Demo/Moved", { Host: "x/<evil>" });
    expect(odd.headers.find(([name]) => name === "Location")?.[1]).toBe(
      "http://localhost/das/server?server=dsdf&dataset=Demo/Pump4",
    );
  });

  it("keep the scheme that a trusted proxy tells", async () => {
    const answer = await ask({ HELIOSTREAM_SERVER_URL: "" }, "server=dsdf&dataset=Demo/Moved", {
      Host: "inner",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "data.example.org",
    });
    expect(answer.headers).toContainEqual([
      "Location",
      "https://data.example.org/das/server?server=dsdf&dataset=Demo/Pump4",
    ]);
  });
});
