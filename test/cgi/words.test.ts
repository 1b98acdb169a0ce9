import { describe, expect, it } from "vitest";
import { isBrowser } from "../../cgi/browser.js";
import { clientAddress } from "../../cgi/client-address.js";
import { dataFileName } from "../../cgi/data/file-name.js";
import { outputType } from "../../cgi/data/output-type.js";
import { exceptionStream } from "../../cgi/error-response.js";
import { parseIni } from "../../cgi/ini.js";
import { isSamePlace, siblingUrl } from "../../cgi/own-url.js";
import { networkTest } from "../../config/networks.js";
import { escapeMarkup, inAscii } from "../../stream/xml-text.js";

describe("browsers (das2-server 1.4)", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", true],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
      true,
    ],
    ["Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)", true],
    ["Autoplot-20240101 Java/1.8.0_292", false],
    ["Mozilla/5.0 (Autoplot) Chrome/1", false],
    ["Java/1.8.0_292", false],
    ["libdas2/2.3", false],
    ["curl/8.0 (firefox)", false],
    ["python-requests/2 chrome", false],
    ["", false],
  ])("%s: %s", (agent, expected) => {
    expect(isBrowser(agent)).toBe(expected);
  });
});

describe("the address of a client (das2-server 6.3)", () => {
  const trusted = networkTest(["10.0.0.0/8", "::1"]);
  it.each([
    ["nobody trusted it", "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["the right-most that is no proxy", "10.1.1.1", "203.0.113.9, 198.51.100.7, 10.2.2.2", "198.51.100.7"],
    ["all are proxies", "10.1.1.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"],
    ["garbage ends the search", "10.1.1.1", "198.51.100.7, unknown", "10.1.1.1"],
    ["mapped IPv4 and ports", "::ffff:10.1.1.1", "[2001:db8::5]:4711", "2001:db8::5"],
    ["none sent", "::1", undefined, "::1"],
  ])("%s", (_what, peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
  });
});

describe("names of files (das2-server 3.1)", () => {
  it.each([
    ["2021-06-30T00:00:00.000Z", "2021-07-01T00:00:00.000Z", "Pump4_2021-06-30_2021-07-01.d2s"],
    ["2021-06-30T12:30", "2021-07-01", "Pump4_2021-06-30T12-30_2021-07-01.d2s"],
    ['2021-06-30"\r\nX: y', "2021/7/1", "Pump4_2021-06-30X-y_202171.d2s"],
  ])("%s to %s", (begin, end, expected) => {
    expect(dataFileName("Demo/Pump4", begin, end, "d2s")).toBe(expected);
  });

  it("has at most 100 characters and keeps its extension", () => {
    const name = dataFileName("a".repeat(300), "2021-06-30", "2021-07-01", "d2s");
    expect(name).toHaveLength(100);
    expect(name.endsWith(".d2s")).toBe(true);
  });
});

describe("content types (das2-server 3.1)", () => {
  it.each([
    ["das2", "stream", false, "application/vnd.das2.das2stream", "attachment", "d2s"],
    ["das2", "stream", true, "application/vnd.das2.das2stream", "attachment", "d2s"],
    ["das2", "text", false, "text/vnd.das2.das2stream; charset=utf-8", "inline", "d2t"],
    ["das2", "text", true, "text/plain; charset=utf-8", "inline", "d2t"],
    ["das1", "stream", false, "application/vnd.das2.das2stream", "attachment", "d2s"],
    ["qstream", "stream", false, "application/vnd.das2.qstream", "attachment", "qds"],
    ["qstream", "text", false, "text/vnd.das2.qstream; charset=utf-8", "inline", "qdst"],
    ["das3", "stream", false, "application/vnd.das.stream", "attachment", "d3b"],
    ["das3", "text", true, "text/plain; charset=utf-8", "inline", "d3t"],
    ["das2", "csv", false, "text/csv; charset=utf-8", "attachment", "csv"],
  ] as const)("%s as %s, browser %s", (form, output, browser, type, disposition, extension) => {
    expect(outputType({ form }, output, browser)).toMatchObject({
      contentType: type,
      disposition,
      extension,
    });
  });
});

describe("an error as a stream (das2-server 4.1)", () => {
  it("is a header of 24 bytes, then one exception whose length is in bytes", () => {
    const text = exceptionStream("ServerError", 'a "b" <c>\n& é').toString("latin1");
    const packet = `<exception type="ServerError" message="a 'b' &lt;c&gt;&#13;&#10;&amp; &#233;"/>\n`;
    expect(text).toBe(
      `[00]000024<stream version="2.2"/>\n[xx]${String(packet.length).padStart(6, "0")}${packet}`,
    );
    expect('<stream version="2.2"/>\n').toHaveLength(24);
  });
  it("cannot be broken by control characters or halves of characters", () => {
    const text = exceptionStream("ServerError", "a\u0000b\ud800c").toString("latin1");
    expect(text).toContain('message="a b?c"');
  });
});

describe("escaping", () => {
  it("leaves nothing that ends an attribute or opens a tag", () => {
    expect(escapeMarkup(`<a href="x" b='y'>&`)).toBe("&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
    expect(inAscii(escapeMarkup("Δ😀 \ud83d <"))).toBe("&#916;&#128512; ? &lt;");
  });
});

describe("INI files (das2-server 2.4)", () => {
  it("joins continued lines by newlines and skips comments", () => {
    const ini = parseIni(
      "# c\n[b]\nurl = https://b.example.org/x?a=b\nDescription: one\n  two\n; c\n[a]\nurl=\n",
    );
    expect([...ini.keys()]).toEqual(["b", "a"]);
    expect(ini.get("b")?.get("url")).toBe("https://b.example.org/x?a=b");
    expect(ini.get("b")?.get("description")).toBe("one\ntwo");
    expect(ini.get("a")?.get("url")).toBe("");
  });
});

describe("places of servers (das2-server 5)", () => {
  it("does not look at scheme, case of the host, default port or / at the end", () => {
    expect(isSamePlace("http://Data.Example.org:80/das/server/", "https://data.example.org/das/server")).toBe(
      true,
    );
    expect(isSamePlace("http://data.example.org:8080/das/server", "http://data.example.org/das/server")).toBe(
      false,
    );
    expect(isSamePlace("http://data.example.org/das/Server", "http://data.example.org/das/server")).toBe(
      false,
    );
  });
  it("finds the viewer beside the server", () => {
    expect(siblingUrl("/das/server", "log")).toBe("/das/log");
    expect(siblingUrl("", "log")).toBe("/log");
    expect(siblingUrl("/das/server", "https://h.example.org/l")).toBe("https://h.example.org/l");
  });
});
