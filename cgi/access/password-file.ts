/** Users and the hashes of their passwords, in the order of the file. Source: das2-server 6.4. */
export type PasswordEntries = ReadonlyMap<string, string>;

/** Reads `user:HASH` lines; empty lines, `#` comments and lines without `:` are passed over, further fields are ignored. */
export function parsePasswordFile(text: string): PasswordEntries {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [user = "", hash] = line.trim().split(":");
    if (user !== "" && !user.startsWith("#") && hash !== undefined && hash !== "") entries.set(user, hash);
  }
  return entries;
}

/**
 * The text of a password file with one user set (`hash`) or deleted (`undefined`); every other line stays as it is, in its
 * place. Source: das2-server 19, `das2_srv_passwd`.
 */
export function editPasswordFile(text: string, user: string, hash: string | undefined): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const kept: string[] = [];
  let written = false;
  for (const line of lines) {
    if (line.trim().split(":")[0] !== user) kept.push(line);
    else if (hash !== undefined && !written) {
      kept.push(`${user}:${hash}`);
      written = true;
    }
  }
  if (hash !== undefined && !written) kept.push(`${user}:${hash}`);
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

/** Why `user` cannot stand in a password file, or `undefined` when it can. */
export function userNameProblem(user: string): string | undefined {
  return /^[^\s:#\p{Cc}][^:\p{Cc}]{0,254}$/u.test(user)
    ? undefined
    : `user "${user.slice(0, 40)}" must have 1 to 255 characters, no ":" and no control characters, and not begin with "#" or a blank`;
}
