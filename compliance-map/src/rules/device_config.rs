//! What configuration profiles set on devices.

use std::collections::BTreeSet;

use super::setting::{Answer, NOT_READ, Question, is_narrowed};
use super::{Context, Finding};
use crate::facts::{DeviceConfigFact, Row as _};
use crate::framework::DeviceSetting;

/// Whether a profile sets it for all devices of a kind. Of a limit, less is stricter.
pub(super) fn find(context: &Context<'_>, setting: DeviceSetting, at_most: Option<u32>) -> Finding {
    let what = words(setting);
    let words = match at_most {
        Some(limit) => format!("does a profile for all devices set {what}, at most {limit}?"),
        None => format!("does a profile for all devices set {what}?"),
    };
    let none = "no profile for all devices does";
    let mut finding = Question::new(words, "assign a profile that sets it to all devices").any(
        context,
        none,
        |row: &DeviceConfigFact| {
            let set = match (value(row, setting), at_most) {
                // A profile sets what it is made for; it is silent about the rest.
                (Value::Flag(None) | Value::Limit(None), _) => return Answer::Skip,
                (Value::Flag(Some(on)), _) => on,
                (Value::Limit(Some(0)), _) => false,
                (Value::Limit(Some(found)), limit) => limit.is_none_or(|limit| found <= limit),
            };
            match &row.assigned_to {
                _ if !set => Answer::fail(none),
                None => Answer::Unknown(NOT_READ),
                Some(groups) if groups.iter().any(|g| is_everybody(g)) => Answer::Pass,
                Some(_) => Answer::fail(none),
            }
        },
    );
    // Profiles that contradict each other are a conflict, of which neither is in force for certain:
    // <https://learn.microsoft.com/en-us/mem/intune/configuration/device-profile-troubleshoot>.
    let is_contrary = |row: &DeviceConfigFact| {
        let is_assigned = row
            .assigned_to
            .as_ref()
            .is_none_or(|groups| !groups.is_empty());
        is_assigned
            && match (value(row, setting), at_most) {
                (Value::Flag(on), _) => on == Some(false),
                (Value::Limit(found), limit) => {
                    found.is_some_and(|found| found == 0 || limit.is_some_and(|l| found > l))
                }
            }
    };
    let passes = |row: &DeviceConfigFact| {
        let is_for_all = row.assigned_to.iter().flatten().any(|g| is_everybody(g));
        is_for_all
            && !is_narrowed(row)
            && !is_contrary(row)
            && !matches!(value(row, setting), Value::Flag(None) | Value::Limit(None))
    };
    let rows = &context.evidence.facts.device_config.items;
    let platform = |row: &DeviceConfigFact| row.platform.as_deref().map(str::to_ascii_lowercase);
    let good: BTreeSet<Option<String>> = rows
        .iter()
        .filter(|row| passes(row))
        .map(platform)
        .collect();
    let mut contrary = rows.iter().filter(|row| is_contrary(row)).map(platform);
    let is_conflict = contrary.any(|bad| {
        bad.is_none() && !good.is_empty() || good.contains(&None) || good.contains(&bad)
    });
    if is_conflict && finding.passing > 0 {
        finding.passing = 0;
        let why = "another profile sets it otherwise";
        finding.count(
            context,
            DeviceConfigFact::KEY,
            context.tenant(),
            Answer::Unknown(why),
        );
    }
    finding
}

/// See <https://learn.microsoft.com/en-us/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget>.
fn is_everybody(target: &str) -> bool {
    ["all", "alldevices", "allusers", "alllicensedusers"]
        .contains(&target.to_ascii_lowercase().as_str())
}

enum Value {
    Flag(Option<bool>),
    Limit(Option<u32>),
}

fn value(row: &DeviceConfigFact, setting: DeviceSetting) -> Value {
    match setting {
        DeviceSetting::LockMinutes => Value::Limit(row.lock_minutes),
        DeviceSetting::FailedAttempts => Value::Limit(row.failed_attempts),
        DeviceSetting::Firewall => Value::Flag(row.firewall),
        DeviceSetting::RemovableMediaProtected => Value::Flag(row.removable_media_protected),
        DeviceSetting::RemovableMediaScanned => Value::Flag(row.removable_media_scanned),
        DeviceSetting::AutorunBlocked => Value::Flag(row.autorun_blocked),
        DeviceSetting::ExploitProtection => Value::Flag(row.exploit_protection),
        DeviceSetting::BehaviourMonitoring => Value::Flag(row.behaviour_monitoring),
        DeviceSetting::TamperProtection => Value::Flag(row.tamper_protection),
        DeviceSetting::WorkDataApart => Value::Flag(row.work_data_apart),
        DeviceSetting::ExtensionsLimited => Value::Flag(row.extensions_limited),
        DeviceSetting::SoftwareAllowList => Value::Flag(row.software_allow_list),
    }
}

const fn words(setting: DeviceSetting) -> &'static str {
    match setting {
        DeviceSetting::LockMinutes => "after how many idle minutes the screen locks",
        DeviceSetting::FailedAttempts => "after how many failed attempts a device locks",
        DeviceSetting::Firewall => "the firewall on",
        DeviceSetting::RemovableMediaProtected => "that removable media are encrypted or shut out",
        DeviceSetting::RemovableMediaScanned => "that removable media are scanned for malware",
        DeviceSetting::AutorunBlocked => "that nothing starts by itself from removable media",
        DeviceSetting::ExploitProtection => "exploit protection on",
        DeviceSetting::BehaviourMonitoring => "that malware is looked for by behaviour",
        DeviceSetting::TamperProtection => "that users cannot switch protection off",
        DeviceSetting::WorkDataApart => "that work and private data are kept apart",
        DeviceSetting::ExtensionsLimited => {
            "that only listed extensions of browsers and mail clients can be used"
        }
        DeviceSetting::SoftwareAllowList => "that only listed software can run",
    }
}
