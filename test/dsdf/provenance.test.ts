import { describe, expect, it } from "vitest";
import { parseCommand } from "../../dsdf/command.js";
import { dataSource } from "../../dsdf/load.js";
import { provenanceOf, withProvenance } from "../../dsdf/provenance.js";
import type { PipelineTools } from "../../dsdf/tools.js";

const NAMES = {
  version: "9.8.7",
  isShipped: (name: string) => name.startsWith("das2_") || name === "random",
};
const TOOLS: PipelineTools = { d2sReducer: parseCommand("das2_bin_avgsec"), psd: parseCommand("das2_psd") };

function told(lines: string, binSeconds?: number, query: Parameters<typeof provenanceOf>[1] = {}) {
  const text = new TextEncoder().encode(`description = 'x'\n${lines}\n`);
  const source = dataSource("Lab/Demo", "/srv/secret/Demo.dsdf", text, { substitutions: new Map() });
  return provenanceOf(source, query, TOOLS, binSeconds, NAMES);
}

describe("what an answer says of how it was made", () => {
  it("names the program that ships with its version, without its arguments", () => {
    expect(told("das2Stream = 1\nreader = 'random -s 7 secret=xyzzy'")).toEqual({
      server: "heliostream 9.8.7",
      source: "Lab/Demo",
      reader: "random 9.8.7",
    });
  });

  it("names programs of the site without folder, arguments or version", () => {
    const { reader } = told(
      "das2Stream = 1\nreader = '/opt/secret/bin/read-it -p hunter2 | /opt/secret/calibrate'",
    );
    expect(reader).toBe("read-it | calibrate");
  });

  it("takes a path for another program than the one that ships under its name", () => {
    expect(told("das2Stream = 1\nreader = '/usr/local/bin/random'").reader).toBe("random");
  });

  it("names the reducer where the answer has bins", () => {
    const lines = "das2Stream = 1\nreader = 'random'";
    expect(told(lines, 60).reducer).toBe("das2_bin_avgsec 9.8.7");
    expect(told(lines)).not.toHaveProperty("reducer");
    expect(told(`${lines}\nreducer = '/opt/my-bins -x'`, 60).reducer).toBe("my-bins");
  });

  it("names no reducer where the reader makes the bins", () => {
    expect(told("das2Stream = 1\nreader = 'random'\nrequiresInterval = 1", 60)).not.toHaveProperty("reducer");
    expect(told("das2Stream = 1\nreader = 'random'\nreducer = 'not_reducible'", 60)).not.toHaveProperty(
      "reducer",
    );
  });

  it("names the filter that makes spectra", () => {
    const { filter } = told("das2Stream = 1\nreader = 'random'", undefined, {
      spectrum: { length: 512, slide: 2 },
    });
    expect(filter).toBe("das2_psd 9.8.7");
  });

  it("stands behind the other properties of a stream, which stay as they are", () => {
    const header = {
      version: "2.2",
      properties: [
        { name: "title", type: "String", value: "T" },
        { name: "provReader", type: "String", value: "what the reader claims" },
      ],
    } as const;
    const { properties } = withProvenance(header, told("das2Stream = 1\nreader = 'random'", 60));
    expect(properties.map(({ name, type, value }) => `${type}:${name}=${value}`)).toEqual([
      "String:title=T",
      "String:provReader=random 9.8.7",
      "String:provServer=heliostream 9.8.7",
      "String:provSource=Lab/Demo",
      "String:provReducer=das2_bin_avgsec 9.8.7",
    ]);
  });
});
