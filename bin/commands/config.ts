import type { Command } from "./command.js";

/** `heliostream config`: writes the example file or the reference page, both made from the table of keys. */
export const config: Command = {
  help: [
    "usage: heliostream config --example | --reference",
    "",
    "  --example    prints etc/das2server.conf.example",
    "  --reference  prints docs/configuration.md",
  ].join("\n"),
  async run(args) {
    const { configurationPage, exampleConfig } = await import("../../config/render.js");
    if (args.length === 1 && args[0] === "--example") process.stdout.write(exampleConfig());
    else if (args.length === 1 && args[0] === "--reference") process.stdout.write(configurationPage());
    else {
      console.error(this.help);
      return 13;
    }
    return 0;
  },
};
