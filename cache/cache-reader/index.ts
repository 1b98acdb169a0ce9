import { BARE_HEADER } from "../../stream/bare-header.js";
import type { ItemSource } from "../../stream/model.js";
import type { ReaderProgram } from "../../stream/program.js";
import { readBlocks } from "./read-blocks.js";
import { CACHE_READER } from "./read-header.js";
import { readerRequest } from "./reader-request.js";
import { levelDeclarations, usableLevel } from "./usable-level.js";

const HELP = `Usage: ${CACHE_READER} [-p PAD] [--allow-missing] DSDF_FILE CACHE_DIR NORM_PARAMS BEGIN END RESOLUTION

Writes the records in [BEGIN, END) of the blocks that a server keeps of a source as one das2 stream.

  DSDF_FILE         the definition of the source: DSDF_ROOT/ID.dsdf
  CACHE_DIR         the blocks of the source: CACHE_ROOT/data/ID
  NORM_PARAMS       the normalised parameters of the reader, _noparam for none
  RESOLUTION        seconds: of the cache levels with these parameters the widest that is not wider is read;
                    0 reads the intrinsic one

  -p, --pad PAD     give PAD bins more on each side, as far as there are blocks of them (default 0; none of intrinsic data)
      --allow-missing
                    leave out blocks that are missing or damaged; without it they are an error
  -h, --help        print this
  -v, --version     print the version

Blocks are checked against their checksums; those without, of older servers, are read as they are. Whether a block is out of
date is for the server to judge, and not looked at.

Exit status: 0 done, also where there are no data, 1 a block is missing or no level serves the request, 13 arguments or
definition, 22 a block of an older server is damaged.
`;

/** Reads the blocks of a source as one stream, for scripts and sites; the server itself does not need it. Source: reducers 10. */
export const cacheReader: ReaderProgram = {
  kind: "reader",
  name: CACHE_READER,
  help: HELP,
  open(args, context) {
    const request = readerRequest(args);
    const declarations = levelDeclarations(request.definitionFile);
    return withHeader(() => readBlocks(request, usableLevel(request, declarations), context));
  },
};

/** What fails before there is a stream is told in one: the reason is for the client of a pipeline as well. */
async function* withHeader(read: () => ItemSource): ItemSource {
  let begun = false;
  try {
    for await (const portion of read()) {
      begun = true;
      yield portion;
    }
  } catch (error) {
    if (!begun) yield [{ kind: "stream", header: BARE_HEADER }];
    throw error;
  }
}
