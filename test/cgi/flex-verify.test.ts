import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describe as describeCommand } from "../../bin/commands/describe.js";
import { reportStream } from "../../cgi/verify/stream-report.js";
import { PUMP3, packet3 } from "../support/das3-streams.js";
import { flexSite } from "../support/flex-site.js";
import { decodeStream, packet } from "../support/run-stream.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite({ HELIOSTREAM_ENABLE_VERIFIER: "true" });
});
afterAll(() => site.close());

const post = async (body: string | FormData, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${site.url}/verify`, { method: "POST", body, headers });
  return { status: answer.status, text: await answer.text() };
};

describe("a look at a stream (das2-server 7.1)", () => {
  it("finds nothing wrong with the worked examples", async () => {
    expect(await post(PUMP_STREAM)).toEqual({
      status: 200,
      text: "das2 stream, 1 packet types, 2 data packets\nNothing is wrong with it.\n",
    });
    expect((await post(PUMP3)).text).toBe(
      "das3 stream, 1 packet types, 2 data packets\nNothing is wrong with it.\n",
    );
  });

  it("reads a das3 document, and says what is wrong with one", async () => {
    const values = '<scalar units="V" semantic="real" index="*"><packet numItems="1"/></scalar>';
    const document = (records: string) =>
      '<stream type="das-basic-doc" version="3.0"><dataset id="1" name="a" rank="1" index="*">' +
      `<coord physDim="x">${values}</coord><data physDim="y">${values}</data></dataset>${records}</stream>`;
    expect((await post(document('<d id="1">1 2</d><d id="1">3 4</d>'))).text).toBe(
      "das3 stream, 1 packet types, 2 data packets\nNothing is wrong with it.\n",
    );
    expect((await post(document('<d id="1">1</d>'))).text).toContain("ends before the last of its values");
    expect((await post("<html></html>")).text).toContain("expected <stream>");
  });

  it("takes the file of a form, and shows nothing of it as markup", async () => {
    const data = new FormData();
    const bad = `${packet("00", '<stream version="2.2"/>')}[xx]000060<exception type="a" message="&lt;script&gt;1&lt;/script&gt;"/>`;
    data.append("stream", new Blob([bad]), "a.d2s");
    const { status, text } = await post(data, { "User-Agent": "Mozilla/5.0 Firefox/128.0" });
    expect(status).toBe(200);
    expect(text).toContain("das2 stream");
    expect(text).not.toContain("<script>");
  });

  const plane = (name: string, type: string) => `<y name="${name}" type="${type}" units=""/>`;
  const stream = (planes: string) =>
    packet("00", '<stream version="2.2"/>') +
    packet("01", `<packet><x type="time24" units="UTC"/>${planes}</packet>`);

  it.each([
    [
      "two planes of one name",
      stream(plane("a", "ascii9") + plane("a", "ascii9")),
      'two planes of the name "a"',
    ],
    ["a type that few read", stream(plane("a", "little_endian_int4")), "little_endian_int4"],
    [
      "planes that clients refuse together",
      stream(`${plane("a", "ascii9")}<yscan name="b" type="ascii9" nitems="2" yUnits="" zUnits=""/>`),
      "Java clients",
    ],
    ["no data", stream(plane("a", "ascii9")), "no data packet"],
    ["an end in the middle", PUMP_STREAM.slice(0, -4), "ends inside a packet"],
    ["a length one too small", PUMP_STREAM.replace("[01]000185", "[01]000184"), "stray newline"],
    ["something else", "%PDF-1.4", "neither a das2 stream"],
    ["a das3 record of another length", `${PUMP3}|Pd|1|3|abc`, "expected 28"],
    ["a das3 exception", PUMP3 + packet3("Ex", "", '<exception type="ServerError">gone</exception>'), "gone"],
  ])("tells of %s", async (_, bytes, problem) => {
    expect((await reportStream(Buffer.from(bytes))).problems.join("\n")).toContain(problem);
  });

  it("looks at the packets alone of what das2 has no form for", async () => {
    const ragged =
      packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>') +
      packet3(
        "Hx",
        "1",
        '<dataset name="d" rank="2" index="*;*"><coord physDim="t"><scalar units="" semantic="real" index="*;*"><packet numItems="*" itemBytes="4" encoding="BEreal"/></scalar></coord></dataset>',
      ) +
      packet3("Pd", "1", "abcdefgh");
    expect(await reportStream(Buffer.from(ragged))).toMatchObject({ form: "das3", packets: 1, problems: [] });
    const cut = await reportStream(Buffer.from(`${ragged}|Pd|1|9|abc`));
    expect(cut.problems[0]).toContain("inside a packet");
    const document =
      '<stream type="das-basic-doc" version="3.0"><dataset id="1" name="d" rank="1" index="*"><coord physDim="a">' +
      '<scalar units="" semantic="string" index="*"><packet numItems="1"/></scalar></coord></dataset><d id="1">on</d></stream>';
    expect(await reportStream(Buffer.from(document))).toMatchObject({ packets: 1, problems: [] });
  });

  it("takes no more than its limit, and nothing where it is off", async () => {
    expect((await post("x".repeat(16 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await post("")).status).toBe(400);
    expect((await site.get("/verify")).status).toBe(200);
    const off = await flexSite();
    try {
      expect((await off.get("/verify")).status).toBe(404);
    } finally {
      await off.close();
    }
  });
});

describe("which bins have data (das2-server 7.2)", () => {
  it("is a stream of ones", async () => {
    const answer = await site.get(
      "/coverage/Demo/Pump4?time.min=2021-06-30&time.max=2021-06-30T00:10&resolution=60",
    );
    const { rows } = decodeStream(answer.body);
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map(({ values }) => values[1]?.[0]))).toEqual(new Set([1]));
    expect((await site.get("/coverage/Demo/Pump4?time.min=2021-06-30&time.max=2021-07-01")).status).toBe(400);
    expect(
      (await site.get("/coverage/Demo/Secret?time.min=2021-06-30&time.max=2021-07-01&resolution=60")).status,
    ).toBe(401);
  });
});

describe("heliostream describe", () => {
  const printed = async (...args: string[]) => {
    const pieces: string[] = [];
    const write = process.stdout.write;
    process.stdout.write = (text: string | Uint8Array) => pieces.push(String(text)) > 0;
    try {
      process.env.HELIOSTREAM_DSDF_ROOT = `${site.folder}/dsdf`;
      process.env.HELIOSTREAM_DATASRC_ROOT = `${site.folder}/flex`;
      await describeCommand.run(["-c", "/dev/null", ...args]);
    } finally {
      process.stdout.write = write;
      delete process.env.HELIOSTREAM_DSDF_ROOT;
      delete process.env.HELIOSTREAM_DATASRC_ROOT;
    }
    return pieces.join("");
  };

  it("prints every view, or the one that is named", async () => {
    const all = await printed("Demo/Live");
    expect(all.match(/^== .*$/gm)).toEqual(["== das2.d2t", "== flex.json", "== flexRT.json", "== node.json"]);
    expect(JSON.parse(await printed("Demo/Pump4", "flex.json"))).toMatchObject({ type: "HttpStreamSrc" });
    expect((await printed("Demo/Pump4", "das2.d2t")).startsWith("[00]")).toBe(true);
    expect(JSON.parse(await printed("basin/level", "flex.json"))).toMatchObject({
      title: "Level of the basin",
    });
    await expect(printed("Demo/Pump4", "flexRT.json")).rejects.toMatchObject({ code: "BAD_PARAMETER" });
    await expect(printed("Demo/Nothing")).rejects.toMatchObject({ code: "NO_SUCH_SOURCE" });
  });
});
