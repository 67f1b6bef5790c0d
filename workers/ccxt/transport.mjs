import { pipeline } from 'node:stream';
import ccxt from 'ccxt';
import { Refused } from './errors.mjs';

/** Longest response body that is read, in bytes, before and after decompression. */
const BODY_LIMIT = 64 << 20;

/** Response headers that tell about limits. */
const LIMIT_HEADERS = /^(retry-after|x-mbx-used-weight-1m|x-sapi-used-ip-weight-1m|x-?ratelimit-.*)$/;

const WEIGHT_LIMIT = /"rateLimitType":\s*"REQUEST_WEIGHT",\s*"interval":\s*"MINUTE",\s*"intervalNum":\s*1,\s*"limit":\s*(\d+)/;

/**
 * Puts everything a ccxt instance asks of its venue under the parent's control: each request waits for its share of
 * the budget, ends with the gather it belongs to, and what the venue says about limits is told to the parent.
 * @param {import('ccxt').Exchange} exchange
 * @param {import('./rpc.mjs').Parent} parent
 * @param {() => import('./feed.mjs').Gather} current the gather that is going; an instance has one at a time
 */
export function instrument(exchange, parent, current) {
  shareBudget(exchange, parent, current);
  boundRequests(exchange, parent, current);
  distrustBodies(exchange, parent, current);
}

/** ccxt's own throttle knows one instance only; the parent's knows all that ask the same venue. */
function shareBudget(exchange, parent, current) {
  const calculateCost = exchange.calculateRateLimiterCost.bind(exchange);
  let endpoint = '';
  exchange.calculateRateLimiterCost = (api, ...rest) => {
    endpoint = endpointOf(baseUrl(exchange, api));
    return calculateCost(api, ...rest);
  };
  exchange.throttle = async (cost = 1) => {
    const gather = current();
    const units = Number(cost); // text, since ccxt is told to make numbers text
    const params = { gather: gather.id, endpoint, cost: Number.isFinite(units) ? units : 1, rateLimit: exchange.rateLimit };
    try {
      await parent.request('acquire', params, gather.signal);
    } catch (error) {
      throw gather.signal.aborted ? error : new Refused(error.message);
    }
  };
}

/** Requests end with their gather, a body that stops coming is a time-out, and limits are reported. */
function boundRequests(exchange, parent, current) {
  const dispatcherOptions = exchange.getDispatcherOptions.bind(exchange);
  exchange.getDispatcherOptions = (plain) =>
    ({ ...dispatcherOptions(plain), bodyTimeout: exchange.timeout, maxResponseSize: BODY_LIMIT });

  const request = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const gather = current();
    const response = await request(url, { ...params, signal: AbortSignal.any([params.signal, gather.signal]) });
    const headers = Object.fromEntries(Object.entries(response.headers)
      .filter(([name]) => LIMIT_HEADERS.test(name)).map(([name, value]) => [name, String(value)]));
    gather.response = { status: response.status, retryAfter: headers['retry-after'] };
    parent.notify('http', { gather: gather.id, endpoint: endpointOf(url), status: response.status, headers });
    return response;
  };
}

/** Bodies are limited in size and must be whole: ccxt takes JSON that does not parse for plain text. */
function distrustBodies(exchange, parent, current) {
  exchange.undiciBody = async (response, binary = false) => {
    try {
      const body = await readBody(exchange, response);
      return binary ? body : body.toString('utf8');
    } catch (error) {
      const Type = error.code === 'UND_ERR_BODY_TIMEOUT' ? ccxt.RequestTimeout
        : error.code?.startsWith('Z_') || error.code?.startsWith('ERR_') || error instanceof RangeError ? ccxt.BadResponse
          : ccxt.NetworkError;
      throw new Type(`${exchange.id} the response broke off: ${error.message}`);
    }
  };

  let status = 0;
  const onRestResponse = exchange.onRestResponse.bind(exchange);
  exchange.onRestResponse = (statusCode, statusText, url, method, headers, body, ...rest) => {
    status = statusCode;
    const limit = url.includes('exchangeInfo') ? WEIGHT_LIMIT.exec(body.slice(0, 4096)) : null;
    if (limit !== null && Number.isSafeInteger(Number(limit[1]))) {
      parent.notify('limit', { gather: current().id, endpoint: endpointOf(url), limit: Number(limit[1]) });
    }
    return onRestResponse(statusCode, statusText, url, method, headers, body, ...rest);
  };

  const parseJson = exchange.parseJson.bind(exchange);
  exchange.parseJson = (text) => {
    const parsed = parseJson(text);
    if (parsed === undefined && status < 300 && exchange.isJsonEncodedObject(text)) {
      throw new ccxt.BadResponse(`${exchange.id} answered with malformed JSON: ${text.slice(0, 100)}`);
    }
    return parsed;
  };
}

/** ccxt's own reading neither ends when a compressed body breaks off nor has a limit. */
async function readBody(exchange, response) {
  const encoding = [204, 304].includes(response.statusCode) ? undefined : response.headers['content-encoding'];
  const decompressor = exchange.zlibModule[{ gzip: 'createGunzip', 'x-gzip': 'createGunzip', br: 'createBrotliDecompress', deflate: 'createInflate' }[encoding]]?.();
  if (decompressor === undefined) {
    return Buffer.from(await response.body.arrayBuffer());
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of pipeline(response.body, decompressor, () => {})) {
    length += chunk.length;
    if (length > BODY_LIMIT) {
      throw new RangeError('the body is longer than the limit');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Base address of a ccxt `api` argument, a key or a path of keys; empty where it cannot be told. */
function baseUrl(exchange, api) {
  let node = exchange.urls?.api;
  for (const key of Array.isArray(api) ? api : [api]) {
    node = typeof node === 'object' && node !== null ? node[key] : node;
  }
  return typeof node === 'string' ? exchange.implodeHostname(node) : '';
}

/** The first segment of an address' path ("api", "sapi", "fapi"): what Binance counts weights by. */
function endpointOf(url) {
  return /^https?:\/\/[^/]+\/([^/?]+)/.exec(url)?.[1] ?? '';
}
