import { cleanUp } from "./clean-up.js";
import type { SumsCommand } from "./command.js";
import { retention, touch } from "./keep.js";
import { list, where } from "./list.js";
import { partitions } from "./partitions.js";
import { purge } from "./purge.js";
import { abandon, allocate, put } from "./write.js";

/** The commands of `sums`, in the order of its help. */
export const SUMS_COMMANDS: readonly SumsCommand[] = [
  list,
  where,
  allocate,
  put,
  abandon,
  touch,
  retention,
  purge,
  partitions,
  cleanUp,
];
