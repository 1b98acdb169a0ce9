/**
 * The series of the worked example of netdrms 2.11, with small images, and those that go with it: one to link to and one with every kind of
 * segment.
 */

/** `su_ex.lev1`: prime key FSN, one FITS image a record, a storage unit each. */
export const LEV1_JSD = `Seriesname: su_ex.lev1
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: FSN
Description: "Source images"
Keyword: FSN, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Filtergram number"
Keyword: EXPTIME, float, variable, record, DRMS_MISSING_VALUE, %f, s, "Exposure"
Data: image, variable, short, 2, 6, 4, "DN", fits, "", 0, 1, "Image"
`;

/** `su_ex.mag45`: slotted time and camera, dynamic link to lev1, static link to itself, four records to a unit. */
export const MAG45_JSD = `Seriesname: su_ex.Mag45
Author: "A. Author"
Owner: ex
Unitsize: 4
Archive: 0
Retention: 60
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
CreateShadow: 1
Description: "Example magnetograms"
Link: SRC, su_ex.lev1, dynamic, "Source image"
Link: EARLIER, su_ex.Mag45, static, "Record before"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45.0, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean"
Keyword: RSUN, double, variable, record, 960.5, %f, arcsec, "Radius"
Keyword: BIG, longlong, variable, record, DRMS_MISSING_VALUE, %lld, none, "Large number"
Keyword: SMALL, short, variable, record, DRMS_MISSING_VALUE, %hd, none, "Small number"
Keyword: FLAG, char, variable, record, DRMS_MISSING_VALUE, %hhd, none, "Flag"
Keyword: DATE, time, variable, record, DRMS_MISSING_VALUE, 0, ISO, "Creation time"
Keyword: NOTE, string, variable, record, "none", %s, none, "Note"
Keyword: MEANSEG, float, variable, segment, DRMS_MISSING_VALUE, %f, none, "Mean of a segment"
Keyword: EXPTIME, link, SRC, EXPTIME, "Exposure"
Data: magnetogram, variable, int, 2, 6, 4, "Gauss", fits, "compress Rice", 0, 0.1, "Field"
Data: counts, vardim, char, 2, *, *, "DN", fitz, 5, 2, "Counts"
`;

/** `su_ex.files`: no prime key, and every protocol that is written. */
export const FILES_JSD = `Seriesname: su_ex.files
Author: "A. Author"
Owner: ex
Unitsize: 2
Archive: -1
Retention: 5
Tapegroup: 0
Description: "Files"
Keyword: NOTE, string, variable, record, "", %s, none, "Note"
Data: any, variable, int, 0, none, generic, "Any file"
Data: flat, constant, float, 2, 3, 2, none, fits, "", "Flat field"
Data: dump, variable, double, 1, 4, none, bin, "Raw dump"
Data: slices, variable, int, 2, 3, 2, none, tas, "", 0, 1, "Slices"
`;
