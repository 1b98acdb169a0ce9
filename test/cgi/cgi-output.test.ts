import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCgi } from "../../cgi/adapters/cgi.js";
import { isNonParsed, nonParsedOutput } from "../../cgi/adapters/cgi-output.js";
import type { Body, HeaderLine, Response } from "../../cgi/http.js";
import { parseAnswer } from "../support/raw-http.js";

const NOW = new Date(Date.UTC(2021, 5, 30, 12));

async function* pieces(...texts: (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

/** What a program named `nph-...` writes for an answer. */
async function write(
  response: { readonly status?: number; readonly headers?: readonly HeaderLine[]; readonly body: Body },
  { method = "GET", protocol = "HTTP/1.1" } = {},
): Promise<{ text: string; whole: boolean }> {
  const out = new PassThrough();
  let text = "";
  out.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1");
  });
  const answer: Response = { status: 200, headers: [], ...response };
  const whole = await runCgi(
    async () => answer,
    { REQUEST_METHOD: method, SERVER_PROTOCOL: protocol },
    out,
    new AbortController(),
    nonParsedOutput({ method, protocol, now: NOW }),
  );
  return { text, whole };
}

const HEAD = "HTTP/1.1 200 OK\r\nDate: Wed, 30 Jun 2021 12:00:00 GMT\r\n";

describe("the answer of a program that writes HTTP itself (das2-server 3.3)", () => {
  it("is in chunks where its length is not known, lengths in hexadecimal, an empty piece left out", async () => {
    const { text, whole } = await write({
      headers: [["Content-Type", "text/csv; charset=utf-8"]],
      body: pieces("a,b\n", "", "x".repeat(26)),
    });
    expect(text).toBe(
      `${HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\nContent-Type: text/csv; charset=utf-8\r\n\r\n` +
        `4\r\na,b\n\r\n1a\r\n${"x".repeat(26)}\r\n0\r\n\r\n`,
    );
    expect(whole).toBe(true);
  });

  it("has no last chunk where the body broke off", async () => {
    const { text, whole } = await write({ body: pieces("a,b\n", new Error("broken")) });
    expect(text.endsWith("\r\n\r\n4\r\na,b\n\r\n")).toBe(true);
    expect(parseAnswer(Buffer.from(text, "latin1"), "GET")).toMatchObject({
      whole: false,
      body: Buffer.from("a,b\n"),
    });
    expect(whole).toBe(false);
  });

  it("is plain where its length is known", async () => {
    const { text } = await write({ headers: [["Content-Length", "3"]], body: Buffer.from("one") });
    expect(text).toBe(`${HEAD}Connection: close\r\nContent-Length: 3\r\n\r\none`);
  });

  it("is plain for clients that know no chunks", async () => {
    for (const protocol of ["HTTP/1.0", "HTTP/2.0", ""])
      expect((await write({ body: pieces("one", "two") }, { protocol })).text).toBe(
        `${HEAD}Connection: close\r\n\r\nonetwo`,
      );
  });

  it("has no chunks where there is no body", async () => {
    expect((await write({ body: new Uint8Array(0) }, { method: "HEAD" })).text).toBe(
      `${HEAD}Connection: close\r\n\r\n`,
    );
    for (const [status, reason] of [
      [204, "No Content"],
      [304, "Not Modified"],
    ] as const)
      expect((await write({ status, body: new Uint8Array(0) })).text).toBe(
        `${HEAD.replace("200 OK", `${status} ${reason}`)}Connection: close\r\n\r\n`,
      );
  });

  it("has chunks for a whole body that does not say its length", async () => {
    const { text } = await write({ status: 500, body: Buffer.from("lost") });
    expect(text).toContain("Transfer-Encoding: chunked");
    expect(text.endsWith("\r\n\r\n4\r\nlost\r\n0\r\n\r\n")).toBe(true);
  });

  it.each([
    ["/opt/heliostream/dist/cgi-bin/nph-server", true],
    ["nph-", true],
    ["/opt/heliostream/dist/cgi-bin/server", false],
    ["/opt/nph-programs/server", false],
    ["", false],
  ])("is known by the name of the program: %j %s", (program, expected) => {
    expect(isNonParsed(program)).toBe(expected);
  });
});
