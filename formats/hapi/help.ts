/** What `das2_hapi --help` prints. */
export const HAPI_HELP = `Usage: das2_hapi [-F FORMAT] [-i] [-n] [-d DSDF] [-p ID] [-b BEGIN] [-e END] [-l LAYOUT] [-r] [P1,P2,...]

Reads a das2 stream and writes the records of one packet type in a form of HAPI 3.3: the first type that is defined, or
the one of -p. Fill is NaN (null in JSON), reals are the shortest decimals that read back as the same number, times end
in Z and all have as many digits.

  P1,P2,...          the parameters that are wanted, the time is always first; planes without a name are Y_1, Z_1, YSCAN_1, ...
  -F, --format F     csv (default; lines end in CR LF), binary, json
  -i, --info         the description of the data first, each line behind "# "; of json it is part of the object
  -n, --no-records   with -i: the description alone, as JSON
  -d DSDF            the definition of the source: its range, contact and example go into the description
  -p ID              the packet type, 1 to 99
  -b TIME            no records before this time
  -e TIME            no records at or after this time
  -l, --layout L     the columns, a JSON array of [name, kind, items, length, tags] with kind t (time), n (number) or c (text);
                     records of every packet type that has these planes are written, and the first type must have them
  -r, --records      of json the records without the object around them
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done (nothing is written where there are no data in the interval), 1 an unknown parameter, or the stream ended
in an exception, told on standard error, 13 arguments, 22 unreadable stream, 100 records that do not fit the layout,
101 x is no time.
`;
