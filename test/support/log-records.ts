import type { RequestRecord } from "../../cgi/log/record.js";

/** A record of the request log with everything that must be there; `more` replaces and adds. */
export function logRecord(more: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: "abc-1-1",
    time: "2021-06-30T10:15:30.250Z",
    pid: 4711,
    client: "203.0.113.9",
    method: "GET",
    host: "data.example.org",
    target: "/das/server?server=dataset&dataset=Demo/Pump4",
    mount: "/das/server",
    query: "dataset",
    userAgent: "Autoplot",
    source: "Demo/Pump4",
    stages: [{ role: "reader", argv: ["rd", "1"], status: 0, builtIn: false }],
    status: 200,
    durationMs: 12.34,
    bytes: 1000,
    outcome: "complete",
    ...more,
  };
}
