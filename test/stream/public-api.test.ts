import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import * as stream from "../../stream/index.js";

const folder = join(import.meta.dirname, "../../stream");

test("the public names of the stream library", () => {
  const names = Object.entries(stream).map(([name, value]) => `${name}: ${typeof value}`);
  expect(names.toSorted()).toMatchInlineSnapshot(`
    [
      "BatchBuilder: function",
      "DEFAULT_FILL: number",
      "DEFAULT_LIMITS: object",
      "DasError: function",
      "LE_REAL4: object",
      "LE_REAL8: object",
      "OUTCOME: object",
      "REAL4: object",
      "REAL8: object",
      "StreamParser: function",
      "addSeconds: function",
      "applyTransform: function",
      "asciiType: function",
      "booleanProperty: function",
      "calendar: function",
      "cascade: function",
      "compareTimes: function",
      "convertUnits: function",
      "das2Encoder: function",
      "datumProperty: function",
      "doubleProperty: function",
      "durationSeconds: function",
      "encodeItems: function",
      "epochUnit: function",
      "fillTest: function",
      "formatTime: function",
      "frequencyHz: function",
      "getProperty: function",
      "isDasError: function",
      "isText: function",
      "makeTime: function",
      "packetHeader: function",
      "parseInfo: function",
      "parsePacketHeader: function",
      "parseStreamHeader: function",
      "parseTime: function",
      "parseTimeRange: function",
      "planeFill: function",
      "printComment: function",
      "printException: function",
      "printPacketHeader: function",
      "printStreamHeader: function",
      "propertyText: function",
      "readColumn: function",
      "readPlane: function",
      "readStream: function",
      "readX: function",
      "readXUs2000: function",
      "timeToUs2000: function",
      "timeType: function",
      "us2000ToTime: function",
      "valueType: function",
      "withProperty: function",
      "withoutProperties: function",
      "writeValue: function",
      "xPlane: function",
      "xUnits: function",
      "yPlane: function",
      "yTagValues: function",
      "yscanPlane: function",
      "zPlane: function",
    ]
  `);
});

test("no file of the library needs Node", () => {
  for (const file of readdirSync(folder))
    expect(readFileSync(join(folder, file), "utf8"), file).not.toMatch(
      /from "node:|import\("node:|\bBuffer\.[a-z]|\bprocess\.[a-z]/,
    );
});

test("the library is bundled for a browser, and reads a stream there", async () => {
  const built = await build({
    stdin: { contents: 'export { StreamParser } from "./index.js";', resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    logLevel: "silent",
  });
  const code = built.outputFiles[0]!.text;
  expect(code).not.toMatch(/\brequire\(|node:/);
  const bundle: typeof stream = await import(
    `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
  );
  const items = new bundle.StreamParser().push(
    new TextEncoder().encode('[00]000024<stream version="2.2"/>\n'),
  );
  expect(items).toEqual([{ kind: "stream", header: { version: "2.2", properties: [] } }]);
});
