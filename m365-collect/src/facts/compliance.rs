//! What Intune asks of a device.

use compliance_map::Fact;
use compliance_map::facts::CompliancePolicyFact;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::assignment::{platform, targets};
use super::fact::fact;
use super::part::Part;
use super::value::{Single, type_name};
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// Properties that test something when they are set, and the word for what they test:
/// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicy>
/// and the types derived from it.
const TESTS: [(&str, &str); 38] = [
    ("activeFirewallRequired", "firewall"),
    ("antiSpywareRequired", "antivirus"),
    ("antivirusRequired", "antivirus"),
    ("bitLockerEnabled", "encryption"),
    ("codeIntegrityEnabled", "code_integrity"),
    ("defenderEnabled", "antivirus"),
    ("deviceThreatProtectionEnabled", "threat_level"),
    ("earlyLaunchAntiMalwareDriverEnabled", "early_launch"),
    ("firewallBlockAllIncoming", "firewall"),
    ("firewallEnabled", "firewall"),
    ("managedEmailProfileRequired", "managed_mail"),
    ("minAndroidSecurityPatchLevel", "os_version"),
    ("mobileOsMaximumVersion", "os_version"),
    ("mobileOsMinimumVersion", "os_version"),
    ("osMaximumBuildVersion", "os_version"),
    ("osMaximumVersion", "os_version"),
    ("osMinimumBuildVersion", "os_version"),
    ("osMinimumVersion", "os_version"),
    ("passcodeRequired", "password"),
    ("passwordRequired", "password"),
    ("requireHealthyDeviceReport", "health"),
    ("restrictedApps", "apps"),
    ("rtpEnabled", "antivirus"),
    ("secureBootEnabled", "secure_boot"),
    ("securityBlockJailbrokenDevices", "jailbreak"),
    ("securityDisableUsbDebugging", "usb_debugging"),
    (
        "securityPreventInstallAppsFromUnknownSources",
        "app_sources",
    ),
    ("securityRequireCompanyPortalAppIntegrity", "app_integrity"),
    ("securityRequireGooglePlayServices", "play_services"),
    (
        "securityRequireSafetyNetAttestationBasicIntegrity",
        "health",
    ),
    (
        "securityRequireSafetyNetAttestationCertifiedDevice",
        "health",
    ),
    ("securityRequireUpToDateSecurityProviders", "play_services"),
    ("securityRequireVerifyApps", "app_sources"),
    ("signatureOutOfDate", "antivirus"),
    ("storageRequireEncryption", "encryption"),
    ("systemIntegrityProtectionEnabled", "system_integrity"),
    ("tpmRequired", "tpm"),
    ("validOperatingSystemBuildRanges", "os_version"),
];

/// Types whose every test is known.
const KNOWN: [&str; 8] = [
    "androidCompliancePolicy",
    "androidWorkProfileCompliancePolicy",
    "iosCompliancePolicy",
    "macOSCompliancePolicy",
    "windows10CompliancePolicy",
    "windows10MobileCompliancePolicy",
    "windows81CompliancePolicy",
    "windowsPhone81CompliancePolicy",
];

/// What a policy tests; `None` where it may test something that is not known.
fn tests(policy: &Map<String, Value>, kind: &str) -> Option<Vec<String>> {
    let is_set = |value: &Value| match value {
        Value::Bool(is_on) => *is_on,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    let mut tests: Vec<String> = TESTS
        .iter()
        .filter(|(property, _)| policy.get(*property).is_some_and(is_set))
        .map(|(_, test)| (*test).to_owned())
        .collect();
    tests.sort_unstable();
    tests.dedup();
    (!tests.is_empty() || KNOWN.contains(&kind)).then_some(tests)
}

fn row(policy: String, view: &Map<String, Value>) -> CompliancePolicyFact {
    let text = |name: &str| view.get(name).and_then(Value::as_str);
    let kind = type_name(text("@odata.type").unwrap_or_default());
    let members = [
        ("name", text("displayName")),
        ("platform", platform(kind)),
        ("type", Some(kind).filter(|kind| !kind.is_empty())),
    ];
    CompliancePolicyFact {
        policy,
        tests: tests(view, kind),
        assigned_to: targets(view),
        extra: members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
            .collect(),
    }
}

/// <https://learn.microsoft.com/graph/api/resources/intune-shared-devicemanagement>
#[derive(Deserialize)]
struct Intune {
    settings: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    secure_by_default: Option<bool>,
}

/// Policies, and what a device without one counts as, where that was read.
pub(super) async fn policies(
    reader: &Reader<'_>,
) -> Result<Fact<CompliancePolicyFact>, StoreError> {
    let kind = &Kind::COMPLIANCE_POLICY;
    let mut policies = fact(
        reader,
        "device_compliance_policies",
        kind,
        |id, view: Map<String, Value>| row(id, &view),
    )
    .await?;
    let evidence = reader.evidence("device_compliance_policies", kind).await?;
    let tenant = Part::of(
        reader,
        "device_management",
        &Kind::DEVICE_MANAGEMENT,
        &evidence,
    )
    .await?;
    if tenant.is_known() && policies.collected_at.is_some() {
        let read = reader
            .rows(
                &Kind::DEVICE_MANAGEMENT,
                |_, Single(intune): Single<Intune>| intune.settings?.secure_by_default,
            )
            .await?;
        if let Some(is_secure) = read.items.last() {
            let word = if *is_secure {
                "noncompliant"
            } else {
                "compliant"
            };
            policies
                .extra
                .insert("default_without_policy".to_owned(), word.into());
        }
    }
    tenant.remark(&mut policies, "what a device without a policy counts as");
    Ok(policies)
}
