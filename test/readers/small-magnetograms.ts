/** A series of small magnetograms, one each 720 s, for readers that give files or keywords. */
export const MAGNETOGRAMS_JSD = `Seriesname: su_ex.Mag
Author: "A. Author"
Owner: ex
Unitsize: 4
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC
Description: "Magnetograms"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 720, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean"
Data: magnetogram, variable, int, 2, 4, 3, "Gauss", fits, "compress Rice", 0, 0.1, "Field"
`;
