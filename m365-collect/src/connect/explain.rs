//! What an error of Graph means to the person who set the connection up.

use graph_client::Error;

use super::code::Code;
use super::diagnosis::Diagnosis;
use super::network::{Fault, fault};
use super::problem::Problem;
use super::refusal;
use super::settings::Oddities;

/// What an error means, given what is odd about the settings.
pub(super) fn diagnose(error: &Error, odd: Oddities) -> Diagnosis {
    let diagnosis = told(error, odd);
    if diagnosis.request_id.is_none() {
        return diagnosis.with_request_id(error.request_id());
    }
    diagnosis
}

fn told(error: &Error, odd: Oddities) -> Diagnosis {
    let route = error.route().unwrap_or("the service");
    if error.is_wrong_tenant() {
        return wrong_tenant();
    }
    if let Some(status @ (500 | 502..=504)) = error.status() {
        return outage(route, status, error);
    }
    if error.is_throttled() {
        return throttled(route, error);
    }
    if is_foreign(error) {
        return foreign(route);
    }
    if let Some(refusal) = error.token_error() {
        return refusal::diagnose(refusal, odd);
    }
    if error.is_unlicensed() {
        return Diagnosis::new(
            Code::LicenseMissing,
            format!("the tenant has no license for {route}"),
            "have the license, or leave out the sources that need it",
        );
    }
    if error.is_authentication() {
        return unaccepted(error);
    }
    if error.is_permission_denied() {
        return Diagnosis::new(
            Code::PermissionMissing,
            format!("the application may not read {route}"),
            super::diagnosis::GRANT,
        );
    }
    if error.is_connection() || error.is_timeout() {
        return unreachable(route, error);
    }
    if error.is_invalid_request() {
        return Diagnosis::new(
            Code::Usage,
            error.to_string(),
            "correct the settings and run it again",
        );
    }
    Diagnosis::new(
        Code::Unexpected,
        error.to_string(),
        "try again; if it goes on, ask Microsoft support with the request id",
    )
}

pub(super) fn wrong_tenant() -> Diagnosis {
    Diagnosis::new(
        Code::WrongTenant,
        "another tenant answers than the one that was asked for",
        "check which tenant the credentials are for; nothing of the other one was read",
    )
}

fn outage(route: &str, status: u16, error: &Error) -> Diagnosis {
    let cure = match error.retry_after() {
        Some(wait) => format!(
            "try again in {} seconds, and look at the service health page of Microsoft 365",
            wait.as_secs_f64().ceil()
        ),
        None => "try again in a few minutes, and look at the service health page of Microsoft 365"
            .to_owned(),
    };
    let mut outage = Diagnosis::new(
        Code::Outage,
        format!("{route} answers {status}: the service itself fails"),
        cure,
    );
    if error.is_throttled() {
        outage.problem = Problem::Throttled;
    }
    outage
}

fn throttled(route: &str, error: &Error) -> Diagnosis {
    let cure = match error.retry_after() {
        Some(wait) => format!("try again in {} seconds", wait.as_secs_f64().ceil()),
        None => "try again in a few minutes, or allow a longer budget".to_owned(),
    };
    Diagnosis::new(
        Code::Throttled,
        format!("{route} asked to wait longer than the time budget allows"),
        cure,
    )
}

/// Whether something on the way answered: no error envelope of Graph, none of the sign-in service,
/// no request id, which both send with everything.
fn is_foreign(error: &Error) -> bool {
    // The sign-in page of a network sends there by redirect; Graph never sends elsewhere.
    if error.is_refused_link() {
        return true;
    }
    if error.request_id().is_some() {
        return false;
    }
    let nameless = match error.token_error() {
        Some(refusal) => refusal.error().is_none() && refusal.aadsts.is_none(),
        None => error.code().is_none(),
    };
    match error.status() {
        _ if error.is_decode() => true,
        Some(407) => true,
        Some(status) => nameless && (300..500).contains(&status) && status != 404,
        None => false,
    }
}

pub(super) fn foreign(route: &str) -> Diagnosis {
    Diagnosis::new(
        Code::Proxy,
        format!("what answers at {route} is not Microsoft's service but something on the way"),
        "let Microsoft's hosts pass the proxy or sign-in page of the network, or name the proxy \
         with `HttpTransport::with_proxy`: none is taken from the environment",
    )
}

fn unaccepted(error: &Error) -> Diagnosis {
    if error.status().is_none() {
        return Diagnosis::new(
            Code::CredentialSource,
            "the program's own source of tokens or assertions failed",
            "look at the source of this error",
        );
    }
    if error
        .code()
        .is_some_and(|code| code.eq_ignore_ascii_case("insufficient_claims"))
    {
        return Diagnosis::new(
            Code::ConditionalAccess,
            "conditional access asks for more than the token of an application can hold",
            "let an administrator exclude the application from the policy, or call from a place \
             that the policy allows",
        );
    }
    Diagnosis::new(
        Code::TokenRefused,
        "graph does not accept the token that the sign-in service gave",
        "check that tenant, application and cloud belong together, then try again",
    )
}

fn unreachable(route: &str, error: &Error) -> Diagnosis {
    match fault(error) {
        Fault::Dns => Diagnosis::new(
            Code::Dns,
            format!("the host name of {route} is not found"),
            "check the spelling of the host, the cloud, and the name servers of this machine",
        ),
        Fault::Certificate => Diagnosis::new(
            Code::TlsIntercepted,
            format!("the certificate at {route} is not one that this machine trusts"),
            "if a proxy of your network opens the encryption, exempt Microsoft's hosts or install \
             its root certificate; if none does, do not go on: somebody listens",
        ),
        Fault::CertificateTime => Diagnosis::new(
            Code::ClockSkew,
            format!("the certificate at {route} is not valid at the time of this machine"),
            "set the clock by a time service and try again; if it is right, something on the way \
             answers with a certificate of its own",
        ),
        Fault::NotTls => Diagnosis::new(
            Code::TlsIntercepted,
            format!("what answers at {route} breaks the encryption off"),
            "let Microsoft's hosts pass the proxy or firewall of the network without being opened",
        ),
        Fault::Proxy => Diagnosis::new(
            Code::Proxy,
            format!("the proxy does not pass the connection on to {route}"),
            "check address and sign-in of the proxy, and let it pass Microsoft's hosts",
        ),
        Fault::Other => Diagnosis::new(
            Code::Unreachable,
            format!("there is no answer from {route}"),
            "check network and firewall; a proxy has to be named with `HttpTransport::with_proxy`, \
             none is taken from the environment",
        ),
    }
}
