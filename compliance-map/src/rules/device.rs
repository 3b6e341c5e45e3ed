//! Managed devices and the software on them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::setting::{Answer, NOT_READ, Question, is_narrowed};
use super::{Context, Finding};
use crate::evidence::{EvidenceGrade, latest};
use crate::facts::{
    AppFact, CompliancePolicyFact, DeviceFact, DeviceProtectionFact, DeviceUpdateFact, Row, TENANT,
};
use crate::verdict::Action;

const SECONDS_PER_DAY: i64 = 86_400;

pub(super) fn encryption(context: &Context<'_>) -> Finding {
    Question::new(
        "is the storage of every managed device encrypted?",
        "encrypt the devices listed, and let a compliance policy demand it",
    )
    .every(context, |row: &DeviceFact| {
        Answer::is(row.encrypted, true, "its storage is not encrypted")
    })
}

pub(super) fn compliance(context: &Context<'_>) -> Finding {
    Question::new(
        "is every managed device compliant?",
        "bring the devices listed into compliance, or retire them",
    )
    .every(context, |row: &DeviceFact| {
        let state = row.compliance_state.as_deref().unwrap_or_default();
        let under = row.extra.get("under_policy");
        let is_tested = under.is_none_or(|under| matches!(under, Value::Null | Value::Bool(true)));
        match state.to_ascii_lowercase().as_str() {
            // A device under no compliance policy has the state that the tenant sets as default.
            "compliant" if !is_tested => Answer::Unknown("no policy tests whether it complies"),
            "compliant" => Answer::Pass,
            "noncompliant" | "ingraceperiod" | "conflict" => {
                Answer::fail("does not comply with its policies")
            }
            _ => Answer::Unknown("its compliance is not known"),
        }
    })
}

const POLICIES: &str = "device.compliance";

/// See <https://learn.microsoft.com/en-us/mem/intune/protect/device-compliance-get-started>.
pub(super) fn without_policy(context: &Context<'_>) -> Finding {
    let mut finding = Finding {
        question: "does a device without a compliance policy count as not compliant?".into(),
        advice: "let devices without a compliance policy count as not compliant",
        target: Some(super::Target::Objects(POLICIES)),
        whole: true,
        ..Finding::default()
    };
    context.need(POLICIES, &mut finding);
    if context.evidence.grade(POLICIES) == EvidenceGrade::Absent {
        finding.undecidable = Some("the evidence is missing");
        return finding;
    }
    let fact = CompliancePolicyFact::fact(context.evidence.facts);
    let default = fact.extra.get("default_without_policy");
    let told = default.and_then(|default| {
        let word = default.as_str().map(str::to_ascii_lowercase);
        match word.as_deref() {
            Some("noncompliant") => Some(true),
            Some("compliant") => Some(false),
            _ => None,
        }
    });
    let answer = Answer::is(told, true, "such a device counts as compliant");
    finding.count(context, POLICIES, context.tenant(), answer);
    finding.in_place = finding.passing > 0;
    finding
}

pub(super) fn policies(context: &Context<'_>) -> Finding {
    let none = "no compliance policy that tests anything is assigned";
    Question::new(
        "is a compliance policy that tests something assigned to devices?",
        "assign compliance policies to the devices",
    )
    .any(context, none, |row: &CompliancePolicyFact| {
        let tests = row.tests.as_ref().map(|tests| !tests.is_empty());
        Answer::all_of([tests, reaches_somebody(context, row)], none)
    })
}

/// What a compliance policy can test that bears on the health of a device.
const HEALTH: [&str; 13] = [
    "antivirus",
    "app_integrity",
    "code_integrity",
    "early_launch",
    "encryption",
    "firewall",
    "health",
    "jailbreak",
    "os_version",
    "secure_boot",
    "system_integrity",
    "threat_level",
    "tpm",
];

/// What it can test besides.
const NO_HEALTH: [&str; 6] = [
    "app_sources",
    "apps",
    "managed_mail",
    "password",
    "play_services",
    "usb_debugging",
];

/// Whether a policy tests the health of devices; `None` where that cannot be told.
fn tests_health(row: &CompliancePolicyFact) -> Option<bool> {
    let tests = row.tests.as_ref()?;
    let is_in = |list: &[&str], test: &String| list.iter().any(|t| test.eq_ignore_ascii_case(t));
    if tests.iter().any(|test| is_in(&HEALTH, test)) {
        (!is_narrowed(row)).then_some(true)
    } else {
        tests
            .iter()
            .all(|test| is_in(&NO_HEALTH, test))
            .then_some(false)
    }
}

