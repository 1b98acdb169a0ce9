import { fstatSync, write } from "node:fs";
import { Socket } from "node:net";
import { Writable } from "node:stream";

/** Writes to a descriptor that is a file, where a socket cannot be made of it. */
function fileWritable(fd: number): Writable {
  return new Writable({
    write(bytes: Buffer, _encoding, done) {
      const rest = (from: number): void => {
        write(fd, bytes, from, bytes.length - from, null, (error, written) => {
          if (error !== null) done(error);
          else if (from + written < bytes.length) rest(from + written);
          else done();
        });
      };
      rest(0);
    },
  });
}

/**
 * Standard output without blocking. `process.stdout` writes to a pipe synchronously: while a slow client is waited for, a signal
 * would not be noticed and no pipeline could be ended.
 */
export function asyncStdout(fd = 1): Writable {
  const kind = fstatSync(fd);
  return kind.isFIFO() || kind.isSocket()
    ? new Socket({ fd, readable: false, writable: true })
    : fileWritable(fd);
}
