/** Descriptions of a source in other interfaces, which a tree of dasFlex may hold beside its own. Source: das2-server 7.1, 8.2. */
export const OTHER_VIEWS = {
  "hapi2.json": {
    key: "hapi2",
    type: "HAPIInfo",
    label: "Data, HAPI interface",
    mime: "application/json",
    provides: ["text/csv"],
  },
  "das1.pro": {
    key: "das1",
    type: "Das1DSDF",
    label: "Data, das1 interface",
    mime: "text/plain",
    provides: [],
  },
  "voservice.xml": {
    key: "ivoa",
    type: "VOService",
    label: "Data, IVOA interface",
    mime: "text/xml",
    provides: [],
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly key: string;
      readonly type: string;
      readonly label: string;
      readonly mime: string;
      readonly provides: readonly string[];
    }
  >
>;

/** The file name of such a description. */
export type OtherView = keyof typeof OTHER_VIEWS;

/** All of them. */
export const OTHER_VIEW_NAMES = Object.keys(OTHER_VIEWS) as readonly OtherView[];
