//! Authentication methods: which are a second factor, and which an authentication strength accepts.

use serde_json::Value;

use super::key::STRENGTHS;
use crate::evidence::Evidence;
use crate::facts::{is_annotation, says_something};

/// A set of kinds of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct MethodSet(u16);

impl MethodSet {
    pub(crate) const NONE: Self = Self(0);
    const SMS: Self = Self(1);
    const VOICE: Self = Self(1 << 1);
    const PUSH: Self = Self(1 << 2);
    /// Phone sign-in: the passwordless form of the Authenticator app.
    const DEVICE_PUSH: Self = Self(1 << 3);
    const SOFTWARE_CODE: Self = Self(1 << 4);
    const HARDWARE_CODE: Self = Self(1 << 5);
    const WINDOWS_HELLO: Self = Self(1 << 6);
    const PASSKEY: Self = Self(1 << 7);
    const CERTIFICATE: Self = Self(1 << 8);
    /// A method of another provider: answers a plain MFA demand, but no authentication strength.
    const EXTERNAL: Self = Self(1 << 9);
    /// What a strength may accept beside registered methods: a temporary pass, another provider's MFA.
    const PASSING: Self = Self(1 << 10);
    /// What a plain demand for MFA accepts.
    pub(crate) const ANY: Self = Self((1 << 10) - 1);
    pub(crate) const BUILT_IN: Self = Self(Self::ANY.0 & !Self::EXTERNAL.0);
    /// What cannot be phished.
    pub(crate) const PHISHING_RESISTANT: Self =
        Self(Self::WINDOWS_HELLO.0 | Self::PASSKEY.0 | Self::CERTIFICATE.0);
    const PASSWORDLESS: Self = Self(Self::PHISHING_RESISTANT.0 | Self::DEVICE_PUSH.0);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// A family of methods as a report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Passkey,
    Certificate,
    WindowsHello,
    Authenticator,
    HardwareCode,
    SoftwareCode,
    External,
    Phone,
}

impl Family {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey or security key",
            Self::Certificate => "certificate",
            Self::WindowsHello => "Windows Hello for Business",
            Self::Authenticator => "authenticator app",
            Self::HardwareCode => "hardware token",
            Self::SoftwareCode => "one-time code app",
            Self::External => "external method",
            Self::Phone => "phone",
        }
    }
}

/// The methods registered by one person.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Registered {
    pub(crate) usable: MethodSet,
    /// Whether a name stands there that this version does not know.
    pub(crate) strange: bool,
}

impl Registered {
    /// Reads method names of the registration report, or type names of the per-user list.
    ///
    /// Email and security questions reset passwords and are no second factor; a temporary access
    /// pass does not last. See
    /// <https://learn.microsoft.com/en-us/graph/api/resources/userregistrationdetails>.
    pub(crate) fn read(names: &[String]) -> Self {
        let mut registered = Self::default();
        for name in names {
            match kind_of(name) {
                Some(kind) => registered.usable = registered.usable.or(kind),
                None => registered.strange = true,
            }
        }
        registered
    }

    /// The strongest family, for a report.
    pub(crate) fn best_family(self) -> Option<Family> {
        const STRONGEST_FIRST: [(MethodSet, Family); 10] = [
            (MethodSet::PASSKEY, Family::Passkey),
            (MethodSet::CERTIFICATE, Family::Certificate),
            (MethodSet::WINDOWS_HELLO, Family::WindowsHello),
            (MethodSet::DEVICE_PUSH, Family::Authenticator),
            (MethodSet::PUSH, Family::Authenticator),
            (MethodSet::HARDWARE_CODE, Family::HardwareCode),
            (MethodSet::SOFTWARE_CODE, Family::SoftwareCode),
            (MethodSet::EXTERNAL, Family::External),
            (MethodSet::SMS, Family::Phone),
            (MethodSet::VOICE, Family::Phone),
        ];
        STRONGEST_FIRST
            .iter()
            .find(|(kind, _)| !kind.and(self.usable).is_empty())
            .map(|(_, family)| *family)
    }
}

