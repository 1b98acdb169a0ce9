import { runSetupProcess } from "../run-setup.js";

runSetupProcess();
