import { spawn } from "node:child_process";

/** A network folder may hang for as long as its host is away. */
const LIMIT_MS = 2000;

/** How {@link pathAsker} asks. */
export interface PathAskerOptions {
  /** Run with the path as its last argument, in the place of `test -d`. */
  readonly program?: readonly [string, ...string[]];
  readonly limitMs?: number;
}

/** Asks whether anything is told of a path in time, be it that nothing is there. */
export type AskPath = (path: string) => Promise<boolean>;

/**
 * Asks by a process of its own: a call on a network folder whose host is away may hang where no signal ends it, and four of those would stop
 * everything that Node does with files. While one hangs, its path is not asked again, and counts as silent.
 */
export function pathAsker({ program = ["test", "-d"], limitMs = LIMIT_MS }: PathAskerOptions = {}): AskPath {
  const running = new Map<string, Promise<boolean>>();
  const silent = new Set<string>();
  return (path) => {
    if (silent.has(path)) return Promise.resolve(false);
    const known = running.get(path);
    if (known !== undefined) return known;
    const [name, ...words] = program;
    const answer = new Promise<boolean>((resolve) => {
      const child = spawn(name, [...words, path], {
        cwd: "/",
        env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
        stdio: "ignore",
      });
      const timer = setTimeout(() => {
        silent.add(path);
        child.kill("SIGKILL");
        child.unref();
        resolve(false);
      }, limitMs);
      const over = (): void => {
        clearTimeout(timer);
        silent.delete(path);
        resolve(true);
      };
      // Where there is no such program nobody can be asked, and the way is free.
      child.once("exit", over).once("error", over);
    }).finally(() => running.delete(path));
    running.set(path, answer);
    return answer;
  };
}
