import { runDrmsRunProcess } from "../run-drms-run.js";

runDrmsRunProcess();
