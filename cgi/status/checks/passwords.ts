import { readFile, stat } from "node:fs/promises";
import { describeProblem } from "../../../config/problem.js";
import { DasError } from "../../../errors/das-error.js";
import { parseGroupFile } from "../../access/group-file.js";
import { passwordWarnings } from "../../start-warnings.js";
import { type Check, type Finding, fewOf } from "../finding.js";

/** Others of the host may read, or write. */
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o022;

/** Password and group file: readable for the server alone, entries that can be checked. Source: das2-server 6.4. */
export const passwords: Check = {
  name: "passwords",
  keepMs: 60_000,
  async run({ config }) {
    const { userPasswd, userGroup, drmsPasswordFile } = config;
    const warnings = await passwordWarnings(config);
    const findings: Finding[] = [];
    if (warnings.length > 0)
      findings.push({
        name: "Passwords",
        state: warnings.some((text) => text.startsWith("USER_PASSWD:")) ? "bad" : "worried",
        says: fewOf(warnings),
        advice:
          "Name a password file in USER_PASSWD that the server can read, and set passwords with heliostream passwd.",
      });
    for (const [key, file] of [
      ["USER_PASSWD", userPasswd],
      ["USER_GROUP", userGroup],
      ["DRMS_PASSWORD_FILE", drmsPasswordFile],
    ] as const)
      if (file !== undefined) findings.push(await fileState(key, file));
    return findings.length > 0
      ? findings
      : [
          {
            name: "Passwords",
            state: "off",
            says: "no source asks for a login, and there is no password file",
          },
        ];
  },
};

async function fileState(name: string, file: string): Promise<Finding> {
  try {
    const { mode } = await stat(file);
    const text = await readFile(file, "utf8");
    if (name === "USER_GROUP") parseGroupFile(text, file);
    if ((mode & OTHERS_WRITE) !== 0 || (mode & OTHERS_READ) !== 0)
      return {
        name,
        state: "worried",
        says: `others on this host may ${(mode & OTHERS_WRITE) !== 0 ? "write" : "read"} ${file}`,
        advice: `chmod 640 ${file}, with the group of the server (chgrp).`,
      };
    return { name, state: "good", says: `${file} is read, and not by everybody` };
  } catch (error) {
    const why = error instanceof DasError ? describeProblem(error) : `${file}: it cannot be read`;
    return {
      name,
      state: "bad",
      says: why,
      advice:
        error instanceof DasError
          ? "Write its lines as group:::user1,user2."
          : "Let the user of the server read it (chgrp, chmod 640).",
    };
  }
}
