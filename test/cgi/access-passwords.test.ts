import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { basicCredentials } from "../../cgi/access/credentials.js";
import { Login } from "../../cgi/access/login.js";
import { LoginDelay } from "../../cgi/access/login-delay.js";
import { editPasswordFile, parsePasswordFile, userNameProblem } from "../../cgi/access/password-file.js";
import { hashForm, matchesHash, newHash } from "../../cgi/access/password-hash.js";
import type { DasError } from "../../errors/das-error.js";

const PASSWORD = "päss:word";

// Made by other programs; the command is beside each.
const HASHES = {
  // openssl passwd -6 -salt saltsalt PASSWORD
  sha512:
    "$6$saltsalt$nm/66cYI8DduPYmnXNHJMtz7aP9MRpmGtJPPYj9jj5cN.2xBjvLwtcIQW29sO9PFUnAquQ/J8aBIUeOwNL1t41",
  // openssl passwd -5 -salt saltsalt PASSWORD
  sha256: "$5$saltsalt$tzfXvrkNeeR06eQvlr0QvLWxzMj.wDewnK7HMZG36O1",
  // openssl passwd -apr1 -salt saltsalt PASSWORD
  apr1: "$apr1$saltsalt$HpvuOvQTTwzu.NuIVt7DK0",
  // htpasswd -nbB -C 5 u PASSWORD
  bcrypt: "$2y$05$UC5pRddFbQ7JRLDN6LVHqe5WkDw6s2CW.rtDoKMbOzNdv.FTOpJg6",
  // printf PASSWORD | argon2 somesalt -id -e -t 2 -m 12 -p 1
  argon2id: "$argon2id$v=19$m=4096,t=2,p=1$c29tZXNhbHQ$bRcQTCvBM8YVKcu4mwbM8t0V2AqD5LYlsxeWo1Zha1g",
};
// perl -e 'print crypt("secretly", "ab")'
const DES = "abdD7luh/pkys";

const folder = mkdtempSync(join(tmpdir(), "heliostream-access-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("password hashes", () => {
  for (const [form, hash] of Object.entries(HASHES))
    it(`${form}: lets the right password in and no other`, async () => {
      expect(await matchesHash(PASSWORD, hash)).toBe(true);
      expect(await matchesHash("pass:word", hash)).toBe(false);
      expect(await matchesHash("", hash)).toBe(false);
    });

  it("DES: only eight characters count, as in crypt(3)", async () => {
    expect(await matchesHash("secretly", DES)).toBe(true);
    expect(await matchesHash("secretly and more", DES)).toBe(true);
    expect(await matchesHash("secretl", DES)).toBe(false);
    // perl -e 'print crypt("p\303\244ss", "ab")': bytes, not characters
    expect(await matchesHash("päss", "abxNd6oRGYP9Q")).toBe(true);
  });

  it("takes a locked entry for no hash", async () => {
    for (const locked of ["*", "!", "", "x", `!${HASHES.sha512}`, "$1$old$md5"]) {
      expect(hashForm(locked)).toBeUndefined();
      expect(await matchesHash("", locked)).toBe(false);
    }
  });

  it("takes a hash that costs too much for none, at once", async () => {
    const argon2id = (cost: string) => HASHES.argon2id.replace("m=4096,t=2,p=1", cost);
    const sha512 = (rounds: number) => HASHES.sha512.replace("$6$", `$6$rounds=${rounds}$`);
    const bcrypt = (cost: string) => HASHES.bcrypt.replace("$05$", `$${cost}$`);
    const begin = performance.now();
    for (const costly of [
      argon2id("m=4294967295,t=4294967295,p=1"),
      argon2id("m=262145,t=1,p=1"),
      argon2id("m=4096,t=17,p=1"),
      argon2id("m=4096,t=1,p=17"),
      // Less than the algorithm knows.
      argon2id("m=7,t=1,p=1"),
      argon2id("m=4096,t=0,p=1"),
      argon2id("m=4096,t=1,p=0"),
      sha512(999_999_999),
      sha512(1_000_001),
      bcrypt("31"),
      bcrypt("15"),
      bcrypt("03"),
    ]) {
      expect(hashForm(costly), costly).toBeUndefined();
      expect(await matchesHash(PASSWORD, costly)).toBe(false);
    }
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(hashForm(argon2id("m=262144,t=16,p=16"))).toBe("argon2id");
    // The default of a widely used library.
    expect(hashForm(sha512(656_000))).toBe("sha-crypt");
    expect(hashForm(bcrypt("14"))).toBe("bcrypt");
  });

  it("makes argon2id hashes for new entries", async () => {
    const hash = await newHash(PASSWORD);
    expect(hash.startsWith("$argon2id$")).toBe(true);
    expect(await matchesHash(PASSWORD, hash)).toBe(true);
  });
});

