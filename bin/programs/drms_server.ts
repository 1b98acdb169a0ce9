import { runDrmsServerProcess } from "../run-drms-server.js";

runDrmsServerProcess();
