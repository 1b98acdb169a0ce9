import { describe, expect, it } from "vitest";
import { asctime, compatibleFile, compatibleText, durationText } from "../../cgi/log/compatible-log.js";
import { logRecord } from "../support/log-records.js";

/** The expression by which the viewer of das2-pyserver finds day, time, year, process and text. */
const INCUMBENT =
  /^\[((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d) (\d\d:\d\d:\d\d) (\d{4}) (\d+)\s+\d+\](.+)$/;

describe("the text log of older servers", () => {
  const time = "2021-06-09T10:15:30.250Z";
  const local = asctime(new Date(time));

  it("has their lines in their order", () => {
    const text = compatibleText(logRecord({ time, fileName: "pump.d2s", stderr: ["rd: late\n\n  frame"] }));
    const lines = text.trimEnd().split("\n");
    const parts = lines.map((line) => INCUMBENT.exec(line));
    expect(parts.every((part) => part !== null && `${part[1]} ${part[2]} ${part[3]}` === local)).toBe(true);
    expect(parts.map((part) => Number(part?.[4]))).toEqual(lines.map(() => 4711));
    expect(lines[0]).toBe(`[${local} 4711    0] Input`);
    expect(parts.map((part) => part?.[5]?.slice(1))).toEqual([
      "Input",
      "   Request URL: http://data.example.org/das/server?server=dataset&dataset=Demo/Pump4",
      "   On Host: data.example.org",
      "   For Program: /das/server",
      "   For Path: ",
      "   Parameters: server=dataset&dataset=Demo/Pump4",
      "   User Agent: Autoplot",
      "Routing",
      "Das 2.3 Dataset Handler",
      expect.stringMatching(/^ {3}Exec Host: ./),
      "   Exec Cmd: rd 1",
      "   Filename: pump.d2s",
      "rd: late",
      "  frame",
      "Query handled without error in 12.3 milliseconds.",
    ]);
  });

  it("ends with a status that is not 0 for whatever went wrong", () => {
    const end = (more: Parameters<typeof logRecord>[0]) => compatibleText(logRecord(more)).trimEnd();
    expect(end({ outcome: "failed", code: "READER_FAILED", reason: "x" })).toMatch(
      /\] Error handling query, return value = 100$/,
    );
    expect(end({ outcome: "cancelled", code: "CANCELLED" })).toMatch(/return value = 1$/);
    expect(end({ outcome: "refused", code: "toString" })).toMatch(/return value = 1$/);
    expect(end({ outcome: "no data" })).toMatch(/Query handled without error in 12\.3 milliseconds\.$/);
  });

  it("cannot be given lines by what a client sends", () => {
    const text = compatibleText(
      logRecord({ time, userAgent: `x\n[${local} 1    0] Input\u001b[2J`, target: "/das/server?a=\r\nb" }),
    );
    for (const line of text.trimEnd().split("\n")) expect(line.startsWith(`[${local} 4711 `)).toBe(true);
    expect(text).not.toContain("\u001b");
  });

  // Below a millisecond it is microseconds that are called so.
  it.each([
    [0.0123, "12.3 nanoseconds"],
    [12.34, "12.3 milliseconds"],
    [1000, "1.0 seconds"],
    [119_900, "119.9 seconds"],
    [180_000, "3.00 minutes"],
  ])("%s ms is %j", (ms, expected) => {
    expect(durationText(ms)).toBe(expected);
  });

  it("writes dates as C does", () => {
    expect(asctime(new Date(2021, 5, 9, 1, 2, 3))).toBe("Wed Jun  9 01:02:03 2021");
    expect(asctime(new Date(2024, 11, 25, 23, 59, 59))).toBe("Wed Dec 25 23:59:59 2024");
  });

  it.each([
    ["203.0.113.9", "das2.203.0.113.9_1.log"],
    ["2001:db8::7", "das2.2001_db8__7_1.log"],
    ["../../etc/passwd", "das2.....ecad_1.log"],
    ["", "das2.0.0.0.0_1.log"],
  ])("names the file of %j", (client, name) => {
    // 2021-06-30 is day 18808; 18808 mod 3 = 1.
    expect(compatibleFile("/log", logRecord({ client }))).toBe(`/log/${name}`);
  });
});
