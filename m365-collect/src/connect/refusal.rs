//! What a refusal of the sign-in service means.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>. Microsoft may change
//! the numbers: known ones are mapped, others are passed on with their number.

use graph_client::{TokenError, TokenErrorKind};

use super::code::Code;
use super::diagnosis::Diagnosis;
use super::settings::Oddities;

/// What the refusal means, given what is odd about the settings.
pub(super) fn diagnose(error: &TokenError, odd: Oddities) -> Diagnosis {
    let code = refine(code(error), odd);
    let (cause, cure) = words(code, odd);
    let mut diagnosis = if code == Code::SignInRefused {
        Diagnosis::new(code, error.cause(), error.cure())
    } else {
        Diagnosis::new(code, cause, cure)
    };
    if let Some(number) = error.aadsts {
        diagnosis.cause = format!("{} (AADSTS{number})", diagnosis.cause);
    }
    diagnosis.aadsts = error.aadsts;
    diagnosis.with_request_id(error.trace_id())
}

fn code(error: &TokenError) -> Code {
    if let Some(code) = error.aadsts.and_then(numbered) {
        return code;
    }
    match error.kind {
        TokenErrorKind::WrongSecret => Code::WrongSecret,
        TokenErrorKind::SecretExpired => Code::SecretExpired,
        TokenErrorKind::AppNotFound | TokenErrorKind::ServicePrincipalMissing => Code::AppNotFound,
        TokenErrorKind::TenantNotFound => Code::TenantNotFound,
        TokenErrorKind::TenantDeleted => Code::TenantDeleted,
        TokenErrorKind::NoConsent => Code::NoConsent,
        TokenErrorKind::ConditionalAccess => Code::ConditionalAccess,
        TokenErrorKind::InvalidScope => Code::WrongCloud,
        TokenErrorKind::AssertionRejected => Code::AssertionRejected,
        TokenErrorKind::UserNotInTenant => Code::UserNotInTenant,
        TokenErrorKind::Transient => Code::Outage,
        TokenErrorKind::InvalidClient => Code::CredentialRejected,
        _ => Code::SignInRefused,
    }
}

/// Numbers that say more than their kind.
fn numbered(aadsts: u32) -> Option<Code> {
    Some(match aadsts {
        // The signed assertion is not within its time.
        700_024 => Code::ClockSkew,
        70_002 => Code::WrongSecret,
        7_000_216 | 7_000_218 => Code::CredentialRejected,
        700_030 => Code::AssertionRejected,
        70_001 | 700_011 => Code::AppNotFound,
        7_000_112 => Code::AppDisabled,
        // No consent, in several wordings.
        90_008 | 90_094 | 90_099 | 650_056 => Code::NoConsent,
        53_003 | 530_032 | 530_035 => Code::ConditionalAccess,
        // Consumers, and the tenant of personal accounts.
        90_027 | 9_002_331 | 9_002_332 | 9_001_023 => Code::PersonalAccount,
        // Other national clouds; 500011 when the cloud has no Graph of that name.
        90_038 | 90_051 | 900_382 | 900_432 | 900_439 | 1_000_104 | 500_011 => Code::WrongCloud,
        50_196 | 90_055 => Code::Throttled,
        90_012 | 90_090 | 90_091 => Code::Outage,
        _ => return None,
    })
}

/// What the settings add to what the service says.
fn refine(code: Code, odd: Oddities) -> Code {
    match code {
        Code::WrongSecret | Code::CredentialRejected if odd.secret_id => Code::SecretIdAsValue,
        Code::TenantNotFound if odd.personal => Code::PersonalAccount,
        other => other,
    }
}

const APP_ID: &str = "give the `Application (client) ID` of the app registration, not its object id \
     or secret id, and an administrator's consent in this tenant";

