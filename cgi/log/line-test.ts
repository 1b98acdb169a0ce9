import { isAscii } from "node:buffer";
import { isProblem, type LogFilter } from "./filter.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";

/** Lines that begin and go on so were written by this server: their fields stand as `JSON.stringify` writes them. */
const OUR_BEGIN = '{"id":"';
const OUTCOME = '"outcome":"';
const DURATION = Buffer.from('"durationMs":');
/** Digits of a number. */
const MOST_DIGITS = 24;
/** Text that stands in a line as it is, whatever is around it. */
const PLAIN = /^[ !#-[\]-~]+$/;
/** Text that is looked for in a record, and stands in no line. */
const NOT_IN_LINES = CACHE_RESULTS.map((result) => `cache ${result}`);

type Test = (line: Buffer) => boolean;

function outcomeTest({ outcome }: LogFilter): Test[] {
  if (outcome === "any") return [];
  const wanted = OUTCOMES.filter((one) => (outcome === "problems" ? isProblem(one) : one === outcome));
  const needles = wanted.map((one) => Buffer.from(`${OUTCOME}${one}"`));
  return [(line) => needles.some((needle) => line.includes(needle))];
}

function durationTest({ slower, faster }: LogFilter): Test[] {
  if (slower === undefined && faster === undefined) return [];
  const isWanted = (ms: number) =>
    Number.isNaN(ms) || ((slower === undefined || ms >= slower) && (faster === undefined || ms <= faster));
  return [
    (line) => {
      // Not only the first: a line that was cut off may stand before.
      for (let at = line.indexOf(DURATION); at >= 0; at = line.indexOf(DURATION, at + 1)) {
        const from = at + DURATION.length;
        if (isWanted(Number.parseFloat(line.toString("latin1", from, from + MOST_DIGITS)))) return true;
      }
      // Without the field it is zero.
      return isWanted(0);
    },
  ];
}

/** A text without case, in lines of which each byte is what it stands for; others are not judged. */
function textTest(text: string): Test[] {
  const wanted = text.toLowerCase();
  if (!PLAIN.test(wanted) || NOT_IN_LINES.some((one) => one.includes(wanted))) return [];
  const needle = Buffer.from(wanted, "latin1");
  return [
    (line) =>
      line.includes(needle) ||
      !isAscii(line) ||
      line.includes("\\u") ||
      line.includes("\\/") ||
      line.toString("latin1").toLowerCase().includes(wanted),
  ];
}

/**
 * A test of lines by their bytes: where it fails, there is no record in the line that the filter wants. Most lines of a busy day need
 * not be parsed for it. Lines that this server has not written pass.
 */
export function lineTest(filter: LogFilter): Test {
  const { client, id, status, cache } = filter;
  const needles = [
    ...(client === undefined ? [] : [client]),
    ...(id === undefined ? [] : [JSON.stringify(id)]),
    ...(cache === undefined ? [] : [`"result":"${cache}"`]),
    ...(status === undefined || status.endsWith("xx") || Number(status) === 0
      ? []
      : [`"status":${Number(status)}`]),
  ].map((text) => Buffer.from(text));
  const tests: Test[] = [
    ...needles.map((needle) => (line: Buffer) => line.includes(needle)),
    ...outcomeTest(filter),
    ...durationTest(filter),
    ...textTest(filter.source),
    ...textTest(filter.text),
  ];
  if (tests.length === 0) return () => true;
  return (line) =>
    tests.every((test) => test(line)) ||
    !line.includes(OUTCOME) ||
    line.toString("latin1", 0, OUR_BEGIN.length) !== OUR_BEGIN;
}
