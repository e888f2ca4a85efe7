// What the page begins with is asked for before its screens are there: this module needs no other but the server's.

import { post } from "./api.js";

/** @type {Promise<{session: import("./api.js").SessionInfo, palettes: any, pictures: any, firstMap: {path: string, body: string}|null}>} */
export const first = post("/api/begin", {});

// Whoever waits for it hears of an error; nobody may have begun to when it comes.
first.catch(() => {});
