/**
 * Milliseconds that only grow, with fractions. Not `performance.now()`, whose module takes a millisecond or two to load: a tenth of
 * what a small CGI answer takes beyond the start of the process.
 */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
