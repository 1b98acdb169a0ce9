import { addCopyButtons } from "../copy-button.js";

addCopyButtons(document);
