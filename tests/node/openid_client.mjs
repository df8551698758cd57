// npm openid-client as an application, in two runs with the person's part between them (and a few runs beside them).
//
//   begin  <issuer> <client id> <redirect URI>        prints {url, checks}: where to send the person, what to keep
//   find   <issuer> <client id>                       prints the metadata that RFC 8414 leads to
//   finish <issuer> <client id> <checks> <callback>   prints what came of it: claims, userinfo, the URL of the sign-out
//   revoke <issuer> <client id> <refresh token>       prints the error of using it afterwards
//
// The secret of a confidential client is CLIENT_SECRET; without one it is a public client.

import * as client from 'openid-client';

const [step, issuer, clientId, ...rest] = process.argv.slice(2);
const secret = process.env.CLIENT_SECRET;
const server = await client.discovery(
  new URL(issuer),
  clientId,
  undefined,
  secret ? client.ClientSecretBasic(secret) : client.None(),
  { algorithm: step === 'find' ? 'oauth2' : 'oidc', execute: [client.allowInsecureRequests] },
);

const steps = {
  async find() {
    return server.serverMetadata();
  },

  async begin(redirectUri) {
    const checks = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
    };
    const url = client.buildAuthorizationUrl(server, {
      redirect_uri: redirectUri,
      scope: 'openid offline_access profile',
      prompt: 'consent',
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    });
    return { url, checks };
  },

  async finish(checks, callback) {
    client.enableNonRepudiationChecks(server); // the signatures of ID tokens are checked too
    const tokens = await client.authorizationCodeGrant(server, new URL(callback), {
      ...JSON.parse(checks),
      idTokenExpected: true,
    });
    const refreshed = await client.refreshTokenGrant(server, tokens.refresh_token);
    const { sub } = refreshed.claims();
    return {
      claims: tokens.claims(),
      refreshedClaims: refreshed.claims(),
      scope: refreshed.scope,
      refreshToken: refreshed.refresh_token,
      userinfo: await client.fetchUserInfo(server, refreshed.access_token, sub),
      introspection: secret ? await client.tokenIntrospection(server, refreshed.access_token) : null,
      signOutUrl: client.buildEndSessionUrl(server, {
        id_token_hint: refreshed.id_token,
        post_logout_redirect_uri: process.env.HOME_URL,
        state: 'bye',
      }),
    };
  },

  async revoke(refreshToken) {
    await client.tokenRevocation(server, refreshToken);
    const again = client.refreshTokenGrant(server, refreshToken);
    return again.then(() => ({ error: null }), ({ error }) => ({ error }));
  },
};

console.log(JSON.stringify(await steps[step](...rest)));
