//! TLS by rustls with ring, whatever provider of cryptography the program has installed.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::Verifier;

/// The certificates of a text in PEM, one at least; nothing when it is none.
pub(super) fn roots(pem: Option<&[u8]>) -> Option<Vec<CertificateDer<'static>>> {
    let Some(pem) = pem else {
        return Some(Vec::new());
    };
    let mut store = RootCertStore::empty();
    let mut roots = Vec::new();
    for root in CertificateDer::pem_slice_iter(pem) {
        let root = root.ok()?;
        store.add(root.clone()).ok()?;
        roots.push(root);
    }
    (!roots.is_empty()).then_some(roots)
}

/// Trusts whom the platform trusts, and these.
pub(super) fn platform(roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = if roots.is_empty() {
        Verifier::new(Arc::clone(&provider))?
    } else {
        with_roots(roots, Arc::clone(&provider))?
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(speaking_http(config.with_no_client_auth()))
}

#[cfg(not(target_os = "android"))]
fn with_roots(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, Error> {
    Verifier::new_with_extra_roots(roots, provider)
}

#[cfg(target_os = "android")]
fn with_roots(_: Vec<CertificateDer<'static>>, _: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    Err(Error::General("Android takes no further roots".to_owned()))
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
