// npm oauth2-mock-server as an upstream without pages: it sends the browser back at once, and its next answers can be
// bent. Prints its issuer.
//
//   PUT /control/bend   JSON {header, claims, without, response, status, redirect}: how, from then on; {} for not at all

import { createServer } from 'node:http';
import { once } from 'node:events';
import { OAuth2Server } from 'oauth2-mock-server';

let bend = {};

const mock = new OAuth2Server();
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
mock.issuer.url = `http://127.0.0.1:${server.address().port}`;
await mock.issuer.keys.generate('RS256');

mock.service.on('beforeTokenSigning', (token) => {
  Object.assign(token.header, bend.header);
  Object.assign(token.payload, bend.claims);
  for (const name of bend.without ?? []) delete token.payload[name];
});
mock.service.on('beforeResponse', (response) => {
  Object.assign(response.body, bend.response);
  if (bend.flip) response.body.id_token = flipped(response.body.id_token);
  response.statusCode = bend.status ?? response.statusCode;
});
mock.service.on('beforeAuthorizeRedirect', ({ url }) => {
  for (const [name, value] of Object.entries(bend.redirect ?? {})) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
});

// Another subject under the same signature.
function flipped(token) {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url');
  return [header, changed, signature].join('.');
}

server.on('request', async (request, response) => {
  if (request.method === 'PUT' && request.url === '/control/bend') {
    let body = '';
    for await (const piece of request) body += piece;
    bend = JSON.parse(body);
    response.writeHead(204).end();
    return;
  }
  mock.service.requestHandler(request, response);
});

console.log(mock.issuer.url);
