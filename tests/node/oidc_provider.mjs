// npm oidc-provider as an upstream for sign-ins: its own login and consent pages, three clients (one for each way of
// authenticating), accounts whose claims come from their name. Prints its issuer.
//
//   PUT /control/redirect-uris   one URI a line: what the clients may ask for, from then on
//
// CLIENT_SECRET is the secret of every client.

import { createServer } from 'node:http';
import { once } from 'node:events';

// The library writes its notices to standard output, whose first line is the issuer.
console.info = console.warn = console.error;
const { Provider } = await import('oidc-provider');

const METHODS = ['client_secret_post', 'client_secret_basic', 'client_secret_jwt'];
const allowed = new Set();

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: METHODS.map((method) => ({
    client_id: `narthex-${method.replace('client_secret_', '')}`,
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: ['http://localhost/unused'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
  })),
  clientAuthMethods: METHODS,
  enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'HS384', 'HS512'] },
  claims: {
    openid: ['sub'],
    profile: ['name', 'picture'],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
  },
  // Otherwise name and e-mail are only told at the userinfo endpoint.
  conformIdTokenClaims: false,
  pkce: { required: () => false },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['a key for tests only'] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  findAccount: (_, accountId) => ({ accountId, claims: () => claimsOf(accountId) }),
});
provider.Client.prototype.redirectUriAllowed = (uri) => allowed.has(uri);

function claimsOf(name) {
  return {
    sub: name,
    name: name[0].toUpperCase() + name.slice(1),
    picture: `https://pictures.example/${name}.png`,
    email: `${name}@example.com`,
    // A name can ask for an unproven address.
    email_verified: !name.startsWith('unproven'),
    phone_number: '+15550100',
    phone_number_verified: true,
  };
}

const answer = provider.callback();
server.on('request', async (request, response) => {
  if (request.method === 'PUT' && request.url === '/control/redirect-uris') {
    let body = '';
    for await (const piece of request) body += piece;
    allowed.clear();
    for (const uri of body.split('\n').filter(Boolean)) allowed.add(uri);
    response.writeHead(204).end();
    return;
  }
  answer(request, response);
});

console.log(issuer);
