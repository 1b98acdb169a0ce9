/** The example, word by word. Source: netdrms 2.11. */
export const EXAMPLE_JSD = `#=====General Series Information=====
Seriesname:       su_ex.mag45
Author:           "A. Author"
Owner:            ex
Unitsize:         16
Archive:          0
Retention:        60
Tapegroup:        0
PrimeKeys:        T_REC, CAMERA
Description:      "Example magnetograms"

#=====Links=====
Link: SRC, su_ex.lev1, dynamic, "Source image"

#=====Keywords=====
Keyword:T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword:T_REC_step, double, constant, record, 45.0, %f, sec, "Slot width"
Keyword:T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword:CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword:QUALITY, int, variable, record, DRMS_MISSING_VALUE, 0x%08X, none, "Quality bits"
Keyword:EXPTIME, link, SRC, EXPTIME, "Exposure"

#=====Segments=====
Data: magnetogram, variable, int, 2, 4096, 4096, "Gauss", fits, "compress Rice", 0.0, 0.1, "Line-of-sight field"
`;

/** The series whose tables netdrms 2.4 writes out: all keywords, in their order, with texts as they stand there. */
export const MAG45_JSD = EXAMPLE_JSD.replace("45.0", "45")
  .replace("0x%08X, none", '0x%08X, ""')
  .replace(
    "Keyword:EXPTIME",
    `Keyword:DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean - average of finite pixels"
Keyword:CRPIX1, float, variable, record, DRMS_MISSING_VALUE, %f, pixels, "Reference pixel"
Keyword:DATE, time, variable, record, DRMS_MISSING_VALUE, 0, ISO, "Creation time"
Keyword:EXPTIME`,
  );