/// What a method name is worth; `None` for a name that this version does not know.
fn kind_of(name: &str) -> Option<MethodSet> {
    let name = name.trim().trim_start_matches("#microsoft.graph.");
    let name = name.strip_suffix("AuthenticationMethod").unwrap_or(name);
    Some(match name.to_ascii_lowercase().as_str() {
        "mobilephone" | "alternatemobilephone" | "phone" | "sms" => {
            MethodSet::SMS.or(MethodSet::VOICE)
        }
        "officephone" | "voice" => MethodSet::VOICE,
        "microsoftauthenticatorpush" | "microsoftauthenticator" => MethodSet::PUSH,
        "microsoftauthenticatorpasswordless" | "passwordlessmicrosoftauthenticator" => {
            MethodSet::DEVICE_PUSH
        }
        "softwareonetimepasscode" | "softwareoath" => MethodSet::SOFTWARE_CODE,
        "hardwareonetimepasscode" | "hardwareoath" => MethodSet::HARDWARE_CODE,
        "windowshelloforbusiness" => MethodSet::WINDOWS_HELLO,
        "fido2"
        | "fido2securitykey"
        | "passkeydevicebound"
        | "passkeydeviceboundauthenticator"
        | "passkeydeviceboundwindowshello"
        | "passkeysynced"
        | "platformcredential"
        | "macossecureenclavekey" => MethodSet::PASSKEY,
        "certificate"
        | "certificatebasedauthentication"
        | "x509certificate"
        | "x509certificatemultifactor" => MethodSet::CERTIFICATE,
        "external" | "externalauthenticationmethod" => MethodSet::EXTERNAL,
        "email"
        | "securityquestion"
        | "password"
        | "temporaryaccesspass"
        | "qrcodepin"
        | "none"
        | "" => MethodSet::NONE,
        _ => return None,
    })
}

/// What an authentication strength accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    Mfa(MethodSet),
    /// A single factor will do, so that MFA is not asked for.
    SingleFactor,
    /// It cannot be told.
    Unknown,
}

/// What an authentication strength accepts.
///
/// Built-in strengths are known by id or name; others are looked up in `auth.auth_strengths`. See
/// <https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-strengths>.
pub(crate) fn accepted_by(strength: &Value, evidence: Evidence<'_>) -> Accepts {
    // The combinations it lists count, whatever its name.
    if let Some(own) = combinations(strength) {
        return own;
    }
    let names = names_of(strength);
    if asks_no_mfa(strength) {
        return Accepts::SingleFactor;
    }
    if says_more(strength) {
        return Accepts::Unknown;
    }
    // Where there is an id, the name decides nothing: anybody can choose it.
    let id = strength.get("id").filter(|id| !id.is_null());
    if id.is_some_and(|id| !id.is_string()) {
        return Accepts::Unknown;
    }
    let id = id.and_then(Value::as_str);
    for name in id.map_or_else(|| names.clone(), |id| vec![id.trim()]) {
        match name.to_ascii_lowercase().as_str() {
            "00000000-0000-0000-0000-000000000002" | "multifactor authentication" => {
                return Accepts::Mfa(MethodSet::BUILT_IN);
            }
            "00000000-0000-0000-0000-000000000003" | "passwordless mfa" => {
                return Accepts::Mfa(MethodSet::PASSWORDLESS);
            }
            "00000000-0000-0000-0000-000000000004" | "phishing-resistant mfa" => {
                return Accepts::Mfa(MethodSet::PHISHING_RESISTANT);
            }
            _ => {}
        }
    }
    if !evidence.is_whole(STRENGTHS) {
        return Accepts::Unknown;
    }
    let definitions = evidence.facts.other.get(STRENGTHS);
    let definitions = definitions.map_or(&[][..], |fact| &fact.items);
    let definition = definitions.iter().rev().find(|definition| match id {
        Some(id) => {
            let found = definition.get("id").and_then(Value::as_str);
            found.is_some_and(|found| found.eq_ignore_ascii_case(id.trim()))
        }
        None => names_of(definition)
            .iter()
            .any(|name| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))),
    });
    match definition {
        Some(definition) if asks_no_mfa(definition) => Accepts::SingleFactor,
        definition => definition
            .and_then(combinations)
            .unwrap_or(Accepts::Unknown),
    }
}

