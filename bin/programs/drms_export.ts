import { loadConfig } from "../../config/config.js";
import { drmsExport } from "../../netdrms/programs/drms-export/index.js";
import { runModuleProcess } from "../run-module.js";

const { drmsLicense } = loadConfig({ env: process.env });
runModuleProcess(drmsExport({ now: Date.now, license: drmsLicense }));