/// Whether a policy is assigned to anybody: to groups that are known to be empty it is not.
fn reaches_somebody(context: &Context<'_>, row: &CompliancePolicyFact) -> Option<bool> {
    let targets: Vec<&str> = row
        .assigned_to
        .as_ref()?
        .iter()
        .map(String::as_str)
        .collect();
    let are_groups = targets.iter().all(|target| context.is_group(target));
    let is_empty = are_groups && context.groups.members(&targets).is_empty();
    Some(!targets.is_empty() && (!is_empty || context.groups.any_is_open(&targets)))
}

/// Takes in whether a device that counts as compliant was tested: on each platform a policy that
/// tests health reaches every device that another policy reaches.
pub(super) fn need_health(context: &Context<'_>, finding: &mut Finding) {
    context.need(POLICIES, finding);
    if context.evidence.grade(POLICIES) == EvidenceGrade::Absent {
        let why = "what makes a device compliant was not read";
        finding.count(context, POLICIES, context.tenant(), Answer::Unknown(why));
        return;
    }
    let rows = latest(&context.evidence.facts.device_compliance.items, |row| {
        &row.policy
    });
    let mut platforms: BTreeMap<&str, Vec<&CompliancePolicyFact>> = BTreeMap::new();
    for row in rows.into_values() {
        if reaches_somebody(context, row) != Some(false) {
            let platform = row.extra.get("platform").and_then(Value::as_str);
            platforms
                .entry(platform.unwrap_or_default())
                .or_default()
                .push(row);
        }
    }
    let is_whole = context.evidence.is_whole(POLICIES);
    let mut answers: BTreeMap<&str, Answer> = BTreeMap::new();
    if platforms.is_empty() {
        answers.insert(
            TENANT,
            Answer::fail("no compliance policy is assigned, so that nothing is tested"),
        );
    }
    // A policy whose platform was not read may be for any platform.
    let mut anywhere = platforms.get("").into_iter().flatten();
    let is_perhaps_tested = anywhere.any(|row| tests_health(row) == Some(true));
    for rows in platforms.values() {
        // A policy whose targets were not read may reach every device.
        let is_perhaps_tested = is_perhaps_tested
            || rows
                .iter()
                .any(|row| tests_health(row) == Some(true) && row.assigned_to.is_none());
        let healthy = rows.iter().filter(|row| tests_health(row) == Some(true));
        let tested: BTreeSet<&str> = healthy
            .flat_map(|row| row.assigned_to.iter().flatten())
            .map(String::as_str)
            .collect();
        let everybody = ["AllDevices", "AllUsers"];
        let everybody = everybody.iter().any(|all| tested.contains(all));
        for row in rows {
            let mut targets = row.assigned_to.iter().flatten();
            let is_tested = everybody
                || row.assigned_to.is_some() && targets.all(|t| tested.contains(t.as_str()));
            let answer = match tests_health(row) {
                Some(true) => continue,
                _ if is_tested => continue,
                Some(false)
                    if tested.is_empty()
                        && !is_perhaps_tested
                        && reaches_somebody(context, row) == Some(true) =>
                {
                    Answer::fail("lets devices count as compliant of whose health it tests nothing")
                }
                _ => Answer::Unknown("whether another policy tests its devices is not known"),
            };
            answers.insert(&row.policy, answer);
        }
    }
    for (id, answer) in answers {
        let member = context.population.member(id);
        match answer {
            Answer::Fail(why) if is_whole => {
                let action = Action::ChangePolicy {
                    fact: POLICIES.to_owned(),
                    policy: (id != TENANT).then(|| id.to_owned()),
                    change: "let it test the health of its devices".to_owned(),
                };
                finding.steps.entry(action).or_default().insert(member);
                finding.count(context, POLICIES, member, Answer::Fail(why));
            }
            // Another policy may stand where the list was cut.
            Answer::Fail(_) => {
                let why = "whether another policy tests its devices is not known";
                finding.count(context, POLICIES, member, Answer::Unknown(why));
            }
            answer => finding.count(context, POLICIES, member, answer),
        }
    }
}

