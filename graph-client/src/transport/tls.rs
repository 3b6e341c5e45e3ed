//! TLS by rustls with ring, whatever provider of cryptography the program has installed.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Trusts whom the platform trusts.
pub(super) fn platform() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(speaking_http(config.with_no_client_auth()))
}

/// Trusts nobody, and needs no roots.
pub(super) fn nobody() -> Result<ClientConfig, Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty());
    Ok(speaking_http(config.with_no_client_auth()))
}

/// Offers what reqwest would: it does so only for a configuration of its own.
fn speaking_http(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
    config
}
