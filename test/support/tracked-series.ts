import type { Client } from "pg";
import type { ChangeBatch } from "../../netdrms/changes/read-round.js";
import type { RecordChange } from "../../netdrms/changes/record-change.js";
import { parseDrmsTime } from "../../netdrms/times/scan-time.js";

/** Definition of a series of slots, with `CAMERA` as its second prime key and a time beside the one of the slots. */
export function slottedJsd(
  name: string,
  options: { readonly step?: number; readonly more?: string } = {},
): string {
  return `Seriesname:       ${name}
Author:           "A. Author"
Owner:            ex
Unitsize:         1
Archive:          0
Retention:        60
Tapegroup:        0
PrimeKeys:        T_REC, CAMERA
Description:      "Example"
${options.more ?? ""}
Keyword:T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword:T_REC_step, double, constant, record, ${options.step ?? 720}, %f, sec, "Slot width"
Keyword:T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword:CAMERA, int, variable, record, 1, %d, none, "Camera"
Keyword:T_OBS, time, variable, record, DRMS_MISSING_VALUE, 0, TAI, "Middle of the observation"
Keyword:DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %.2f, Gauss, "Mean"
`;
}

const EPOCH = drmsTime("1993.01.01_00:00:00_TAI");

/** A DRMS time in words, `2014.01.01_TAI`. */
export function drmsTime(text: string): number {
  const time = parseDrmsTime(text);
  if (time === undefined) throw new Error(`${text} is no time`);
  return time;
}

/** A record of {@link slottedJsd}. */
export interface SlottedRecord {
  readonly recnum: number;
  /** DRMS time in words; the slot is the nearest. */
  readonly time: string;
  readonly camera?: number;
  readonly mean?: number;
}

/** Adds records as any writer does, by SQL. */
export async function addRecords(
  client: Client,
  series: string,
  records: readonly SlottedRecord[],
  step = 720,
): Promise<void> {
  for (const { recnum, time, camera = 1, mean = 0 } of records) {
    const t = drmsTime(time);
    await client.query(
      `INSERT INTO ${series} (recnum, t_rec, t_rec_index, camera, t_obs, datamean) VALUES ($1, $2, $3, $4, $2, $5)`,
      [recnum, t, Math.floor((t - EPOCH) / step + 0.5), camera, mean],
    );
  }
}

/** Gathers what a follower is told, and tells when it has what is waited for. */
export class ChangeLog {
  readonly batches: ChangeBatch[] = [];
  readonly errors: unknown[] = [];
  #waiting: { readonly isThere: () => boolean; readonly resolve: () => void }[] = [];

  readonly onChange = async (batch: ChangeBatch): Promise<void> => {
    this.batches.push(batch);
    this.#look();
  };

  readonly onError = (error: unknown): void => {
    this.errors.push(error);
    this.#look();
  };

  get changes(): readonly RecordChange[] {
    return this.batches.flatMap(({ changes }) => changes);
  }

  /** Numbers of the records, in the order in which they were told. */
  get recnums(): readonly number[] {
    return this.changes.map(({ recnum }) => Number(recnum));
  }

  get lost(): readonly string[] {
    return this.batches.flatMap(({ lost }) => lost);
  }

  /** Resolves as soon as it holds; it is looked at with everything that is told. */
  until(isThere: (log: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isThere: () => isThere(this), resolve });
      this.#look();
    });
  }

  #look(): void {
    const ready = this.#waiting.filter(({ isThere }) => isThere());
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { resolve } of ready) resolve();
  }
}