describe("credentials", () => {
  const header = (text: string | Uint8Array): string => `Basic ${Buffer.from(text).toString("base64")}`;

  it("splits at the first colon and decodes UTF-8", () => {
    expect(basicCredentials(header("ann:päss:word"))).toEqual({ user: "ann", password: "päss:word" });
    expect(basicCredentials(header("ann:"))).toEqual({ user: "ann", password: "" });
    // RFC 7617, section 2
    expect(basicCredentials("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")).toEqual({
      user: "Aladdin",
      password: "open sesame",
    });
  });

  it("overlooks the stray character that the C library leaves behind", () => {
    expect(basicCredentials("Basic Z3Vlc3Q6aGVsaW9zdHJlYW0=Q")).toEqual({
      user: "guest",
      password: "heliostream",
    });
    expect(basicCredentials("Basic YWJjOmRlZmdoaWprQ")).toEqual({ user: "abc", password: "defghijk" });
  });

  it("takes everything else for none", () => {
    for (const bad of [
      undefined,
      "",
      "Bearer abc",
      "Basic",
      "Basic ***",
      header(":nobody"),
      header("nocolon"),
      header("ann:a\nb"),
      header(Uint8Array.of(0xff, 0x3a, 0x41)),
      header(`ann:${"x".repeat(4000)}`),
    ])
      expect(basicCredentials(bad)).toBeUndefined();
  });
});

describe("the password file", () => {
  it("reads user:HASH lines and passes over the rest", () => {
    const entries = parsePasswordFile(`# people\n\nann:${DES}\nbob:${HASHES.bcrypt}\r\nbroken\n`);
    expect([...entries]).toEqual([
      ["ann", DES],
      ["bob", HASHES.bcrypt],
    ]);
  });

  it("is edited in place, in the order read", () => {
    const before = "# people\nann:1\nbob:2\nann:3\n";
    expect(editPasswordFile(before, "bob", "9")).toBe("# people\nann:1\nbob:9\nann:3\n");
    expect(editPasswordFile(before, "ann", "9")).toBe("# people\nann:9\nbob:2\n");
    expect(editPasswordFile(before, "eve", "9")).toBe(`${before}eve:9\n`);
    expect(editPasswordFile(before, "ann", undefined)).toBe("# people\nbob:2\n");
    expect(editPasswordFile("", "ann", "1")).toBe("ann:1\n");
  });

  it("refuses names that would break it", () => {
    expect(userNameProblem("ann b")).toBeUndefined();
    for (const bad of ["", "a:b", "a\nb", "#a", " a", "x".repeat(300)])
      expect(userNameProblem(bad)).toContain("user");
  });
});

