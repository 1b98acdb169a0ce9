import { FileIndex } from "../../../cache/index/file-index.js";
import { LATER, sampleDetails, sampleLevel } from "./sample-level.js";

/** Claims and publishes what is missing of blocks 0 to 99, and prints what it published. */
const [root = "", name = ""] = process.argv.slice(2);
const index = new FileIndex(root);
const level = sampleLevel();
const published: number[] = [];
for (;;) {
  const { runs } = await index.coverage(level, { first: 0, end: 100 }, LATER);
  const missing = runs.flatMap(({ state, first, end }) =>
    state === "absent" ? Array.from({ length: end - first }, (_, i) => first + i) : [],
  );
  if (missing.length === 0) break;
  for (const claim of await index.claim(level, missing, `host:${name}:x`, 60_000)) {
    // Somebody may have published it between the look and the claim.
    const { runs: now } = await index.coverage(level, { first: claim.number, end: claim.number + 1 }, LATER);
    if (now[0]?.state !== "absent") await index.release(level, [claim]);
    else if ((await index.publish(level, sampleDetails(claim.number), claim)) === "published")
      published.push(claim.number);
  }
}
process.stdout.write(JSON.stringify(published));
