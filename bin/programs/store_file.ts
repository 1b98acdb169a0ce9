import { storeFile } from "../../netdrms/programs/store-file.js";
import { runModuleProcess } from "../run-module.js";

runModuleProcess(storeFile);
