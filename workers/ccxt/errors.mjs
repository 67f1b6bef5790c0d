import ccxt from 'ccxt';

const MESSAGE_LIMIT = 500;

/** What a URL or a header may carry that nobody else should read. */
const SECRETS = /((?:api[-_]?key|signature|secret|token|password|authorization)["']?\s*[=:]\s*["']?)[^&\s"',}]+/gi;

/** The gather was cancelled by the parent. */
export class Cancelled extends Error {
  name = 'Cancelled';
}

/** The parent did not grant the request; its reason is passed back to it. */
export class Refused extends Error {
  name = 'Refused';
}

/**
 * An error as the parent gets it: ccxt's class says what may be retried, the text is for people.
 * @param {any} error
 * @param {{ status?: number, retryAfter?: string }} response the last HTTP response of the gather
 */
export function toRpcError(error, response) {
  return {
    code: -32000,
    message: String(error?.message ?? error).replace(SECRETS, '$1***').slice(0, MESSAGE_LIMIT),
    data: { class: className(error), httpStatus: response.status ?? null, retryAfter: response.retryAfter ?? null },
  };
}

/** The nearest class that ccxt documents; venue classes may derive their own. */
function className(error) {
  for (let type = Object.getPrototypeOf(Object(error)); type !== null; type = Object.getPrototypeOf(type)) {
    const name = type.constructor?.name;
    if (name in ccxt && ccxt[name].prototype instanceof Error) {
      return name;
    }
  }
  return error?.name ?? 'Error';
}