fn names_of(strength: &Value) -> Vec<&str> {
    match strength {
        Value::String(name) => vec![name.trim()],
        Value::Object(members) => ["id", "name", "display_name", "displayName"]
            .iter()
            .filter_map(|member| members.get(*member)?.as_str())
            .map(str::trim)
            .collect(),
        _ => Vec::new(),
    }
}

/// What the combinations listed in a strength amount to; `None` where none is listed.
fn combinations(definition: &Value) -> Option<Accepts> {
    let list = definition
        .get("allowed_combinations")
        .or_else(|| definition.get("allowedCombinations"))
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())?;
    let mut accepted = MethodSet::NONE;
    let mut strange = false;
    for combination in list {
        match combination.as_str().map_or(Accepts::Unknown, factors) {
            Accepts::Mfa(kind) => accepted = accepted.or(kind),
            Accepts::SingleFactor => return Some(Accepts::SingleFactor),
            Accepts::Unknown => strange = true,
        }
    }
    Some(if strange || says_more(definition) {
        Accepts::Unknown
    } else {
        Accepts::Mfa(accepted)
    })
}

/// Whether a strength says of itself that what it accepts is no MFA.
fn asks_no_mfa(strength: &Value) -> bool {
    let names = ["requirementsSatisfied", "requirements_satisfied"];
    let told = names.iter().find_map(|name| strength.get(*name)?.as_str());
    told.is_some_and(|told| told.eq_ignore_ascii_case("none"))
}

/// Whether a strength says more than which combinations it accepts, such as that only some keys or
/// issuers will do: <https://learn.microsoft.com/en-us/graph/api/resources/authenticationstrengthpolicy>.
fn says_more(definition: &Value) -> bool {
    const KNOWN: [&str; 13] = [
        "allowedCombinations",
        "allowed_combinations",
        "createdDateTime",
        "description",
        "displayName",
        "display_name",
        "id",
        "modifiedDateTime",
        "name",
        "policyType",
        "policy_type",
        "requirementsSatisfied",
        "requirements_satisfied",
    ];
    let members = definition.as_object().into_iter().flatten();
    let mut further =
        members.filter(|(name, _)| !is_annotation(name) && !KNOWN.contains(&name.as_str()));
    further.any(|(_, value)| says_something(value))
}

/// What a combination such as `password,sms` amounts to. The words:
/// <https://learn.microsoft.com/en-us/graph/api/resources/authenticationstrengthpolicy>.
fn factors(combination: &str) -> Accepts {
    let mut accepted = MethodSet::NONE;
    let (mut knowledge, mut multi) = (false, false);
    for mode in combination.split(',').map(str::trim) {
        let (kind, is_multi) = match mode {
            "password" | "federatedSingleFactor" | "x509CertificateSingleFactor" | "qrCodePin" => {
                knowledge = true;
                continue;
            }
            "temporaryAccessPassOneTime"
            | "temporaryAccessPassMultiUse"
            | "federatedMultiFactor" => (MethodSet::PASSING, true),
            "fido2" => (MethodSet::PASSKEY, true),
            "windowsHelloForBusiness" => (MethodSet::WINDOWS_HELLO, true),
            "x509CertificateMultiFactor" => (MethodSet::CERTIFICATE, true),
            "deviceBasedPush" => (MethodSet::DEVICE_PUSH, true),
            "microsoftAuthenticatorPush" => (MethodSet::PUSH, false),
            "softwareOath" => (MethodSet::SOFTWARE_CODE, false),
            "hardwareOath" => (MethodSet::HARDWARE_CODE, false),
            "sms" => (MethodSet::SMS, false),
            "voice" => (MethodSet::VOICE, false),
            _ => return Accepts::Unknown,
        };
        accepted = accepted.or(kind);
        multi |= is_multi;
    }
    if multi || (knowledge && !accepted.is_empty()) {
        Accepts::Mfa(accepted)
    } else {
        Accepts::SingleFactor
    }
}
