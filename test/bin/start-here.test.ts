import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { startHere } from "../../bin/commands/start-here.js";
import { loadConfig } from "../../config/config.js";

it("says which port is taken, and what to do", async () => {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const config = loadConfig({ env: { HOST: "127.0.0.1", PORT: port, HELIOSTREAM_LOG_PATH: tmpdir() } });
  await expect(startHere(config)).rejects.toMatchObject({
    code: "BAD_CONFIG",
    message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:${port} is in use .*PORT`)),
  });
  other.close();
});
