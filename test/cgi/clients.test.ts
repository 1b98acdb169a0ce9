import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { countPackets } from "../support/case-files.js";
import { caseConfig } from "../support/case-site.js";
import { type RawAnswer, type RawRequest, rawRequest } from "../support/raw-http.js";

/** What each client sends and relies on; das2-server 21. */

const AUTOPLOT = {
  "User-Agent": "Autoplot-20240101 Java/1.8.0_292",
  Accept: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
};
const RANGE = "start_time=2021-06-30T00%3A00%3A00.000Z&end_time=2021-07-01T00%3A00%3A00.000Z";

let server: RunningServer;
const { config, dispose } = caseConfig();

beforeAll(async () => {
  server = await startServer(config, { log: { write: () => {}, close: () => Promise.resolve() } });
});
afterAll(async () => {
  await server.close(0);
  dispose();
});

const send = (request: RawRequest): Promise<RawAnswer> =>
  rawRequest(Number(new URL(server.url).port), request);

/** A header as a client finds it that compares names with case. */
const exact = (answer: RawAnswer, name: string) => answer.headers.find(([given]) => given === name)?.[1];

describe("Autoplot (das2-server 21.1)", () => {
  it("reads the description at byte 10 with the length of bytes 4 to 9, in digits", async () => {
    const answer = await send({ target: "/das/server?server=dsdf&dataset=Demo/Pump4", headers: AUTOPLOT });
    expect(exact(answer, "Content-Type")).toBe("text/vnd.das2.das2stream");
    const text = answer.body.toString("utf8");
    expect(text.slice(0, 4)).toBe("[00]");
    expect(text.slice(4, 10)).toMatch(/^\d{6}$/);
    // Characters and bytes are the same number, whatever the definition holds.
    expect(Number.parseInt(text.slice(4, 10), 10)).toBe(text.length - 10);
    expect(answer.body.length).toBe(text.length);
    expect(text).toContain('exampleRange="2021-06-30 to 2021-07-01 UTC | A day"');
    expect(text).toContain('techContact="Ada Byron &lt;ada@example.org&gt;"');
    expect(text).toContain('label_0="Volts &amp; &quot;amps&quot; &lt;&#233;&gt;"');
  });

  it("gets data by the request of a view, whatever the order of its parameters", async () => {
    for (const target of [
      `/das/server?server=dataset&${RANGE}&resolution=43.2&dataset=Demo%2FArguments&params=raw`,
      `/das/server?dataset=Demo%2FArguments&params=raw&resolution=4.32E-4&${RANGE}&server=dataset&key=abc`,
    ]) {
      const answer = await send({ target, headers: AUTOPLOT });
      expect(answer.status).toBe(200);
      expect(exact(answer, "Content-Type")).toBe("application/vnd.das2.das2stream");
      expect(answer.body.toString("latin1")).toContain("2021-06-30T00:00:00 2021-07-01T00:00:00 raw");
    }
  });

  it("is not taken for a browser though it asks for HTML first", async () => {
    const answer = await send({
      target: `/das/server?server=dataset&${RANGE}&dataset=Demo/None`,
      headers: AUTOPLOT,
    });
    expect(countPackets(answer.body).exception).toBe("NoSuchDataSource");
  });

  it('finds the realm right after Basic realm=" and nothing behind it', async () => {
    const answer = await send({
      target: `/das/server?server=dataset&${RANGE}&dataset=Demo/Secret`,
      headers: AUTOPLOT,
    });
    expect(answer.status).toBe(401);
    expect(exact(answer, "WWW-Authenticate")).toBe('Basic realm="Pump room"');
  });

  it("is shown the reason of a failure: a 5xx with a das content type and an exception", async () => {
    const answer = await send({
      target: `/das/server?server=dataset&${RANGE}&dataset=Demo/FailsEarly`,
      headers: AUTOPLOT,
    });
    expect(answer.status).toBe(500);
    expect(exact(answer, "Content-Type")).toContain("das2stream");
    expect(countPackets(answer.body)).toEqual({ packets: { "00": 1, xx: 1 }, exception: "ServerError" });
  });

  it("splits the list at the first | of a line", async () => {
    const answer = await send({ target: "/das/server?server=list", headers: AUTOPLOT });
    const lines = answer.body.toString("utf8").split("\r\n");
    expect(lines.at(-1)).toBe("");
    const ids = lines.slice(0, -1).map((line) => line.split("|")[0] ?? "");
    expect(ids).toEqual([...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(ids).toContain("Demo/Pump4");
  });
});

describe("the older Java library (das2-server 21.2)", () => {
  it.each(["compactdataset", "compactDataSet"])("reads %s by its exact content type", async (word) => {
    const target = `/das/server?dataset=Demo%2FArguments&${RANGE}&server=${word}&resolution=43.2&compress=true&devel=x&redirect=1`;
    const answer = await send({ target, headers: { "User-Agent": "Java/1.6.0_45" } });
    expect(answer.status).toBe(200);
    expect(exact(answer, "Content-Type")).toBe("application/octet-stream");
    expect(countPackets(answer.body).packets[":01:"]).toBe(1);
  });

  it("asks interval sources with one decimal", async () => {
    const target = `/das/server?dataset=Demo/Orbit&${RANGE}&server=dataset&interval=60.0`;
    expect((await send({ target })).body.toString("latin1")).toContain('"60 2021-06-30T00:00:00');
  });
});

describe("das2C and das2py (das2-server 21.3)", () => {
  const C = { "User-Agent": "libdas2/2.3", Connection: "close", Host: "data.example.org" };

  it("speaks HTTP/1.0: no chunks, the end of the body is the end of the connection", async () => {
    const answer = await send({
      target: `/das/server?server=dataset&${RANGE}&dataset=Demo/Arguments`,
      protocol: "1.0",
      headers: C,
    });
    expect(answer.status).toBe(200);
    expect(exact(answer, "Transfer-Encoding")).toBeUndefined();
    expect(answer.body.subarray(0, 4).toString("latin1")).toBe("[00]");
    expect(countPackets(answer.body).packets).toEqual({ "00": 1, "01": 1, ":01:": 1 });
  });

  it("finds header names in their usual capitals, within 2047 bytes", async () => {
    const data = await send({
      target: `/das/server?server=dataset&${RANGE}&dataset=Demo/Arguments`,
      protocol: "1.0",
      headers: C,
    });
    expect(exact(data, "Content-Disposition")).toBe(
      'attachment; filename="Arguments_2021-06-30_2021-07-01.d2s"',
    );
    expect(data.headBytes).toBeLessThan(2047);
    const moved = await send({
      target: "/das/server?server=dsdf&dataset=Demo/Moved",
      protocol: "1.0",
      headers: C,
    });
    expect(exact(moved, "Location")).toBe(
      "http://data.example.org/das/server?server=dsdf&dataset=Demo/Pump4",
    );
    for (const [name] of [...data.headers, ...moved.headers])
      expect(name).toMatch(/^(?:[A-Z][A-Za-z]*-)*(?:[A-Z][A-Za-z]*|ID)$/);
  });

  it("has the length where it is known", async () => {
    const answer = await send({
      target: "/das/server?server=dsdf&dataset=Demo/Minimal",
      protocol: "1.0",
      headers: C,
    });
    expect(exact(answer, "Content-Length")).toBe("97");
    expect(answer.body).toHaveLength(97);
  });

  it("is never sent an exception in place of the stream header", async () => {
    for (const dataset of [
      "Demo/None",
      "Demo/FailsEarly",
      "Demo/FailsLate",
      "Demo/Nothing",
      "Demo/Mute",
      "Demo/Secret",
    ]) {
      const answer = await send({
        target: `/das/server?server=dataset&${RANGE}&dataset=${dataset}`,
        protocol: "1.0",
        headers: C,
      });
      expect(answer.body.toString("latin1", 0, 17), dataset).toMatch(/^\[00\]\d{6}<stream/);
    }
  });
});

describe("others (das2-server 21.4)", () => {
  it.each(["curl/8.5.0", "Wget/1.21.4"])("%s gets text on request and a name for the file", async (agent) => {
    const answer = await send({
      target:
        `/das/server?server=dataset&${RANGE}&dataset=Demo/Pump4&end_time=x&ascii=1&resolution=0`.replace(
          "2021-07-01T00%3A00%3A00.000Z",
          "2021-06-30T00%3A00%3A05.000Z",
        ),
      headers: { "User-Agent": agent, Accept: "*/*" },
    });
    expect(exact(answer, "Content-Type")).toBe("text/vnd.das2.das2stream; charset=utf-8");
    expect(exact(answer, "Content-Disposition")).toMatch(/^inline; filename="Pump4_[^"]+\.d2t"$/);
    expect(countPackets(answer.body).packets[":01:"]).toBe(5);
  });

  it("health checkers find [00], a contact and an example", async () => {
    const answer = await send({ target: "/das/server?server=dsdf&dataset=Demo/Pump4" });
    expect(answer.body.toString("latin1")).toMatch(/^\[00\].*techContact=.*exampleRange=/s);
  });
});
