import { StringDecoder } from 'node:string_decoder';

/** Longest line taken from the parent, in characters; its requests are small. */
const LINE_LIMIT = 1 << 20;

/**
 * The other end of stdin and stdout: JSON-RPC 2.0, one object a line, requests and notifications both ways.
 * What comes in and is no such line ends the process: after garbage no position in the stream can be trusted.
 */
export class Parent {
  #output;
  #methods;
  #waiting = new Map();
  #lastId = 0;

  /**
   * @param {import('node:stream').Readable} input
   * @param {import('node:stream').Writable} output
   * @param {Record<string, (params: any, id?: number) => any>} methods what the parent may ask for
   */
  constructor(input, output, methods) {
    this.#output = output;
    this.#methods = methods;
    const decoder = new StringDecoder('utf8');
    let rest = '';
    input.on('data', (chunk) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop();
      if (rest.length > LINE_LIMIT) {
        fail('a line longer than the limit');
      }
      for (const line of lines) {
        if (line.length > 0) {
          this.#receive(line);
        }
      }
    });
    input.on('end', () => process.exit(0));
    input.on('error', () => process.exit(0));
    output.on('error', () => process.exit(0));
  }

  /** Tells the parent something that has no answer. */
  notify(method, params) {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  /**
   * Asks the parent.
   * @param {AbortSignal} signal ends the waiting, not the parent's work
   */
  request(method, params, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const id = `w${++this.#lastId}`;
      const settle = (done) => (value) => {
        this.#waiting.delete(id);
        signal.removeEventListener('abort', onAbort);
        done(value);
      };
      const onAbort = () => settle(reject)(signal.reason);
      signal.addEventListener('abort', onAbort);
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#send({ jsonrpc: '2.0', id, method, params });
    });
  }

  #send(message) {
    this.#output.write(`${JSON.stringify(message)}\n`);
  }

  #receive(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      fail('a line that is not JSON');
    }
    if (typeof message?.method === 'string' && message.method in this.#methods) {
      this.#call(message);
    } else if ('result' in Object(message)) {
      this.#waiting.get(message.id)?.resolve(message.result);
    } else if ('error' in Object(message)) {
      this.#waiting.get(message.id)?.reject(Object.assign(new Error(message.error?.message), { refused: message.error?.data }));
    } else {
      fail('a message of no known method');
    }
  }

  async #call({ id, method, params }) {
    try {
      const result = await this.#methods[method](params, id);
      if (id !== undefined) {
        this.#send({ jsonrpc: '2.0', id, result: result ?? null });
      }
    } catch (error) {
      if (id !== undefined) {
        this.#send({ jsonrpc: '2.0', id, error: error.rpc ?? { code: -32603, message: String(error?.message ?? error).slice(0, 500), data: { class: error?.name ?? 'Error' } } });
      } else {
        console.error(`${method}: ${error?.stack ?? error}`);
      }
    }
  }
}

function fail(what) {
  console.error(`stdin: ${what}`);
  process.exit(1);
}
