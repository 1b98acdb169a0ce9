import { describeProblem } from "../../config/problem.js";
import { isDasError } from "../../errors/das-error.js";
import type { Check, CheckSubject, Finding } from "./finding.js";

/** What one check has found. */
export interface CheckResult {
  readonly check: string;
  readonly findings: readonly Finding[];
}

/** Checks at the same time: few, so that a look at the state is no load. */
const AT_ONCE = 8;

/**
 * Runs one check. Never throws: what goes wrong is a finding, and so is a check that takes longer than it may.
 * @param limitMs longest wait
 */
export async function runCheck(check: Check, subject: CheckSubject, limitMs: number): Promise<CheckResult> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([overdue(check.name, limitMs)]);
      over.abort();
    }, limitMs);
  });
  try {
    // A function that throws at once is as good as one that rejects.
    const looked = (async () => check.run(subject, over.signal))();
    looked.catch(() => {}); // it may fail after the time is over
    return { check: check.name, findings: await Promise.race([looked, late]) };
  } catch (error) {
    return { check: check.name, findings: [failed(check.name, error)] };
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** Runs checks, a few at the same time; the results in their order. Never throws. */
export async function runChecks(
  checks: readonly Check[],
  run: (check: Check) => Promise<CheckResult>,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < checks.length; n = next++) {
      const check = checks[n];
      if (check !== undefined) results[n] = await run(check);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function overdue(name: string, limitMs: number): Finding {
  return {
    name,
    state: "unknown",
    says: `no answer within ${limitMs / 1000} s`,
    advice:
      "Look whether a disk, a network folder or the network itself hangs, or the machine is overloaded.",
  };
}

function failed(name: string, error: unknown): Finding {
  // What is not an error of the house may say anything.
  const why = isDasError(error) ? describeProblem(error) : "this look failed";
  if (isDasError(error, "BAD_CONFIG"))
    return { name, state: "bad", says: why, advice: "Correct this in the configuration." };
  return {
    name,
    state: "unknown",
    says: why,
    advice: "See what the server or this command writes to standard error, and what the configuration says.",
  };
}
