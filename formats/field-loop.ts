/**
 * Converts `count` values of one type: the first is read at byte `at` and written at `toAt`, its separator included, the
 * next ones `step` and `toStep` bytes farther. `view` and `toView` lie on the same memory as `from` and `to`.
 */
export type FieldLoop = (
  from: Uint8Array,
  view: DataView,
  at: number,
  step: number,
  to: Uint8Array,
  toView: DataView,
  toAt: number,
  toStep: number,
  count: number,
) => void;
