import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Bytes of the head of an ELF file of 64 bits; of 32 bits it has 52. */
const ELF_HEAD_BYTES = 64;

/**
 * What keeps a file from being started as a program; `undefined` where nothing does, also where there is no such file or it may
 * not be read: the start itself tells of that.
 *
 * A file that the system refuses as no program would be handed to `/bin/sh` by the C library: no shell shall run what does not ask
 * for one by `#!`.
 *
 * @param command as in an argument vector: a path, or a name that is looked for in the folders of `path`
 * @param cwd the folder in which relative paths begin
 * Source: das2-server 13.3.
 */
export function whyNotStartable(command: string, path: string | undefined, cwd: string): string | undefined {
  const file = findFile(command, path ?? "/usr/local/bin:/bin:/usr/bin", cwd);
  const found = file === undefined ? undefined : readHead(file);
  if (found === undefined) return undefined;
  const { head, size } = found;
  if (head.toString("latin1", 0, 2) === "#!") return undefined;
  if (head.toString("latin1", 0, 4) === "\x7fELF") return whyNotElf(head, size);
  if (process.platform === "darwin" && MACH_O.has(head.toString("hex", 0, 4))) return undefined;
  return "it begins neither with #! nor as a program of this system";
}

/** The first bytes of programs of macOS: 32 and 64 bits, and several kinds in one file. */
const MACH_O = new Set(["feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe"]);

/** The file that would be started: the first that may be. */
function findFile(command: string, path: string, cwd: string): string | undefined {
  const candidates = command.includes("/")
    ? [command.startsWith("/") ? command : join(cwd, command)]
    : path.split(delimiter).map((folder) => join(resolveFrom(cwd, folder), command));
  return candidates.find(mayBeStarted);
}

/** An empty entry of a path is the working folder. */
function resolveFrom(cwd: string, folder: string): string {
  return folder.startsWith("/") ? folder : join(cwd, folder);
}

function mayBeStarted(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first bytes of a file and its length; `undefined` where it may not be read, and so by no shell either. */
function readHead(file: string): { head: Buffer; size: number } | undefined {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch {
    return undefined;
  }
  try {
    const head = Buffer.alloc(ELF_HEAD_BYTES);
    const length = readSync(fd, head, 0, ELF_HEAD_BYTES, 0);
    return { head: head.subarray(0, length), size: fstatSync(fd).size };
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Kinds of machine that can run programs of an older kind as well: x86-64 those of i386, ARM of 64 bits those of 32. */
const RUNS_ALSO: Readonly<Record<number, number>> = { 62: 3, 183: 40 };

/** The kind of machine that Node was made for; `undefined` where it is no ELF file. */
let ownMachine: number | undefined;

/** What the system looks at before it takes an ELF file for a program; elf(5). */
function whyNotElf(head: Buffer, size: number): string | undefined {
  const broken = "it begins as a program of this system but is cut off or broken";
  const is64 = head[4] === 2;
  const little = head[5] !== 2;
  if (head.length < (is64 ? ELF_HEAD_BYTES : 52)) return broken;
  const u16 = (at: number): number => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const u32 = (at: number): number => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const machine = u16(18);
  ownMachine ??= machineOf(process.execPath);
  if (ownMachine !== undefined && machine !== ownMachine && machine !== RUNS_ALSO[ownMachine])
    return `it is a program for another kind of machine (${machine}, this is ${ownMachine})`;
  const [table, entry, entries] = is64 ? [u32(32), u16(54), u16(56)] : [u32(28), u16(42), u16(44)];
  const type = u16(16);
  const sound = (type === 2 || type === 3) && entry === (is64 ? 56 : 32) && entries > 0;
  return sound && table + entry * entries <= size ? undefined : broken;
}

function machineOf(file: string): number | undefined {
  const head = readHead(file)?.head;
  if (head === undefined || head.length < 20 || head.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  return head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
}
