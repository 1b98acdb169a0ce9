import type { KeyDescriptor } from "./key-types.js";

/** The cache of pre-reduced blocks, and the queue of those that are to be built; das2-server 15, 16. */
export const CACHE_KEYS = [
  {
    key: "CACHE_ROOT",
    field: "cacheRoot",
    type: "optional path",
    default: "",
    help: "Folder of the cache: blocks are below CACHE_ROOT/data, as older servers keep them. Empty: nothing is kept.",
  },
  {
    key: "CACHE_MAX_BYTES",
    field: "cacheMaxBytes",
    type: "bytes",
    default: "0",
    unit: "bytes",
    help: "Room for blocks; those that were not used for the longest time make way, except on pinned levels. 0 for no limit.",
  },
  {
    key: "PICTURES_MAX_BYTES",
    field: "picturesMaxBytes",
    type: "bytes",
    default: "256M",
    unit: "bytes",
    help: "Room for pictures of images below CACHE_ROOT/pictures; those that were not used for the longest time make way. 0: they are kept in memory alone, by the resident server.",
  },
  {
    key: "WORK_QUEUE_BROKER",
    field: "workQueueBroker",
    type: "optional text",
    default: "",
    help: "redis: which blocks there are and which are to be built is kept in the Redis of WORK_QUEUE_CONN. Empty: in files below CACHE_ROOT, and blocks are built by the resident server itself.",
  },
  {
    key: "WORK_QUEUE_CONN",
    field: "workQueueConn",
    type: "text",
    default: "localhost:6379:0",
    secret: true,
    help: "Address of that Redis, host:port:db or redis://user:password@host:port/db. It must not evict keys (maxmemory-policy noeviction).",
  },
  {
    key: "REDIS_TIMEOUT",
    field: "redisTimeout",
    type: "number",
    default: "0.5",
    unit: "s",
    min: 0.01,
    max: 60,
    help: "How long a request waits for Redis before it goes on without.",
  },
  {
    key: "BUILD_WORKERS",
    field: "buildWorkers",
    type: "integer",
    default: "1",
    min: 0,
    max: 64,
    help: "Builds of blocks at the same time: in a worker, and in a resident server that has no Redis. 0: none.",
  },
] as const satisfies readonly KeyDescriptor[];
