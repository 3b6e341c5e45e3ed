//! The refresh token of a person, which is replaced with every use.

use std::sync::Mutex;

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::Serializer;

use crate::sync::lock;

type Renewed = Box<dyn Fn(&str) + Send + Sync>;

pub(super) struct RefreshToken {
    client_secret: Option<SecretString>,
    current: Mutex<SecretString>,
    renewed: Renewed,
}

impl RefreshToken {
    pub(super) fn new(
        client_secret: Option<String>,
        token: String,
        renewed: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            client_secret: client_secret.map(SecretString::from),
            current: Mutex::new(SecretString::from(token)),
            renewed: Box::new(renewed),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        lock(&self.current).expose_secret().is_empty()
    }

    pub(super) fn write(&self, form: &mut Serializer<'_, String>) {
        form.append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", lock(&self.current).expose_secret());
        if let Some(secret) = &self.client_secret {
            form.append_pair("client_secret", secret.expose_secret());
        }
    }

    pub(super) fn renewed(&self, token: &str) {
        *lock(&self.current) = SecretString::from(token.to_owned());
        (self.renewed)(token);
    }
}
