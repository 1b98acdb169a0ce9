import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flexSite, header } from "../support/flex-site.js";
import type { RawAnswer } from "../support/raw-http.js";

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite();
});
afterAll(() => site.close());

/** What somebody might put into a request in the hope that it is run, shown or opened. */
const ATTACK = "zq7";
const attack = fc.constantFrom(
  `'; DROP TABLE ${ATTACK}; --`,
  `$(touch /tmp/${ATTACK})`,
  `\`${ATTACK}\``,
  `<script>${ATTACK}</script>`,
  `../../../etc/passwd`,
  `%00${ATTACK}`,
  `\r\nX-${ATTACK}: 1`,
  `<!DOCTYPE x [<!ENTITY y "${ATTACK}">]>&y;`,
  "__proto__",
  "constructor",
  "a".repeat(5000),
  "\u{1f31e}",
);
const element = fc.oneof(
  fc.constantFrom(
    "Demo",
    "demo",
    "Pump4",
    "basin",
    "level",
    "closed",
    "flex",
    "das2",
    "internal.json",
    "flex.json",
  ),
  fc.constantFrom("", ".", "..", "index.html", "index.json", "flex.html", "das2.d2t", ".json", "source"),
  attack,
);
const path = fc
  .record({
    first: fc.constantFrom("source", "data", "catalog.json", "root.json", "nodes.csv", "catalog"),
    rest: fc.array(element, { maxLength: 4 }),
  })
  .map(({ first, rest }) => [first, ...rest].map(encodeURIComponent).join("/").replaceAll("%2F", "/"));
const name = fc.constantFrom(
  "read.time.min",
  "read.time.max",
  "start_time",
  "end_time",
  "bin.time.max",
  "bin.stats",
  "read.opts",
  "planes",
  "format.type",
  "format.version",
  "format.serial",
  "format.delim",
  "format.secfrac",
  "format.sigdigit",
  "dft.length",
  "dft.slide",
  "__proto__",
  "toString",
);
const value = fc.oneof(
  fc.constantFrom(
    "2021-06-30",
    "2021-06-30T00:00:05",
    "60",
    "0",
    "-1",
    "1e400",
    "3",
    "2",
    "text",
    "csv",
    "das",
    "min,max",
  ),
  attack,
);
const query = fc
  .array(fc.tuple(name, value), { maxLength: 6 })
  .map((pairs) =>
    pairs.map(([key, one]) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`).join("&"),
  );

/** What no answer may hold: commands, folders, and what was asked as it could be run. */
function expectHarmless(answer: RawAnswer, target: string): void {
  const { status, headers } = answer;
  const body = answer.body.toString("utf8");
  const label = `${target} gave ${status}: ${body.slice(0, 200)}`;
  expect([200, 301, 400, 401, 404, 414, 500, 501], label).toContain(status);
  if (status === 500) expect(body, label).not.toMatch(/internal reason|INTERNAL/);
  expect(body, label).not.toMatch(/heliostream-flex-|root:x:|synthetic --|\/tmp\/(?!zq7)/);
  expect(body, label).not.toContain(`<script>${ATTACK}`);
  expect(headers.map(([given]) => given).join(" "), label).not.toContain(ATTACK);
  const type = header(answer, "Content-Type") ?? "";
  if (/\.json$/.test(target.split("?")[0] ?? "") && status >= 400)
    expect(type, label).toBe("application/json");
  if (status >= 400)
    expect(type, label).toMatch(/^(application\/json|text\/vnd\.das2\.das2stream|text\/vnd\.das\.stream)$/);
  if (type === "application/json") expect(() => JSON.parse(body), label).not.toThrow();
}

describe("whatever is asked of the path-style routes", () => {
  it("is answered in the form of its path, with a status of the table, and echoed by nothing that runs", async () => {
    await fc.assert(
      fc.asyncProperty(path, query, async (asked, words) => {
        const target = `/${asked}${words === "" ? "" : `?${words}`}`;
        expectHarmless(await site.get(target), target);
      }),
      { numRuns: 300 },
    );
  });

  it("the same for data of sources that are there", async () => {
    const data = fc.constantFrom(
      "/source/Demo/Pump4/flex",
      "/source/basin/level/flex",
      "/source/basin/level/das2",
      "/source/Demo/Third/flex",
      "/data/Demo/Pump4",
    );
    await fc.assert(
      fc.asyncProperty(data, query, async (asked, words) => {
        const target = `${asked}?${words}`;
        expectHarmless(await site.get(target), target);
      }),
      { numRuns: 200 },
    );
  });
});
