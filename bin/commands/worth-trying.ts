/** Something to be looked at with a running server. */
export interface WorthTrying {
  /** In a line of words. */
  readonly what: string;
  readonly query: string;
  /** Folder below `HELIOSTREAM_DATA_ROOT` that it needs. */
  readonly data?: string;
  /** Whether it needs the sample archive. */
  readonly archive?: true;
}

const DATASET = "server=dataset&dataset=";

/** What `heliostream demo` prints, in this order. */
export const WORTH_TRYING: readonly WorthTrying[] = [
  { what: "front page, for a browser", query: "" },
  { what: "all sources", query: "server=list" },
  { what: "what a client is told of a source", query: "server=dsdf&dataset=Examples/Spectrogram" },
  {
    what: "a day of synthetic spectra, reduced to 5 minutes",
    query: `${DATASET}Examples/Spectrogram&start_time=2024-05-10&end_time=2024-05-11&resolution=300`,
  },
  {
    what: "a random walk, as text",
    query: `${DATASET}Examples/Random&start_time=2024-05-10&end_time=2024-05-10T00:10&resolution=10&ascii=1`,
  },
  {
    what: "where the Sun is, each 6 hours",
    query: `${DATASET}Sun/Ephemeris&start_time=2024-05-10&end_time=2024-05-20&interval=21600&ascii=1`,
  },
  {
    what: "sample archive: the butterfly of fourteen years, from the images themselves; ask again, and it comes from the cache",
    query: `${DATASET}Sample/HMI/Butterfly&start_time=2010-05-01&end_time=2024-07-01&ascii=1`,
    archive: true,
  },
  {
    what: "sample archive: the mean magnetic field of the Sun, from keywords",
    query: `${DATASET}Sample/HMI/MeanField&start_time=2013-01-01&end_time=2014-01-01&ascii=1`,
    archive: true,
  },
  {
    what: "sample archive: a flare at 193 angstrom",
    query: `${DATASET}Sample/AIA/Flare193&start_time=2013-05-23T13:50&end_time=2013-05-23T14:50&ascii=1`,
    archive: true,
  },
  {
    what: "sample archive: histograms of the brightness of the disk",
    query: `${DATASET}Sample/HMI/Histogram&start_time=2013-05-23T06:00&end_time=2013-05-23T08:00&ascii=1`,
    archive: true,
  },
  {
    what: "sample archive: magnetograms as FITS files with complete headers, in a tar",
    query: `${DATASET}Sample/HMI/Magnetograms&start_time=2013-05-23T13:00&end_time=2013-05-23T15:00`,
    archive: true,
  },
  {
    what: "the solar flare of 2011-06-07 in X-rays (GOES 15)",
    query: `${DATASET}GOES/XRS&start_time=2011-06-07T06:00&end_time=2011-06-07T08:00&resolution=60&ascii=1`,
    data: "goes",
  },
  {
    what: "plasma waves at Jupiter's bow shock (Voyager 1)",
    query: `${DATASET}Voyager/PWS/Spectra&start_time=1979-03-01T12:26:11&end_time=1979-03-01T12:27:47&ascii=1`,
    data: "voyager",
  },
];
