// What the gate's answers are measured against: a route that does nothing, in restify as PipeBot uses it and in plain
// node:http, with an answer of the same size.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import restify from 'restify';

export interface BareReport {
  readonly restify: string;
  readonly node: string;
}

const BODY = JSON.stringify({ decision: 'continue', message: 'x'.repeat(560) });

const bare = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(BODY));
  response.end(BODY);
});
const routed = restify.createServer({ name: 'bare', ignoreTrailingSlash: true });
// restify tells handlers apart by their kind of function.
routed.get('/api/gate/:service', async (_request: restify.Request, response: restify.Response) => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(BODY));
  response.end(BODY);
});
const portOf = (address: unknown) => (address as AddressInfo).port;
bare.listen(0, '127.0.0.1', () =>
  routed.listen(0, '127.0.0.1', () => {
    const report: BareReport = {
      restify: `http://127.0.0.1:${portOf(routed.address())}`,
      node: `http://127.0.0.1:${portOf(bare.address())}`,
    };
    process.send?.(report);
  }),
);
process.on('disconnect', () => process.exit(0));
