let counter = 0;
const started = `${Date.now().toString(36)}-${process.pid.toString(36)}`;

/** A name for one request, unique on this host: start of the process, process, count. 9 to 30 characters. */
export function nextRequestId(): string {
  counter += 1;
  return `${started}-${counter.toString(36)}`;
}