fn words(code: Code, odd: Oddities) -> (&'static str, &'static str) {
    match code {
        Code::SecretIdAsValue => (
            "the id of the client secret was given in the place of its value",
            "give the value, shown once when the secret is made; if it was not kept, make a new \
             secret and copy its `Value`",
        ),
        Code::WrongSecret if odd.padded => (
            "the client secret is wrong: it has blanks or line ends around it",
            "give the value of the secret alone",
        ),
        Code::WrongSecret => (
            "the client secret is wrong",
            "give the value of a secret of this application, not its id; if it was not kept, make \
             a new secret",
        ),
        Code::SecretExpired => (
            "the client secret has expired",
            "make a new secret in the app registration, or better a certificate, and give it here",
        ),
        Code::AssertionRejected => (
            "the certificate or the signed assertion is not one that the app registration knows",
            "upload this certificate to the app registration, or name issuer, subject and audience \
             of the federated credential as they are",
        ),
        Code::CredentialRejected => (
            "the credential of the application was not accepted",
            "check application id and credential against the app registration",
        ),
        Code::ClockSkew => (
            "the signed assertion is not within its time, so the clock of this machine is wrong",
            "set the clock by a time service and try again",
        ),
        Code::AppNotFound if odd.same_ids => (
            "there is no such application in this tenant: application and tenant have the same id",
            APP_ID,
        ),
        Code::AppNotFound => ("there is no such application in this tenant", APP_ID),
        Code::AppDisabled => (
            "the application is turned off",
            "let an administrator enable sign-in under `Enterprise applications`",
        ),
        Code::TenantNotFound => (
            "there is no such tenant in this cloud",
            "give the `Directory (tenant) ID` of the overview, and the cloud that the tenant lives in",
        ),
        Code::TenantDeleted => (
            "the tenant is deleted or blocked",
            "have it restored, or take it off the list",
        ),
        Code::PersonalAccount => (
            "this is where personal Microsoft accounts belong, which is no tenant",
            "give the `Directory (tenant) ID` of the organization's work or school tenant",
        ),
        Code::NoConsent => (
            "no administrator of the tenant has consented to the application",
            super::diagnosis::CONSENT,
        ),
        Code::ConditionalAccess => (
            "a conditional access policy of the tenant blocks the application",
            "let an administrator exclude it from the policy, or call from a place that the policy \
             allows; the sign-in log of service principals names the policy",
        ),
        Code::WrongCloud => (
            "tenant, application and cloud do not belong together",
            "name the national cloud that the tenant lives in; an application has to be registered \
             in the same one",
        ),
        Code::UserNotInTenant => (
            "the person who signed in is not known in the tenant",
            "put the person into a security group of an active GDAP relationship with the customer",
        ),
        Code::Throttled => (
            "too many tokens were asked for",
            "wait a few minutes, and keep one client for the life of the program",
        ),
        Code::Outage => (
            "the sign-in service has a passing failure",
            "try again in a few minutes",
        ),
        _ => (
            "the sign-in service refused",
            "look the number up at login.microsoftonline.com/error",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_number_has_a_case_of_its_own() {
        for (number, code) in [
            (700_024, Code::ClockSkew),
            (7_000_112, Code::AppDisabled),
            (90_038, Code::WrongCloud),
            (900_382, Code::WrongCloud),
            (900_439, Code::WrongCloud),
            (90_027, Code::PersonalAccount),
            (90_094, Code::NoConsent),
            (530_032, Code::ConditionalAccess),
            (50_196, Code::Throttled),
        ] {
            assert_eq!(numbered(number), Some(code), "{number}");
        }
        assert_eq!(numbered(12), None);
    }

    #[test]
    fn the_shape_of_the_secret_says_which_mistake_it_is() {
        let odd = Oddities {
            secret_id: true,
            ..Oddities::default()
        };
        assert_eq!(refine(Code::WrongSecret, odd), Code::SecretIdAsValue);
        assert_eq!(
            refine(Code::WrongSecret, Oddities::default()),
            Code::WrongSecret
        );
        assert_eq!(
            refine(Code::SecretExpired, odd),
            Code::SecretExpired,
            "old tools made secrets of this shape"
        );
    }

    #[test]
    fn words_are_one_clause_without_a_full_stop() {
        for code in Code::ALL {
            let (cause, cure) = words(*code, Oddities::default());
            for clause in [cause, cure] {
                assert!(!clause.ends_with('.') && !clause.contains("  "), "{clause}");
                assert!(clause.starts_with(|c: char| c.is_lowercase()), "{clause}");
            }
        }
    }
}
