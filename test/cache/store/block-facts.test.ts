import { expect, test } from "vitest";
import { BlockFacts } from "../../../cache/store/block-facts.js";
import { StreamParser } from "../../../stream/stream-parser.js";
import { packet } from "../../support/run-stream.js";

const HEADERS =
  packet("00", '<stream version="2.2"/>\n') +
  ["01", "02"]
    .map((id) =>
      packet(id, '<packet><x type="ascii10" units="us2000"/><y type="ascii9" units="V"/></packet>\n'),
    )
    .join("");

/** What is gathered from headers and what follows them. */
function factsOf(body: string) {
  const parser = new StreamParser();
  const facts = new BlockFacts();
  const bytes = Buffer.from(HEADERS + body);
  for (const item of [...parser.push(bytes), ...parser.end()]) facts.push(item);
  return facts.finish(bytes.length, HEADERS.length);
}

const at = (id: number, x: number) => `:0${id}:${String(x).padStart(9)}      1.5\n`;

test("ids of which each ascends make a flat block, from the least to the greatest position of all", () => {
  expect(factsOf(at(1, 20) + at(2, 10) + at(1, 30) + at(2, 10) + at(2, 25))).toEqual({
    records: 5,
    headerBytes: HEADERS.length,
    flat: true,
    x: { first: 10, last: 30 },
  });
});

test("one id that goes back makes none, and there is no range", () => {
  expect(factsOf(at(1, 20) + at(2, 10) + at(1, 19))).toEqual({
    records: 3,
    headerBytes: HEADERS.length,
    flat: false,
  });
});

test("a header after the first record makes none, but has a range", () => {
  const again = packet(
    "02",
    '<packet><x type="ascii10" units="us2000"/><y type="ascii9" units="V"/></packet>\n',
  );
  expect(factsOf(at(1, 20) + again + at(2, 30))).toMatchObject({ flat: false, x: { first: 20, last: 30 } });
});

test("a position that is no number makes none", () => {
  expect(factsOf(at(1, 20) + at(1, Number.NaN))).toEqual({
    records: 2,
    headerBytes: HEADERS.length,
    flat: false,
  });
});
