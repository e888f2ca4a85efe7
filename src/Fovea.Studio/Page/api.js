// The server, in functions. Maps come as a small head of JSON and float32 values behind it.

/**
 * @typedef {{method: string, site: string, height: number, width: number, count: number, minimum: number|null, maximum: number|null, entropy: number|null,
 *   averagedBy: number, channels?: number[], depth?: number}} MapHead
 * @typedef {{head: MapHead, values: Float32Array, bytes: number}} MapData
 * @typedef {{name: string, module: string, map: string, mechanism: string, kind: string, height: number, width: number, heads: number, layers: number, prefix: number}} SiteInfo
 * @typedef {{id: string, name: string, title: string, task: string, imageSize: number[], preprocessing: string, parameters: number, isTrained: boolean, classes: string[], notes: string[]}} ModelInfo
 * @typedef {{index: number, name: string, logit: number, share: number}} ClassScore
 * @typedef {{id: string, model: ModelInfo, image: string, size: number, top: ClassScore[], sites: SiteInfo[], bytes: number}} SessionInfo
 */

/** What the server refused, in its words. */
export class Refusal extends Error {
  /** @param {{title?: string, status: number, detail?: string}} problem */
  constructor(problem) {
    super(problem.detail || problem.title || `The server answered ${problem.status}.`);
    this.status = problem.status;
    this.title = problem.title ?? "";
  }
}

/** @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
async function send(path, init) {
  const response = await fetch(path, init);
  if (response.ok) {
    return response;
  }
  const problem = response.headers.get("content-type")?.startsWith("application/problem+json") ? await response.json() : {};
  throw new Refusal({ ...problem, status: response.status });
}

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export const get = async (path, signal) => (await send(path, { signal })).json();

/** @param {string} path @param {unknown} body @param {AbortSignal} [signal] @returns {Promise<any>} */
export const post = async (path, body, signal) =>
  (await send(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal })).json();

/** @param {string} path @returns {Promise<any>} */
export const remove = async (path) => (await send(path, { method: "DELETE" })).json();

/** @param {File} file @param {number} page @returns {Promise<{id: string, name: string, width: number, height: number, page: number, pages: number}>} */
export const upload = async (file, page) =>
  (await send(`/api/images?name=${encodeURIComponent(file.name)}&page=${page}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file })).json();

/** @type {Map<string, ArrayBuffer>} Maps that came with another answer, by the address at which they would be asked for. Each is used once. */
const ahead = new Map();

/** @param {{path: string, body: string}|null} found A map in base64, ahead of the question. */
export function expect(found) {
  if (found) {
    ahead.set(found.path, Uint8Array.from(atob(found.body), (c) => c.charCodeAt(0)).buffer);
  }
}

/**
 * @param {string} path @param {AbortSignal} [signal] @param {unknown} [body] Posted when there is one.
 * @returns {Promise<MapData>}
 */
export async function map(path, signal, body) {
  const known = body === undefined ? ahead.get(path) : undefined;
  ahead.delete(path);
  const ask = async () => (await send(path, body === undefined ? { signal } : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal })).arrayBuffer();
  const buffer = known ?? await ask();
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { head, values: new Float32Array(buffer, 4 + length), bytes: buffer.byteLength };
}

/**
 * The address of a map of a session.
 * @param {SessionInfo} session @param {string} rest @param {Record<string, string|number|undefined|null>} [query]
 */
export function at(session, rest, query = {}) {
  const given = Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== "").map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`);
  return `/api/sessions/${session.id}/${rest}${given.length ? `?${given.join("&")}` : ""}`;
}

/** @param {SessionInfo} session @param {SiteInfo} site @param {string} what @param {Record<string, any>} [query] */
export const atSite = (session, site, what, query) => at(session, `sites/${encodeURIComponent(site.name)}/${what}`, query);

/**
 * Reads server-sent events of an answer to a POST, which EventSource cannot make.
 * @param {string} path @param {unknown} body @param {(event: string, data: any) => void} take @param {AbortSignal} signal
 */
export async function events(path, body, take, signal) {
  const response = await send(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const parts = (rest + value).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const lines = part.split("\n");
      const name = lines.find((l) => l.startsWith("event: "))?.slice(7) ?? "message";
      take(name, JSON.parse(lines.filter((l) => l.startsWith("data: ")).map((l) => l.slice(6)).join("\n")));
    }
  }
}

/** One request at a time, and after it the last that was wanted meanwhile: what hovering asks for. */
export class Latest {
  /** @param {Error} error Told of what the server refused. */
  static failed = (error) => { throw error; };

  #running = false;
  /** @type {null | (() => Promise<void>)} */
  #next = null;
  /** @type {AbortController|null} */
  #abort = null;

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  want(work) {
    const run = async () => {
      this.#running = true;
      this.#abort = new AbortController();
      try {
        await work(this.#abort.signal);
      } catch (error) {
        if (/** @type {Error} */ (error).name !== "AbortError") {
          Latest.failed(/** @type {Error} */ (error));
        }
      } finally {
        this.#running = false;
        const next = this.#next;
        this.#next = null;
        if (next) {
          void next();
        }
      }
    };
    if (this.#running) {
      this.#next = run;
    } else {
      void run();
    }
  }

  /** Drops what is running and what waits. */
  drop() {
    this.#next = null;
    this.#abort?.abort();
  }
}
