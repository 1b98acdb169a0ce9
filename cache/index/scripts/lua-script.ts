/** A command of Redis made of others, done in one step. Its doc comment says what KEYS, ARGV and the reply are. */
export interface LuaScript {
  readonly name: string;
  readonly text: string;
}

/** A script from its parts: functions that several have in common, then its own lines. */
export function luaScript(name: string, ...parts: readonly string[]): LuaScript {
  return { name, text: parts.join("\n") };
}
