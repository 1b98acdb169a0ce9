/** Both retentions of a series, in days. */
export interface Retention {
  /** Of a new storage unit. */
  readonly retentionDays: number;
  /** Of one that was brought back; 0 for the default of the site. */
  readonly stagingRetentionDays: number;
}

/** Most days that fit the 15 bits of either. Source: netdrms 2.3, 2.11. */
export const MAX_RETENTION_DAYS = 0x7fff;

/** The two retentions in `drms_series.retention`. Source: netdrms 2.3. */
export function unpackRetention(word: number): Retention {
  return {
    retentionDays: word & MAX_RETENTION_DAYS,
    stagingRetentionDays: (word >>> 16) & MAX_RETENTION_DAYS,
  };
}

/** `drms_series.retention` for two retentions of 0 to {@link MAX_RETENTION_DAYS}. Source: netdrms 2.3. */
export function packRetention({ retentionDays, stagingRetentionDays }: Retention): number {
  return retentionDays | (stagingRetentionDays << 16);
}
