//! What is wrong between this machine and Microsoft.

use std::error::Error;

/// What broke the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The name of the host is not found.
    Dns,
    /// The certificate is not one that this machine trusts for that host.
    Certificate,
    /// The certificate is not valid at this machine's time.
    CertificateTime,
    /// What answers does not speak TLS.
    NotTls,
    /// A proxy refuses to pass the connection on.
    Proxy,
    /// Anything else: refused, reset, not routed.
    Other,
}

/// An error holds no more causes than this.
const DEPTH: usize = 16;

/// What the libraries below say, in the order in which it is looked for: the TLS and DNS libraries
/// have no common type for these, but stable words.
const WORDS: &[(&str, Fault)] = &[
    ("dns error", Fault::Dns),
    ("failed to lookup address", Fault::Dns),
    ("certificate expired", Fault::CertificateTime),
    ("certificate not valid yet", Fault::CertificateTime),
    ("notvalidyet", Fault::CertificateTime),
    ("certificate: expired", Fault::CertificateTime),
    ("peer certificate", Fault::Certificate),
    ("unknownissuer", Fault::Certificate),
    ("received corrupt message", Fault::NotTls),
    ("received fatal alert", Fault::NotTls),
    ("tls handshake eof", Fault::NotTls),
    ("proxy auth", Fault::Proxy),
    ("tunnel error", Fault::Proxy),
];

/// What broke the way, as the causes of the error tell.
pub(super) fn fault(error: &(dyn Error + 'static)) -> Fault {
    let mut said = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause.filter(|_| said.len() < DEPTH) {
        said.push(error.to_string().to_ascii_lowercase());
        cause = error.source();
    }
    WORDS
        .iter()
        .find(|(words, _)| said.iter().any(|said| said.contains(words)))
        .map_or(Fault::Other, |(_, fault)| *fault)
}
