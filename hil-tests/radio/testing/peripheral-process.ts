import bleno from "@abandonware/bleno";
import { startEcho } from "./start-echo.ts";

/** A process with a bleno that echoes, on the adapter that it was started with. Says when it advertises. */
await startEcho(bleno);
process.stdout.write("advertising\n");
