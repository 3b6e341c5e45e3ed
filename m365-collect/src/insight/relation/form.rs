//! What sort of machine a managed device is, as far as its record says.

use super::item::EntityType;
use super::read::Fields;

/// What sort of machine it is. The chassis and the type say it where they are stored (beta has
/// them), then the operating system and the model.
pub(super) fn of(device: &Fields<'_>) -> EntityType {
    let lower = |name: &str| device.text(name).unwrap_or_default().to_lowercase();
    if let Some(form) = by_chassis(&lower("chassisType")).or_else(|| by_type(&lower("deviceType")))
    {
        return form;
    }
    let (os, model) = (lower("operatingSystem"), lower("model"));
    let has_phone = ["imei", "meid", "phoneNumber", "subscriberCarrier"]
        .iter()
        .any(|name| device.text(name).is_some());
    by_system(&os, &model, has_phone)
}

fn by_chassis(chassis: &str) -> Option<EntityType> {
    Some(match chassis {
        "desktop" => EntityType::Desktop,
        "laptop" => EntityType::Laptop,
        "worksworkstation" => EntityType::Workstation,
        "enterpriseserver" => EntityType::Server,
        "phone" => EntityType::Smartphone,
        "tablet" => EntityType::Tablet,
        _ => return None,
    })
}

fn by_type(kind: &str) -> Option<EntityType> {
    Some(match kind {
        "iphone" | "ipod" | "windowsphone" | "winmo6" | "nokia" => EntityType::Smartphone,
        "ipad" => EntityType::Tablet,
        _ => return None,
    })
}

fn by_system(os: &str, model: &str, has_phone: bool) -> EntityType {
    let has = |hints: &[&str]| hints.iter().any(|hint| model.contains(hint));
    let begins = |hints: &[&str]| hints.iter().any(|hint| model.starts_with(hint));
    match os {
        "ipados" => EntityType::Tablet,
        "ios" if has(&["ipad"]) => EntityType::Tablet,
        "ios" => EntityType::Smartphone,
        "android" | "androidforwork" | "androidenterprise" => {
            if has(TABLETS) || begins(TABLET_NUMBERS) {
                EntityType::Tablet
            } else if has_phone || has(PHONES) || begins(PHONE_NUMBERS) {
                EntityType::Smartphone
            } else {
                EntityType::UserEndpoint
            }
        }
        "windows phone" | "windowsphone" | "windows mobile" | "windowsmobile" => {
            EntityType::Smartphone
        }
        _ if os.contains("server") => EntityType::Server,
        _ if ["windows", "mac", "linux", "ubuntu", "chrome"]
            .iter()
            .any(|family| os.starts_with(family)) =>
        {
            if has(WORKSTATIONS) {
                EntityType::Workstation
            } else if has(LAPTOPS) {
                EntityType::Laptop
            } else if has(DESKTOPS) {
                EntityType::Desktop
            } else {
                EntityType::Computer
            }
        }
        _ => EntityType::UserEndpoint,
    }
}

/// Product lines that are only sold in one form; lines that are sold in several tell nothing.
const LAPTOPS: &[&str] = &[
    "macbook",
    "thinkpad",
    "latitude",
    "elitebook",
    "probook",
    "chromebook",
    "surface laptop",
    "surface book",
    "zenbook",
    "vivobook",
    "travelmate",
    "toughbook",
    "lifebook",
    "ideapad",
    "laptop",
    "notebook",
];
const DESKTOPS: &[&str] = &[
    "imac",
    "macmini",
    "mac mini",
    "mac studio",
    "optiplex",
    "thinkcentre",
    "elitedesk",
    "prodesk",
    "surface studio",
    "esprimo",
    "desktop",
];
const WORKSTATIONS: &[&str] = &[
    "thinkstation",
    "zbook",
    "macpro",
    "mac pro",
    "celsius",
    "workstation",
];
const TABLETS: &[&str] = &["tablet", "galaxy tab", "mediapad", "matepad"];
const TABLET_NUMBERS: &[&str] = &["sm-t", "sm-x", "sm-p"];
const PHONES: &[&str] = &["phone", "pixel", "galaxy s", "galaxy a", "fairphone"];
const PHONE_NUMBERS: &[&str] = &["sm-a", "sm-f", "sm-g", "sm-m", "sm-n", "sm-s"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::record::Record;

    fn form(json: &serde_json::Value) -> EntityType {
        let raw = serde_json::value::to_raw_value(json).unwrap();
        of(&Fields::of(&Record::new(Kind::MANAGED_DEVICE, "d", raw)))
    }

    #[test]
    fn a_device_is_what_its_record_says_and_no_more() {
        for (os, model, expected) in [
            ("Windows", "Latitude 7440", EntityType::Laptop),
            ("Windows", "OptiPlex 7010", EntityType::Desktop),
            ("Windows", "ThinkStation P3", EntityType::Workstation),
            ("Windows", "Virtual Machine", EntityType::Computer),
            ("Windows", "Surface Pro 9", EntityType::Computer),
            ("Windows Server 2022", "", EntityType::Server),
            ("macOS", "MacBook Pro (14-inch)", EntityType::Laptop),
            ("macOS", "Mac14,2", EntityType::Computer),
            ("macOS", "iMac21,1", EntityType::Desktop),
            ("iOS", "iPhone 15", EntityType::Smartphone),
            ("iOS", "iPad Air", EntityType::Tablet),
            ("iPadOS", "", EntityType::Tablet),
            ("Android", "SM-T870", EntityType::Tablet),
            ("Android", "Pixel Tablet", EntityType::Tablet),
            ("Android", "Pixel 8", EntityType::Smartphone),
            ("Android", "TC52", EntityType::UserEndpoint),
            ("Linux", "", EntityType::Computer),
            ("", "Latitude 7440", EntityType::UserEndpoint),
            ("HoloLens OS", "", EntityType::UserEndpoint),
        ] {
            let json = serde_json::json!({"operatingSystem": os, "model": model});
            assert_eq!(form(&json), expected, "{os} {model}");
        }
    }

    #[test]
    fn what_has_a_subscriber_is_a_phone_and_the_chassis_knows_better() {
        let imei = serde_json::json!({"operatingSystem": "Android", "model": "X", "imei": "35"});
        assert_eq!(form(&imei), EntityType::Smartphone);
        let chassis = serde_json::json!({
            "operatingSystem": "Windows", "model": "X", "chassisType": "laptop",
        });
        assert_eq!(form(&chassis), EntityType::Laptop);
    }
}
