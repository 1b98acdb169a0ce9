import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { peerSettings } from "../../../config/peer-settings.js";
import { AllowedHosts } from "../../../readers/hapi-reader/allowed-hosts.js";
import { retryAfterMs } from "../../../readers/hapi-reader/patience.js";
import { type HapiStub, hapiStub, type StubAnswer, type StubRequest } from "../../support/hapi-stub.js";
import { packetsById } from "../../support/packets-by-id.js";
import { goodAnswer } from "./made-data-set.js";
import { RANGE, readStream } from "./reading.js";

const good = (request: StubRequest): StubAnswer => goodAnswer(request, "binary");

async function withStubs(
  first: (request: StubRequest, other: string) => StubAnswer,
  run: (stub: HapiStub, other: HapiStub) => Promise<void>,
): Promise<void> {
  const other = await hapiStub(good);
  const stub = await hapiStub((request) => first(request, other.origin));
  try {
    await run(stub, other);
  } finally {
    await stub.close();
    await other.close();
  }
}

describe("the servers that are read from", () => {
  it("are those that are listed, and no others", async () => {
    const stub = await hapiStub(good);
    for (const peers of [
      "",
      "https://hapi.example",
      stub.origin.replace("http:", "https:"),
      "http://127.0.0.1",
    ])
      await expect(readStream(stub.origin, RANGE, { peers })).rejects.toMatchObject({
        code: "BAD_CONFIG",
        message: `HAPI_PEERS does not list ${stub.origin}`,
      });
    expect(stub.requests).toEqual([]);
    expect(
      packetsById(await readStream(stub.origin, RANGE, { peers: `https://hapi.example ${stub.origin}/` })),
    ).toHaveProperty("1");
    await stub.close();
  });

  it("may lead to one another, and not elsewhere", async () => {
    const away = (request: StubRequest, other: string): StubAnswer =>
      request.path.endsWith("/data")
        ? { status: "302 Found", headers: { Location: `${other}${request.path}?${request.words}` } }
        : good(request);
    await withStubs(away, async (stub, other) => {
      const peers = `${stub.origin} ${other.origin}`;
      expect(packetsById(await readStream(stub.origin, RANGE, { peers }))).toHaveProperty("1");
      expect(other.requests).toHaveLength(1);
      await expect(readStream(stub.origin, RANGE)).rejects.toMatchObject({ code: "BAD_CONFIG" });
      expect(other.requests).toHaveLength(1);
    });
  });

  it("are not followed in circles, or to what is no HTTP", async () => {
    for (const location of ["/hapi/capabilities", "ftp://127.0.0.1/", "http://[::"])
      await withStubs(
        () => ({ status: "307 x", headers: { Location: location } }),
        (stub) =>
          expect(readStream(stub.origin)).rejects.toMatchObject({
            code: location.startsWith("ftp") ? "BAD_CONFIG" : "PEER_FAILED",
          }),
      );
  });

  it.each([
    "hapi.example",
    "ftp://hapi.example",
    "https://user@hapi.example",
    "https://hapi.example/hapi",
    "https://a?b",
  ])("cannot be listed as %s", (text) => {
    expect(() => peerSettings({ HELIOSTREAM_HAPI_PEERS: text })).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", message: expect.stringContaining("HAPI_PEERS") }),
    );
  });
});

describe("a name that is listed", () => {
  const lookup = (networks: readonly string[], name: string) => {
    const hosts = new AllowedHosts({ hapiPeers: [], hapiPeerNetworks: networks });
    return promisify<string, object, unknown>((host, options, done) =>
      hosts.lookup(host, options, (error, address) => done(error, address)),
    )(name, { all: true });
  };

  it("must not lead to addresses inside", async () => {
    // The resolver gives addresses as they are.
    for (const name of [
      "127.0.0.1",
      "10.1.2.3",
      "192.168.0.1",
      "169.254.169.254",
      "::1",
      "fe80::1",
      "::ffff:10.0.0.1",
      "100.64.0.1",
    ])
      await expect(lookup([], name), name).rejects.toMatchObject({ code: "BAD_CONFIG" });
  });

  it("may lead to public ones, and to those that are listed", async () => {
    expect(await lookup([], "192.0.2.7")).toEqual([{ address: "192.0.2.7", family: 4 }]);
    expect(await lookup(["10.0.0.0/8"], "10.1.2.3")).toEqual([{ address: "10.1.2.3", family: 4 }]);
    expect(await lookup([], "localhost")).not.toEqual([]);
  });
});

describe("a wish to be left alone", () => {
  const now = Date.UTC(2021, 5, 30);

  it.each<[string | undefined, number | undefined]>([
    ["120", 120_000],
    [" 0 ", 0],
    ["Wed, 30 Jun 2021 00:01:00 GMT", 60_000],
    ["Wednesday, 30-Jun-21 00:01:00 GMT", 60_000],
    ["Tue, 29 Jun 2021 00:01:00 GMT", 0],
    ["-5", undefined],
    ["1e3", undefined],
    ["2021-06-30", undefined],
    ["99999999999", undefined],
    [undefined, undefined],
  ])("of %s is %s ms", (text, expected) => {
    expect(retryAfterMs(text, now)).toBe(expected);
  });
});
