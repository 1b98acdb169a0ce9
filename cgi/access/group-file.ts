import { DasError } from "../../errors/das-error.js";

/** Members of each group. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads `group:::user1,user2` lines (fields 2 and 3 are unused); empty lines and `#` comments are passed over.
 * Errors: BAD_CONFIG for a line with another number of fields, because half a file would lock people out silently.
 * Source: das2-server 6.4.
 */
export function parseGroupFile(text: string, file: string): Groups {
  const groups = new Map<string, ReadonlySet<string>>();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const fields = line.split(":");
    if (fields.length !== 4)
      throw new DasError("BAD_CONFIG", "the group file of this server is not valid", {
        file,
        line: index + 1,
        problem: `${fields.length} fields, expected 4 as in group:::user1,user2`,
      });
    const [name = "", , , members = ""] = fields;
    groups.set(
      name.trim(),
      new Set(
        members
          .split(",")
          .map((member) => member.trim())
          .filter((member) => member !== ""),
      ),
    );
  }
  return groups;
}
