import type { Site } from "../site.js";
import { LogFollower } from "./follow/log-follower.js";
import { IndexWork } from "./index/index-work.js";
import { LogIndexes } from "./index/log-indexes.js";

/** What a server knows of its logs; a process of one request starts with what others have written down. */
export interface LogRoom {
  readonly indexes: LogIndexes;
  readonly work: IndexWork;
  readonly follower: LogFollower;
}

const rooms = new WeakMap<Site, LogRoom>();

/** The logs of a server, always the same. */
export function logRoom(site: Site): LogRoom {
  const known = rooms.get(site);
  if (known !== undefined) return known;
  const indexes = new LogIndexes(site.config.logPath);
  const work = new IndexWork(indexes);
  const follower = new LogFollower(site.config.logPath);
  site.closers.add(async () => {
    follower.end();
    await work.stop();
  });
  const room = { indexes, work, follower };
  rooms.set(site, room);
  return room;
}
