import { apache } from "./checks/apache.js";
import { archive } from "./checks/archive.js";
import { cache } from "./checks/cache.js";
import { certificate } from "./checks/certificate.js";
import { clock } from "./checks/clock.js";
import { configuration } from "./checks/configuration.js";
import { exports } from "./checks/exports.js";
import { folders } from "./checks/folders.js";
import { leapSeconds } from "./checks/leap-seconds.js";
import { machine } from "./checks/machine.js";
import { partitions } from "./checks/partitions.js";
import { passwords } from "./checks/passwords.js";
import { programs } from "./checks/programs.js";
import { queue } from "./checks/queue.js";
import { redis } from "./checks/redis.js";
import { server } from "./checks/server.js";
import { roots, sources } from "./checks/sources.js";
import { visibility } from "./checks/visibility.js";
import type { Check } from "./finding.js";

/** Every check, in the order in which they are shown. */
export const ALL_CHECKS: readonly Check[] = [
  configuration,
  server,
  roots,
  sources,
  programs,
  folders,
  cache,
  queue,
  redis,
  archive,
  partitions,
  exports,
  passwords,
  visibility,
  certificate,
  clock,
  leapSeconds,
  machine,
  apache,
];