describe("logins", () => {
  const open = (
    lines: string,
    settings: { des?: boolean } = {},
  ): { login: Login; waits: number[]; file: string } => {
    const file = join(folder, `passwd-${Math.random()}`);
    writeFileSync(file, lines);
    const waits: number[] = [];
    const now = (): number => 0;
    const delay = new LoginDelay(1000, now, async (ms) => void waits.push(ms));
    const config = { userPasswd: file, allowDesPasswords: settings.des ?? true, loginDelay: 1 };
    return { login: new Login(config, matchesHash, now, delay), waits, file };
  };

  it("knows users, refuses others, and waits twice as long after each wrong password of an address", async () => {
    const { login, waits } = open(`ann:${HASHES.apr1}\n`);
    expect(await login.check({ user: "ann", password: "no" }, "192.0.2.1")).toBe(false);
    expect(await login.check({ user: "nobody", password: PASSWORD }, "192.0.2.1")).toBe(false);
    expect(await login.check({ user: "ann", password: "no" }, "192.0.2.1")).toBe(false);
    expect(await login.check({ user: "ann", password: "no" }, "192.0.2.2")).toBe(false);
    // The last from a new address, but the third guess at ann.
    expect(waits).toEqual([1000, 2000, 4000, 4000]);
    expect(await login.check({ user: "ann", password: PASSWORD }, "192.0.2.1")).toBe(true);
    expect(await login.check({ user: "ann", password: "no" }, "192.0.2.1")).toBe(false);
    expect(waits.at(-1)).toBe(1000);
  });

  it("checks a wrong user against a hash of the same kind", async () => {
    const checked: string[] = [];
    const file = join(folder, "passwd-kinds");
    writeFileSync(file, `ann:${HASHES.sha512}\n`);
    const login = new Login(
      { userPasswd: file, allowDesPasswords: true, loginDelay: 0 },
      async (_password, hash) => {
        checked.push(hash);
        return true;
      },
    );
    expect(await login.check({ user: "nobody", password: "x" }, "192.0.2.1")).toBe(false);
    expect(checked).toEqual([HASHES.sha512]);
  });

  it("compares unknown and locked users with an entry that can be checked", async () => {
    const checked: string[] = [];
    const file = join(folder, "passwd-decoy");
    writeFileSync(
      file,
      `eve:$6$rounds=999999999$saltsalt$${"x".repeat(86)}\nold:${DES}\nout:!\nann:${HASHES.apr1}\n`,
    );
    const config = { userPasswd: file, allowDesPasswords: false, loginDelay: 0 };
    const login = new Login(config, async (_password, hash) => {
      checked.push(hash);
      return true;
    });
    for (const user of ["nobody", "eve", "old", "out"])
      expect(await login.check({ user, password: "x" }, "192.0.2.1")).toBe(false);
    expect(checked).toEqual(new Array(4).fill(HASHES.apr1));
    expect(login.unusableEntries()).toBe(1);
  });

  it("compares each unknown user with an entry of its own, so that no time tells whether a name is there", async () => {
    const checked: string[] = [];
    const file = join(folder, "passwd-kinds-mixed");
    writeFileSync(file, `old:${DES}\nann:${HASHES.apr1}\nbob:${HASHES.sha512}\n`);
    const config = { userPasswd: file, allowDesPasswords: true, loginDelay: 0 };
    const login = new Login(config, async (_password, hash) => {
      checked.push(hash);
      return true;
    });
    const names = Array.from({ length: 60 }, (_, index) => `nobody${index}`);
    for (const user of names) expect(await login.check({ user, password: "x" }, "192.0.2.1")).toBe(false);
    const first = [...checked];
    // All kinds occur (of 60 names none but two kinds: one in 3e10), and the same name has the same again.
    expect(new Set(first)).toEqual(new Set([DES, HASHES.apr1, HASHES.sha512]));
    for (const user of names) await login.check({ user, password: "y" }, "192.0.2.1");
    expect(checked.slice(names.length)).toEqual(first);
  });

  it("asks again at once when the file has changed", async () => {
    const { login, file } = open(`ann:${HASHES.apr1}\n`);
    expect(await login.check({ user: "ann", password: PASSWORD }, "192.0.2.1")).toBe(true);
    writeFileSync(file, `ann:${DES}\n`);
    utimesSync(file, 1, 1);
    expect(await login.check({ user: "ann", password: PASSWORD }, "192.0.2.1")).toBe(false);
    expect(await login.check({ user: "ann", password: "secretly" }, "192.0.2.1")).toBe(true);
  });

  it("counts DES entries, and refuses them where the site says so", async () => {
    const { login } = open(`ann:${DES}\nbob:${HASHES.apr1}\n`, { des: false });
    expect(login.desEntries()).toBe(1);
    expect(await login.check({ user: "ann", password: "secretly" }, "192.0.2.1")).toBe(false);
    expect(await login.check({ user: "bob", password: PASSWORD }, "192.0.2.1")).toBe(true);
  });

  it("says that it has no file, without its path", async () => {
    const login = new Login({ userPasswd: join(folder, "absent"), allowDesPasswords: true, loginDelay: 0 });
    await expect(login.check({ user: "ann", password: "x" }, "192.0.2.1")).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: "the password file of this server cannot be read",
    });
  });

  it("gives the place of a client that has left to others, and does not check it", async () => {
    const delay = new LoginDelay(0);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = delay.run("192.0.2.1", "ann", () => gate.then(() => true));
    const left = new AbortController();
    let checks = 0;
    const gone = Array.from({ length: 15 }, () =>
      delay
        .run("192.0.2.1", "ann", async () => ++checks > 0, left.signal)
        .catch((error: DasError) => error.code),
    );
    await expect(delay.run("192.0.2.1", "ann", async () => true)).rejects.toMatchObject({
      code: "OVERLOADED",
    });
    left.abort();
    expect(await Promise.all(gone)).toEqual(new Array(15).fill("CANCELLED"));
    await expect(delay.run("192.0.2.1", "ann", async () => true, left.signal)).rejects.toMatchObject({
      code: "CANCELLED",
    });
    const last = delay.run("192.0.2.1", "ann", async () => true);
    release();
    expect(await Promise.all([first, last])).toEqual([true, true]);
    expect(checks).toBe(0);
  });

  it("a client that leaves does not shorten the wait after its wrong password", async () => {
    let end = (): void => undefined;
    const waited = new Promise<void>((resolve) => {
      end = resolve;
    });
    const order: string[] = [];
    const delay = new LoginDelay(1000, Date.now, () => waited.then(() => void order.push("waited")));
    const left = new AbortController();
    let begun = (): void => undefined;
    const checking = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const wrong = delay.run(
      "192.0.2.1",
      "ann",
      async () => {
        begun();
        return false;
      },
      left.signal,
    );
    const next = delay.run("192.0.2.1", "ann", async () => order.push("checked") > 0);
    await checking;
    left.abort();
    await expect(wrong).rejects.toMatchObject({ code: "CANCELLED" });
    end();
    await next;
    expect(order).toEqual(["waited", "checked"]);
  });

  it("refuses an address that floods it", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const delay = new LoginDelay(0);
    const running = Array.from({ length: 16 }, () =>
      delay.run("192.0.2.1", "ann", () => gate.then(() => true)),
    );
    await expect(delay.run("192.0.2.1", "ann", async () => true)).rejects.toMatchObject({
      code: "OVERLOADED",
    });
    expect(await delay.run("192.0.2.2", "ann", async () => true)).toBe(true);
    release();
    expect(await Promise.all(running)).toEqual(Array(16).fill(true));
    expect(await delay.run("192.0.2.1", "ann", async () => true)).toBe(true);
  });

  it("slow guesses at one user from many addresses, and let in who has logged in from there before", async () => {
    const waits: number[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const delay = new LoginDelay(1000, Date.now, async (ms) => {
      waits.push(ms);
      if (isHeld) await gate;
    });
    expect(await delay.run("198.51.100.7", "ann", async () => true)).toBe(true);
    for (let n = 1; n <= 3; n++) await delay.run(`192.0.2.${n}`, "ann", async () => false);
    expect(waits).toEqual([1000, 2000, 4000]);
    isHeld = true;
    const guesses = Array.from({ length: 16 }, (_, n) =>
      delay.run(`203.0.113.${n}`, "ann", async () => false),
    );
    await expect.poll(() => waits.length).toBe(19);
    await expect(delay.run("203.0.113.99", "ann", async () => true)).rejects.toMatchObject({
      code: "OVERLOADED",
    });
    expect(await delay.run("198.51.100.7", "ann", async () => true)).toBe(true);
    expect(await delay.run("203.0.113.99", "bob", async () => true)).toBe(true);
    release();
    expect(await Promise.all(guesses)).toEqual(Array(16).fill(false));
    // The right password in between has made the next wrong one the first.
    await delay.run("203.0.113.98", "ann", async () => false);
    expect(waits.at(-1)).toBe(1000);
  });
});
