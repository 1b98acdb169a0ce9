import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { DasError } from "../../errors/das-error.js";

/** What programs need to find a session server. */
export type SessionEnvironment = Readonly<
  Record<"DRMS_HOST" | "DRMS_PORT" | "DRMS_PID" | "DRMSSESSION" | "DRMS_TOKEN", string>
>;

/** The variables of a server. */
export function sessionEnvironment(
  host: string,
  port: number,
  pid: number,
  token: string,
): SessionEnvironment {
  return {
    DRMS_HOST: host,
    DRMS_PORT: String(port),
    DRMS_PID: String(pid),
    DRMSSESSION: `${host}:${port}`,
    DRMS_TOKEN: token,
  };
}

/**
 * Writes the variables for a shell to source. The file is there whole or not at all, and readable for its owner alone, since it holds
 * the token.
 *
 * Errors: USAGE where it cannot be written. Source: netdrms 7.4.
 */
export function writeEnvironmentFile(path: string, environment: SessionEnvironment): void {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const file = openSync(aside, "wx", 0o600);
    try {
      writeSync(file, lines.join(""));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    removeEnvironmentFile(aside);
    throw new DasError("USAGE", "The environment file of the session cannot be written", { path }, error);
  }
}

/** Removes the file, which may be gone already. */
export function removeEnvironmentFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there, or not ours to remove: nothing that a program could do about it.
  }
}

const LINE = /^export ([A-Z_]+)='([^']*)'$/;

/** The variables that a file gives; `undefined` where it is not of this form. Source: netdrms 7.4. */
export function parseEnvironmentFile(text: string): SessionEnvironment | undefined {
  const found = new Map(
    text.split("\n").map((line): [string, string] => {
      const [, name = "", value = ""] = LINE.exec(line) ?? [];
      return [name, value];
    }),
  );
  const get = (name: keyof SessionEnvironment): string => found.get(name) ?? "";
  const environment = sessionEnvironment(
    get("DRMS_HOST"),
    Number(get("DRMS_PORT")),
    Number(get("DRMS_PID")),
    get("DRMS_TOKEN"),
  );
  return Object.values(environment).every((value) => value !== "" && value !== "0" && value !== "NaN")
    ? environment
    : undefined;
}
