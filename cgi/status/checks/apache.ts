import { access, constants, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageRoot } from "../../../config/package-root.js";
import { type Check, fewOf } from "../finding.js";

/** Programs that Apache starts, below `dist/cgi-bin` of the package; etc/apache-cgi.conf. */
const PROGRAMS = ["server", "nph-server", "log"] as const;
const OTHERS_RUN = 0o001;
const OTHERS_READ_AND_RUN = 0o005;

/** @param folder of the programs */
export function apacheIn(folder: string): Check {
  return {
    name: "apache",
    keepMs: 60_000,
    async run() {
      const name = "Apache";
      const isBuilt = await access(folder, constants.F_OK).then(
        () => true,
        () => false,
      );
      if (!isBuilt) return [{ name, state: "off", says: "the CGI programs are not built here" }];
      const faults = [...(await programFaults(folder)), ...(await pathFaults(folder))];
      if (faults.length === 0)
        return [{ name, state: "good", says: `the CGI programs in ${folder} can be run by any user` }];
      return [
        {
          name,
          state: "worried",
          says: fewOf(faults),
          advice:
            "For CGI, let the user of Apache (www-data, apache) run them: chmod a+rx on the programs, a+x on the folders above.",
        },
      ];
    },
  };
}

/** Whether the programs for Apache can be run by another user than this one, as far as modes tell. Source: das2-server 3.2, 3.3. */
export const apache: Check = apacheIn(join(packageRoot(), "dist/cgi-bin"));

async function programFaults(folder: string): Promise<string[]> {
  const faults: string[] = [];
  for (const name of PROGRAMS) {
    const mode = await modeOf(join(folder, name));
    if (mode === undefined) faults.push(`there is no ${name} in ${folder}`);
    else if ((mode & OTHERS_READ_AND_RUN) !== OTHERS_READ_AND_RUN)
      faults.push(`${name} cannot be run by others`);
  }
  return faults;
}

/** Folders above through which others do not get. */
async function pathFaults(folder: string): Promise<string[]> {
  const faults: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const mode = await modeOf(at);
    if (mode === undefined || (mode & OTHERS_RUN) === 0) faults.push(`others do not get through ${at}`);
    if (dirname(at) === at) return faults;
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mode;
}
