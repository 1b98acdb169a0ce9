import { asDasError, DasError, type ErrorCode } from "../../errors/das-error.js";
import { removeFolder } from "../sums/set-aside.js";
import { REQUEST_STATUS } from "./export-request.js";
import { makeExportRoom } from "./export-room.js";
import { makeComing, publishFolder } from "./export-root.js";
import type { ExportSite } from "./export-site.js";
import { Heartbeat } from "./heartbeat.js";
import { endRequest, type LeasedRequest, type LeaseHolder } from "./lease.js";
import { writeRequest } from "./request-files.js";

/** How often a request is begun before it is given up: a file that kills its runner must not kill all for ever. */
const MOST_ATTEMPTS = 5;
/** Pause before the next try, s; doubled with each. */
const FIRST_PAUSE_S = 15;
/** Until it is looked again whether there is room, s. */
const ROOM_PAUSE_S = 60;
const MEGABYTE = 1024 * 1024;

/** Failures that may pass. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ARCHIVE_AWAY",
  "ARCHIVE_FAILED",
  "OVERLOADED",
  "INTERNAL",
]);

/**
 * Runs a request that this runner has taken: its folder appears whole, or not at all. What goes wrong becomes the status of the request,
 * or it is tried again.
 *
 * @param signal puts the request back for the next who comes
 * Errors: those of the database of requests; then its lease runs out, and another takes it.
 */
export async function runRequest(
  site: ExportSite,
  holder: LeaseHolder,
  request: LeasedRequest,
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const heart = new Heartbeat(holder, request.id, lost, site.log);
  let coming: string | undefined;
  try {
    if (request.attempts > MOST_ATTEMPTS)
      throw new DasError(
        "BAD_PARAMETER",
        `given up after ${MOST_ATTEMPTS} tries that did not get to their end`,
      );
    const room = await makeExportRoom(site, request.megabytes * MEGABYTE);
    if (room === undefined) {
      await endRequest(holder, request.id, {
        ...{ kind: "again", afterSeconds: ROOM_PAUSE_S, stage: "waiting for room", counts: false },
      });
      return;
    }
    const folder = await makeComing(site.root, request.id);
    coming = folder;
    const written = await writeRequest({
      ...{ site, request, folder, maxBytes: room },
      onProgress: (done) => heart.tell(done),
      signal: AbortSignal.any([signal, lost.signal]),
    });
    if (lost.signal.aborted) return;
    await endRequest(holder, request.id, {
      ...{ kind: "done", done: written.done, bytes: written.bytes },
      retentionSeconds: site.retentionDays * 86_400,
      publish: () => publishFolder(site.root, request.id, folder),
    });
    site.log(`export ${request.id}: ${written.files} files, ${written.done.failures} failures`);
  } catch (error) {
    // Before the end is told: who then asks again finds the room that it took.
    if (coming !== undefined) await removeFolder(coming).catch(() => undefined);
    // Whoever has it now goes on.
    if (lost.signal.aborted) site.log(`export ${request.id}: another has taken it over`);
    else await tellFailure(site, holder, request, asDasError(error, "the export"), signal);
  } finally {
    heart.stop();
    if (coming !== undefined) await removeFolder(coming).catch(() => undefined);
  }
}

async function tellFailure(
  site: ExportSite,
  holder: LeaseHolder,
  { id, attempts }: LeasedRequest,
  failure: DasError,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) {
    await endRequest(holder, id, { kind: "again", afterSeconds: 0, stage: "waiting", counts: false });
    return;
  }
  site.log(
    `export ${id}: ${failure.message}${failure.code === "INTERNAL" ? ` ${String(failure.where.detail)}` : ""}`,
  );
  if (PASSING.has(failure.code) && attempts < MOST_ATTEMPTS) {
    const afterSeconds = FIRST_PAUSE_S * 2 ** (attempts - 1);
    await endRequest(holder, id, {
      kind: "again",
      afterSeconds,
      stage: "waiting after a failure",
      counts: true,
    });
    return;
  }
  const status = failure.code === "TOO_MUCH_ASKED" ? REQUEST_STATUS.tooLarge : REQUEST_STATUS.failed;
  await endRequest(holder, id, { kind: "failed", status, error: failure.message });
}