pub(super) fn inventory(context: &Context<'_>, days: u32) -> Finding {
    let words = format!(
        "does the inventory name owner and system of every managed device, and has each reported within {days} days?"
    );
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let as_of = context.evidence.as_of();
    Question::new(
        words,
        "give the devices listed an owner, and retire those that no longer report",
    )
    .every(context, |row: &DeviceFact| {
        let told = |text: &Option<String>| text.as_deref().map(|text| !text.trim().is_empty());
        match (told(&row.owner), told(&row.os), row.last_sync) {
            (Some(false), _, _) => Answer::fail("has no owner"),
            (_, Some(false), _) => Answer::fail("its system is not known"),
            (_, _, Some(time)) if time > as_of => {
                Answer::Unknown("its last report is dated after the time of the assessment")
            }
            (_, _, Some(time)) if as_of.is_more_than_seconds_after(time, limit) => {
                Answer::Fail(format!("has not reported for more than {days} days"))
            }
            (Some(true), Some(true), Some(_)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn supported(context: &Context<'_>) -> Finding {
    Question::new(
        "does the vendor still support the system of every managed device?",
        "update or retire the devices listed",
    )
    .every(context, |row: &DeviceFact| {
        let why = "the vendor no longer supports its system";
        Answer::is(row.os_supported, true, why)
    })
}

/// What manages a device decides whether it can be wiped from afar:
/// <https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-managementagenttype>.
pub(super) fn remote_wipe(context: &Context<'_>) -> Finding {
    Question::new(
        "can every managed device be wiped from afar?",
        "enrol the devices listed in device management",
    )
    .every(context, |row: &DeviceFact| {
        let agent = row.management_agent.as_deref().unwrap_or_default();
        match agent.to_ascii_lowercase().as_str() {
            "mdm"
            | "easmdm"
            | "intuneclient"
            | "easintuneclient"
            | "configurationmanagerclientmdm"
            | "configurationmanagerclientmdmeas"
            | "googleclouddevicepolicycontroller"
            | "microsoft365managedmdm"
            | "intuneaosp" => Answer::Pass,
            // Exchange ActiveSync can wipe a device too, where its policy allows it.
            "eas" => Answer::Unknown("whether it can be wiped is told by its mail policy"),
            "configurationmanagerclient" | "mssense" => {
                Answer::fail("it is not enrolled in a way that lets it be wiped")
            }
            _ => Answer::Unknown("what manages it is not known"),
        }
    })
}

pub(super) fn protection(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "does every managed device scan files as they are used, with current signatures?",
        "switch on real-time protection and update signatures on the devices listed",
    )
    .every(context, |row: &DeviceProtectionFact| {
        match (row.real_time_protection, row.signatures_overdue) {
            (Some(false), _) => Answer::fail("real-time protection is off"),
            (_, Some(true)) => Answer::fail("its signatures are overdue"),
            (Some(true), Some(false)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    });
    let rows = &context.evidence.facts.device_protection.items;
    let reported: BTreeSet<&str> = rows.iter().map(|row| row.device.as_str()).collect();
    need_windows_devices::<DeviceProtectionFact>(context, &mut finding, |id| reported.contains(id));
    finding
}

/// A Windows device of the inventory without a row of its own has not reported.
fn need_windows_devices<T: Row>(
    context: &Context<'_>,
    finding: &mut Finding,
    has_row: impl Fn(&str) -> bool,
) {
    // Without the inventory it is not known which devices there are.
    context.need(DeviceFact::KEY, finding);
    if context.evidence.grade(DeviceFact::KEY) == EvidenceGrade::Absent
        || context.evidence.grade(T::KEY) == EvidenceGrade::Absent
    {
        return;
    }
    let rows = &context.evidence.facts.device_inventory.items;
    for (id, row) in latest(rows, |row| &row.device) {
        let os = row.os.as_deref().unwrap_or_default().to_ascii_lowercase();
        if os.contains("windows") && !has_row(id) {
            let why = "the device has not reported";
            let member = context.population.member(id);
            finding.count(context, T::KEY, member, Answer::Unknown(why));
            finding.undecidable = None;
        }
    }
}

pub(super) fn updates(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "has every managed device its updates?",
        "update the devices listed",
    )
    .every(context, |row: &DeviceUpdateFact| {
        Answer::is(row.up_to_date, true, "updates are missing")
    });
    let rows = &context.evidence.facts.device_updates.items;
    let reported: BTreeSet<&str> = rows.iter().map(|row| row.device.as_str()).collect();
    need_windows_devices::<DeviceUpdateFact>(context, &mut finding, |id| reported.contains(id));
    finding
}

pub(super) fn software_inventory(context: &Context<'_>) -> Finding {
    Question::new(
        "does the software inventory name version and publisher of everything found on devices?",
        "find out what the software listed is, or remove it",
    )
    .every(context, |row: &AppFact| {
        let told = |text: &Option<String>| text.as_deref().map(|text| !text.trim().is_empty());
        let why = "its version or publisher is not known";
        Answer::all_of([told(&row.version), told(&row.publisher)], why)
    })
}

pub(super) fn software_supported(context: &Context<'_>) -> Finding {
    Question::new(
        "does the vendor still support all software found on devices?",
        "replace or remove the software listed",
    )
    .every(context, |row: &AppFact| {
        Answer::is(row.supported, true, "the vendor no longer supports it")
    })
}

pub(super) fn software_updates(context: &Context<'_>) -> Finding {
    Question::new(
        "is no software found on devices older than what its vendor offers against weaknesses?",
        "update the software listed",
    )
    .every(context, |row: &AppFact| {
        Answer::is(row.outdated, false, "a newer version repairs weaknesses")
    })
}
