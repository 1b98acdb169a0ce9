/** Exit statuses of `drms_server`: what became of the session. */
export const SERVER_STATUS = {
  committed: 0,
  /** It could not begin, or its changes could not be kept. */
  failed: 1,
  /** Taken back at SIGINT, as a shell tells it. */
  interrupted: 130,
  /** Taken back at SIGTERM, or because its parent has gone. */
  terminated: 143,
} as const;
