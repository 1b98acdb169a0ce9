import { sourceQuery } from "./flex/source.js";

/** `/source/...`: paths of sources by `flex/`, their live data by `live/`, pages by `browse/`. Source: das2-server 7.1, 10. */
export const source = sourceQuery({
  live: async (context, local) => (await import("./live/event-stream.js")).eventStream(context, local),
  flexRT: async (context) => {
    throw (await import("./live/no-socket.js")).noSocket(context);
  },
  sourcePage: async (context, local) => (await import("./browse/source-page.js")).sourcePage(context, local),
  formPage: async (context, found, facts) =>
    (await import("./browse/form-page.js")).formPage(context, found, facts),
  folderPage: async (context, folder, index) =>
    (await import("./browse/folder-page.js")).folderPage(context, folder, index),
});
