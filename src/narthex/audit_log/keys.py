"""The keys of audit events. Wire: logto-api.md 5.7; docs/reference/audit-events.md explains each."""

INTERACTION_CREATE = "Interaction.Create"
INTERACTION_END = "Interaction.End"
SIGN_IN_SUBMIT = "Interaction.SignIn.Submit"
REGISTER_SUBMIT = "Interaction.Register.Submit"
SIGN_IN_PASSWORD = "Interaction.SignIn.Verification.Password.Submit"
REGISTER_PASSWORD = "Interaction.Register.Verification.NewPasswordIdentity.Submit"
CONSENT_SUBMIT = "Interaction.Consent.Submit"

EXCHANGE_UNKNOWN = "ExchangeTokenBy.Unknown"
EXCHANGE_BY = {
    "authorization_code": "ExchangeTokenBy.AuthorizationCode",
    "refresh_token": "ExchangeTokenBy.RefreshToken",
    "client_credentials": "ExchangeTokenBy.ClientCredentials",
}
REVOKE_TOKEN = "RevokeToken"
REVOKE_GRANTS = "RevokeGrants"

SESSION_END = "Session.End"
SIGNING_KEY_ROTATE = "SigningKey.Rotate"
APPLICATION_CREATE = "Application.Create"
USER_CREATE = "User.Create"
USER_SUSPEND = "User.Suspend"
USER_RESUME = "User.Resume"
