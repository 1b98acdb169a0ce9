import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Request } from "../../../cgi/http.js";
import { isSet, readWords, recordSetText, wholeNumber } from "../../../cgi/jsoc/words.js";
import { isDasError } from "../../../errors/das-error.js";

const KNOWN = ["op", "ds", "key", "n", "process", "file"];

function request(
  query: string,
  form?: { readonly type: string; readonly pieces: readonly string[] },
): Request {
  return {
    id: "1",
    receivedAt: new Date(0),
    method: form === undefined ? "GET" : "POST",
    protocol: "1.1",
    scheme: "http",
    host: "localhost",
    mount: "",
    path: "/jsoc/jsoc_info",
    query,
    headers: form === undefined ? {} : { "content-type": form.type },
    peer: "127.0.0.1",
    signal: new AbortController().signal,
    ...(form === undefined ? {} : { body: bytesOf(form.pieces) }),
  };
}

async function* bytesOf(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece, "utf8");
}

const words = async (query: string) => Object.fromEntries(await readWords(request(query), KNOWN));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return isDasError(error) ? error.code : `no DasError: ${String(error)}`;
  }
  return "no error";
}

describe("parameters of the JSOC web interface (export B1, B7)", () => {
  it("the last of a repeated one counts, others than known ones are ignored whatever they hold", async () => {
    expect(await words("op=a&n=5&op=b&other=%00%zz'&__proto__=1&constructor=2")).toEqual({ op: "b", n: "5" });
    expect(await words("n=5&n=")).toEqual({});
    expect(await words("&&=x&op&ds=y")).toEqual({ ds: "y" });
  });

  it("decodes once, + is a blank, line ends pass", async () => {
    expect(await words("ds=a%5B2010.05.01%5D%2C%0Ab%2541+c")).toEqual({ ds: "a[2010.05.01],\nb%41 c" });
  });

  it("what follows process= in a name belongs to its value, as the Python client writes it", async () => {
    expect(await words("process%3Dn=4|rebin,method=boxcar,scale=0.25")).toEqual({
      process: "n=4|rebin,method=boxcar,scale=0.25",
    });
    expect(await words("process%3Dn=0")).toEqual({ process: "n=0" });
    expect(Object.fromEntries(await readWords(request("process%3Dn=4"), ["op"]))).toEqual({});
  });

  it.each(["it's", 'a "b', "'a\"b'", "\\''"])("refuses quotes that are not in pairs: %s", async (text) => {
    expect(await codeOf(words(`ds=${encodeURIComponent(text)}`))).toBe("BAD_PARAMETER");
  });

  it("takes pairs, and quotes behind a backslash, and makes both kinds one", async () => {
    expect(await words(`ds=${encodeURIComponent("x['it\\'s'][? A = \"b\" ?]")}`)).toEqual({
      ds: "x['it\\'s'][? A = \"b\" ?]",
    });
    expect(recordSetText("x['a'][? B = \"c\" ?]")).toBe('x["a"][? B = "c" ?]');
  });

  it("has limits for values, lists that are uploaded, and numbers of parameters", async () => {
    expect((await words(`ds=${"x".repeat(8192)}`)).ds).toHaveLength(8192);
    expect(await codeOf(words(`ds=${"x".repeat(8193)}`))).toBe("BAD_PARAMETER");
    expect(await codeOf(words(`file=${"x".repeat(4097)}`))).toBe("BAD_PARAMETER");
    expect(await codeOf(words("op=1&".repeat(300)))).toBe("BAD_PARAMETER");
  });

  it.each(["ds=%ff", "ds=%0", "ds=a%00b", "ds=a%1bb", "%zz=1"])(
    "refuses what cannot be read: %s",
    async (query) => {
      expect(await codeOf(words(query))).toBe("BAD_PARAMETER");
    },
  );

  it("reads a form of a body behind the query string", async () => {
    const form = {
      type: "application/x-www-form-urlencoded; charset=UTF-8",
      pieces: ["op=b&d", "s=x%20y\r\n"],
    };
    expect(Object.fromEntries(await readWords(request("op=a&n=3", form), KNOWN))).toEqual({
      op: "b",
      n: "3",
      ds: "x y",
    });
  });

  it("reads a form of parts, with an uploaded file, however it is cut", async () => {
    const boundary = "--x-7'(9)";
    const part = (head: string, body: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
    const body = `preamble\r\n${part('name="op"', "exp_request")}${part('name="other"', "'")}${part('name="process=n"', "2")}${part('name="file"; filename="../../etc/list.txt"', "a[1]\nb[2]\n")}--${boundary}--\r\nepilogue`;
    for (const size of [1, 7, body.length]) {
      const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, n) =>
        body.slice(n * size, (n + 1) * size),
      );
      const form = { type: `multipart/form-data; boundary="${boundary}"`, pieces };
      expect(Object.fromEntries(await readWords(request("", form), KNOWN))).toEqual({
        op: "exp_request",
        process: "n=2",
        file: "a[1]\nb[2]\n",
      });
    }
  });

  it.each([
    ["application/json", "{}"],
    ["multipart/form-data", "--x\r\n"],
    ["multipart/form-data; boundary=x", "no parts"],
    ["multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="op"\r\n\r\nno end'],
    ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--"],
    [
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="op"\r\n\r\n\x00\r\n--x--',
    ],
  ])("refuses a body that is no form: %s %s", async (type, text) => {
    expect(await codeOf(readWords(request("", { type, pieces: [text] }), KNOWN))).toBe("BAD_PARAMETER");
  });

  it("reads no body beyond its limit", async () => {
    let read = 0;
    const endless = (async function* () {
      for (;;) {
        read += 10_000;
        yield Buffer.alloc(10_000, "a");
      }
    })();
    const form = { ...request("", { type: "application/x-www-form-urlencoded", pieces: [] }), body: endless };
    expect(await codeOf(readWords(form, KNOWN))).toBe("BODY_TOO_LONG");
    expect(read).toBeLessThan(100_000);
    const told = { ...form, headers: { ...form.headers, "content-length": "1000000" } };
    expect(await codeOf(readWords(told, KNOWN))).toBe("BODY_TOO_LONG");
  });

  it("gives back what a client encoded, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), async (text) => {
        const clean = text.replaceAll(/[\p{C}'"\\\uFFFD]/gu, "");
        fc.pre(clean !== "");
        const query = new URLSearchParams({ ds: clean }).toString();
        expect(await words(query)).toEqual({ ds: clean });
      }),
    );
  });

  it("reads flags and whole numbers", async () => {
    const given = new Map(Object.entries({ a: "1", b: "0", c: "-00", d: "yes", n: " -12", m: "1.5" }));
    expect(["a", "b", "c", "d", "e"].map((name) => isSet(given, name))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    expect([wholeNumber(given, "n"), wholeNumber(given, "absent")]).toEqual([-12, 0]);
    expect(() => wholeNumber(given, "m")).toThrow("m=1.5, expected a whole number");
  });
});
