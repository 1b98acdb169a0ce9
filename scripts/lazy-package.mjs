// For packages whose modules work a lot when they are loaded, and of which a program hardly ever needs anything: a bundle
// loads them when the first of their classes is made.

/** A plugin for esbuild: `classes` by the name of their package. */
export function lazyPackages(classes) {
  return {
    name: "lazy-packages",
    setup(build) {
      const filter = new RegExp(`^(${Object.keys(classes).join("|")})$`);
      build.onResolve({ filter }, ({ path, pluginData }) =>
        pluginData === "whole" ? undefined : { path, namespace: "lazy-package" },
      );
      build.onLoad({ filter: /./, namespace: "lazy-package" }, ({ path }) => ({
        contents: classes[path].map((name) => shim(path, name)).join("\n"),
        resolveDir: import.meta.dirname,
        pluginData: "whole",
      }));
    },
  };
}

/** What `new` gives is the object that the function returns. */
const shim = (path, name) => `
export function ${name}(...args) {
  const { ${name}: Whole } = require(${JSON.stringify(path)});
  return new Whole(...args);
}`;
