// A page whose texts save themselves, and that is nothing besides.

import { start } from "./sheet-saving.js";

start();
