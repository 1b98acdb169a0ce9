/** Sections of an INI file with their keys (lower case); later keys and sections win or add. */
export type IniFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads an INI file: `[section]`, `key = value` or `key: value`, `#` and `;` at the begin of a line for comments; a line that
 * begins with a blank continues the value above, joined by a newline. Lines that are none of these are skipped.
 * Source: das2-server 2.4.
 */
export function parseIni(text: string): IniFile {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const previous = key === undefined ? undefined : section?.get(key);
    if (/^\s/.test(line) && key !== undefined && previous !== undefined) {
      section?.set(key, previous === "" ? line.trim() : `${previous}\n${line.trim()}`);
      continue;
    }
    const head = /^\[(.+)\]\s*$/.exec(line);
    if (head?.[1] !== undefined) {
      const name = head[1].trim();
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
      continue;
    }
    const pair = /^([^=:]+)[=:](.*)$/.exec(line);
    if (section === undefined || pair?.[1] === undefined) continue;
    key = pair[1].trim().toLowerCase();
    section.set(key, (pair[2] ?? "").trim());
  }
  return sections;
}
