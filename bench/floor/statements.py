"""The SQL of the floor, by hand. PostgreSQL does each grant in one statement, SQLite in one transaction."""

AUDIT_COLUMNS = "tenant_id, id, key, payload, created_at, user_id, application_id, session_id, interaction_id"
ACCESS_COLUMNS = "tenant_id, token_hash, grant_id, application_id, scope, created_at, expires_at"
REFRESH_COLUMNS = "tenant_id, token_hash, grant_id, application_id, created_at, expires_at, started_at, consumed_at"
# What the claims are made of.
LIVE = """g.id, g.user_id, g.session_id, g.scopes, g.authenticated_at, g.nonce, u.username, u.name, u.avatar, u.profile,
    u.created_at, u.updated_at"""
JOINED = """JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id
    LEFT JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id"""
HOLDS = """g.revoked_at IS NULL AND g.expires_at > {now} AND NOT u.is_suspended AND g.created_at > u.valid_after
    AND (g.is_offline OR (s.id IS NOT NULL AND s.ended_at IS NULL AND s.expires_at > {now}))"""

SQLITE_AUDIT = f"INSERT INTO audit_log ({AUDIT_COLUMNS}) VALUES ('default', ?, ?, ?, ?, ?, ?, ?, NULL)"
SQLITE_ACCESS = f"INSERT INTO access_tokens ({ACCESS_COLUMNS}) VALUES ('default', ?, ?, ?, ?, ?, ?)"
SQLITE_REFRESH = f"INSERT INTO refresh_tokens ({REFRESH_COLUMNS}) VALUES ('default', ?, ?, ?, ?, ?, ?, NULL)"
SQLITE_TAKE_CODE = """UPDATE authorization_codes SET consumed_at = ? WHERE tenant_id = 'default' AND code_hash = ?
    AND application_id = ? AND redirect_uri = ? AND code_challenge = ? AND expires_at > ? AND consumed_at IS NULL
    RETURNING grant_id"""
SQLITE_TAKE_REFRESH = """UPDATE refresh_tokens SET consumed_at = ? WHERE tenant_id = 'default' AND token_hash = ?
    AND application_id = ? AND expires_at > ? AND consumed_at IS NULL RETURNING grant_id, expires_at, started_at"""
SQLITE_GRANT = f"""SELECT {LIVE} FROM grants g {JOINED}
    WHERE g.tenant_id = 'default' AND g.id = ? AND {HOLDS.format(now="?")}"""
SQLITE_TOKEN = f"""SELECT {LIVE}, t.scope, t.application_id, t.created_at, t.expires_at FROM access_tokens t
    JOIN grants g ON g.tenant_id = t.tenant_id AND g.id = t.grant_id {JOINED}
    WHERE t.tenant_id = 'default' AND t.token_hash = ? AND t.expires_at > ? AND {HOLDS.format(now="?")}"""
SQLITE_INTERACTION = """SELECT id, application_id, request FROM interactions WHERE tenant_id = 'default' AND id = ?
    AND browser_hash = ? AND finished_at IS NULL AND expires_at > ?"""

POSTGRESQL_AUDIT = f"INSERT INTO audit_log ({AUDIT_COLUMNS}) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, NULL)"
POSTGRESQL_TOKEN = f"""SELECT {LIVE}, t.scope, t.application_id, t.created_at, t.expires_at FROM access_tokens t
    JOIN grants g ON g.tenant_id = t.tenant_id AND g.id = t.grant_id {JOINED}
    WHERE t.tenant_id = 'default' AND t.token_hash = $1 AND t.expires_at > $2 AND {HOLDS.format(now="$2")}"""
POSTGRESQL_INTERACTION = """SELECT id, application_id, request FROM interactions WHERE tenant_id = 'default' AND id = $1
    AND browser_hash = $2 AND finished_at IS NULL AND expires_at > $3"""
# $1 now, $2 token or code, $3 application, $4 access token, $5 refresh token, $6 scope, $7 expiry of the access token,
# $8 audit id, $9 audit payload; a code has $10 redirect URI, $11 challenge, $12 expiry of the refresh token besides.
_LIVE_OF_TAKEN = f"""live AS (SELECT {LIVE} FROM taken JOIN grants g ON g.tenant_id = 'default'
    AND g.id = taken.grant_id {JOINED} WHERE {HOLDS.format(now="$1")}),
  access AS (INSERT INTO access_tokens ({ACCESS_COLUMNS})
    SELECT 'default', $4, id, $3::varchar, $6, $1::bigint, $7 FROM live)"""
POSTGRESQL_REDEEM = f"""WITH taken AS (UPDATE authorization_codes SET consumed_at = $1 WHERE tenant_id = 'default'
    AND code_hash = $2 AND application_id = $3 AND redirect_uri = $10 AND code_challenge = $11 AND expires_at > $1
    AND consumed_at IS NULL RETURNING grant_id), {_LIVE_OF_TAKEN},
  refresh AS (INSERT INTO refresh_tokens ({REFRESH_COLUMNS})
    SELECT 'default', $5, id, $3::varchar, $1::bigint, $12, $1::bigint, NULL FROM live),
  line AS (INSERT INTO audit_log ({AUDIT_COLUMNS}) SELECT 'default', $8,
    'ExchangeTokenBy.AuthorizationCode', $9, $1::bigint, user_id, $3::varchar, session_id, NULL FROM live)
  SELECT * FROM live"""
POSTGRESQL_ROTATE = f"""WITH taken AS (UPDATE refresh_tokens SET consumed_at = $1 WHERE tenant_id = 'default'
    AND token_hash = $2 AND application_id = $3 AND expires_at > $1 AND consumed_at IS NULL
    RETURNING grant_id, expires_at, started_at), {_LIVE_OF_TAKEN},
  refresh AS (INSERT INTO refresh_tokens ({REFRESH_COLUMNS})
    SELECT 'default', $5, live.id, $3::varchar, $1::bigint, expires_at, started_at, NULL FROM live, taken),
  line AS (INSERT INTO audit_log ({AUDIT_COLUMNS}) SELECT 'default', $8,
    'ExchangeTokenBy.RefreshToken', $9, $1::bigint, user_id, $3::varchar, session_id, NULL FROM live)
  SELECT * FROM live"""
