import type { KeyDescriptor } from "./key-types.js";
import { KEY_SECTIONS } from "./keys.js";

const EXAMPLE_HEAD = `# Configuration of a Heliostream server.
#
# Lines are "key = value"; # starts a comment, except inside quotes. Every setting has a default, shown here behind
# its name, so a file may be as short as one line. Relative paths count from the folder of this file; the defaults
# shown as relative paths count from the installed package. A variable HELIOSTREAM_<key> of the environment wins over
# this file. A das2server.conf of das2-pyserver is read as it is.
`;

/** The example configuration file: every setting with its meaning, all commented out. */
export function exampleConfig(): string {
  let text = EXAMPLE_HEAD;
  for (const { title, keys } of KEY_SECTIONS) {
    text += `\n\n# ---- ${title} ${"-".repeat(Math.max(0, 70 - title.length))}\n`;
    if (keys.every((row) => row.inert === true)) {
      text += "# Settings of older servers; accepted, but nothing here uses them yet.\n";
      for (const line of wrap(keys.map((row) => row.key).join(", "), 108)) text += `#   ${line}\n`;
      continue;
    }
    for (const row of keys) text += exampleEntry(row);
  }
  return text;
}

function exampleEntry(row: KeyDescriptor): string {
  const notes = [row.help];
  if (row.aliases !== undefined) notes.push(`Also spelled ${row.aliases.join(", ")}.`);
  if (row.unit !== undefined) notes.push(`Unit: ${row.unit}.`);
  if (row.env !== undefined) notes.push(`The variable ${row.env} wins.`);
  const comment = wrap(notes.join(" "), 108).map((line) => `# ${line}\n`);
  return `\n${comment.join("")}#${row.key} = ${row.default}`.trimEnd().concat("\n");
}

/** The reference page of the configuration, Markdown. */
export function configurationPage(): string {
  let text = `# Configuration

The server reads one file of \`key = value\` lines: the one given on the command line, else the one that the variable
\`HELIOSTREAM_CONFIG\` names, else \`etc/das2server.conf\` of the installed package, else none. A file of das2-pyserver
is read as it is. A template with all settings is \`etc/das2server.conf.example\`.

- \`#\` starts a comment, except inside quotes. Blanks and one pair of quotes around a value are removed.
- An empty value is allowed. For a number, a switch or a folder that must exist it means the default.
- Relative paths count from the folder of the file. In variables they count from the working directory.
- A variable \`HELIOSTREAM_<key>\` of the environment wins over the file, so secrets need not stand in it.
- Unknown keys are named once at start, with the nearest known key. \`HANDLE_...\` and \`TASK_...\` are ignored with a warning.
- A wrong value stops the start with the line, the key and what was expected.
- Settings marked **$** may be used in definitions as \`$(KEY)\`; \`DSDF_SUBSTITUTE\` adds others, also own ones.

Types: *flag* is \`true\` or \`false\` (\`1 yes on\`, \`0 no off\` as well); *bytes* takes \`k\`, \`M\`, \`G\` for powers of 1024;
*paths* have \`:\` between them, *roots* \`;\`; *words* and *networks* blanks or commas; a network is an address, a CIDR block
or \`*\`; *postgres* is the address of a database. It may hold a password, so its value is never shown, neither in messages nor by
\`server=debug\`.
`;
  for (const { title, keys } of KEY_SECTIONS) {
    text += `\n## ${title}\n\n| key | type | default | meaning |\n|---|---|---|---|\n`;
    for (const row of keys) text += pageRow(row);
  }
  return text;
}

function pageRow(row: KeyDescriptor): string {
  const names = [row.key, ...(row.aliases ?? [])].map((name) => `\`${name}\``).join(", ");
  const unit = row.unit === undefined || row.unit === row.type ? "" : `, ${row.unit}`;
  const bounds = row.min !== undefined && row.max !== undefined ? `, ${row.min} to ${row.max}` : "";
  const fallback = row.default === "" ? "none" : `\`${row.default}\``;
  const variable = row.env === undefined ? "" : ` The variable \`${row.env}\` wins.`;
  const dollar = row.substitutable === true ? " **$**" : "";
  return `| ${names}${dollar} | ${row.type}${unit}${bounds} | ${fallback} | ${row.help.replaceAll("|", "\\|")}${variable} |\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
