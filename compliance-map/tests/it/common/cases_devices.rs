//! Cases about devices, and those in which the envelope itself holds a setting.

use compliance_map::Status::{NotSatisfied, Unknown};
use serde_json::{Value, json};

use super::cases::{Case, case, rule, whole};

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    let mut all = vec![
        case(rule("device_encryption"), "device.inventory",
            json!([{"device": "d", "encrypted": true}]), json!([{"device": "d", "encrypted": false}]),
            json!([{"device": "d", "encrypted": null}]), Unknown),
        case(rule("device_compliance"), "device.inventory",
            json!([{"device": "d", "compliance_state": "compliant"}]), json!([{"device": "d", "compliance_state": "inGracePeriod"}]),
            json!([{"device": "d", "compliance_state": "unknown"}]), Unknown),
        case(json!({"rule": "device_inventory", "days": 30}), "device.inventory",
            json!([{"device": "d", "owner": "u", "os": "Windows", "last_sync": "2026-11-20T00:00:00Z"}]),
            json!([{"device": "d", "owner": "u", "os": "Windows", "last_sync": "2026-09-01T00:00:00Z"}]),
            json!([{"device": "d", "os": "Windows", "last_sync": "2026-11-20T00:00:00Z"}]), Unknown),
        case(json!({"rule": "device_inventory", "days": 30}), "device.inventory",
            json!([{"device": "d", "owner": "u", "os": "iOS", "last_sync": "2026-10-22T12:00:00Z"}]),
            json!([{"device": "d", "owner": "", "os": "iOS", "last_sync": "2026-11-20T00:00:00Z"}]),
            json!([{"device": "d", "owner": "u", "os": "iOS", "last_sync": "2026-12-20T00:00:00Z"}]), Unknown),
        case(rule("devices_supported"), "device.inventory",
            json!([{"device": "d", "os_supported": true}]), json!([{"device": "d", "os_supported": false}]),
            json!([{"device": "d"}]), Unknown),
        case(rule("remote_wipe"), "device.inventory",
            json!([{"device": "d", "management_agent": "mdm"}]), json!([{"device": "d", "management_agent": "msSense"}]),
            json!([{"device": "d"}]), Unknown),
        Case {
            beside: json!({"device.inventory": whole(&json!([{"device": "d", "os": "Windows"}]))}),
            ..case(rule("device_protection"), "device.protection",
            json!([{"device": "d", "real_time_protection": true, "signatures_overdue": false}]),
            json!([{"device": "d", "real_time_protection": true, "signatures_overdue": true}]),
            json!([{"device": "d", "real_time_protection": true}]), Unknown)
        },
        Case {
            beside: json!({"device.inventory": whole(&json!([{"device": "d", "os": "Windows"}]))}),
            ..case(rule("device_updates"), "device.updates",
            json!([{"device": "d", "up_to_date": true}]), json!([{"device": "d", "up_to_date": false}]),
            json!([{"device": "d"}]), Unknown)
        },
        case(rule("compliance_policies"), "device.compliance",
            json!([{"policy": "p", "tests": ["encryption"], "assigned_to": ["AllDevices"]}]),
            json!([{"policy": "p", "tests": ["encryption"], "assigned_to": []}]),
            json!([{"policy": "p", "tests": ["encryption"]}]), NotSatisfied),
        case(rule("software_inventory"), "device.apps",
            json!([{"app": "a", "version": "1", "publisher": "x"}]), json!([{"app": "a", "version": "", "publisher": "x"}]),
            json!([{"app": "a", "version": "1"}]), Unknown),
        case(rule("software_supported"), "device.apps",
            json!([{"app": "a", "supported": true}]), json!([{"app": "a", "supported": false}]), json!([{"app": "a"}]), Unknown),
        case(rule("software_updates"), "device.apps",
            json!([{"app": "a", "outdated": false}]), json!([{"app": "a", "outdated": true}]), json!([{"app": "a"}]), Unknown),
    ];
    let limits = [("lock_minutes", 15, 30), ("failed_attempts", 20, 50)];
    all.extend(limits.map(|(setting, kept, broken)| configuration(setting, Some(kept), &json!(kept), &json!(broken))));
    let flags = [
        "firewall", "removable_media_protected", "removable_media_scanned", "autorun_blocked", "exploit_protection",
        "behaviour_monitoring", "tamper_protection", "work_data_apart", "extensions_limited", "software_allow_list",
    ];
    all.extend(flags.map(|setting| configuration(setting, None, &json!(true), &json!(false))));
    all
}

/// A profile sets it for all devices; another value; and for whom is not told.
fn configuration(setting: &str, at_most: Option<u32>, on: &Value, off: &Value) -> Case {
    let mut clause = json!({"rule": "device_configuration", "setting": setting});
    if let Some(limit) = at_most {
        clause["at_most"] = json!(limit);
    }
    case(
        clause,
        "device.config",
        json!([{"profile": "p", setting: on, "assigned_to": ["AllDevices"]}, {"profile": "pilot", setting: on, "assigned_to": ["g"]}]),
        json!([{"profile": "p", setting: off, "assigned_to": ["AllDevices"]}, {"profile": "pilot", setting: on, "assigned_to": ["g"]}]),
        json!([{"profile": "p", setting: on}]),
        NotSatisfied,
    )
}
