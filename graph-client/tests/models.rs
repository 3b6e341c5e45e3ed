//! The models against the metadata of the service, where that is at hand: every property that a
//! model reads exists by that name with a fitting type, every value of an enumeration is known, and
//! an object with all of them is read and written back.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod metadata;

use graph_client::model::User;
use metadata::exceptions::{NAMES, NOT_IN_METADATA, ODD};
use metadata::list::MODELS;
use metadata::{Metadata, Model, sources};

/// The type that a model is of.
fn kind_of(model: &str) -> String {
    NAMES.iter().find(|(name, _)| *name == model).map_or_else(
        || model[..1].to_lowercase() + &model[1..],
        |(_, kind)| (*kind).to_owned(),
    )
}

/// Whether a field of one type reads a property of another.
fn fits(field: &str, property: &str, metadata: &Metadata) -> bool {
    if let Some(inner) = property.strip_prefix("Collection(") {
        let element = field.strip_prefix("Vec<").map(|e| &e[..e.len() - 1]);
        return element.is_some_and(|element| fits(element, inner.trim_end_matches(')'), metadata));
    }
    match field {
        // Enumerations may be read as text, but neither dates nor numbers.
        "String" => {
            let texts = [
                "String",
                "Guid",
                "Duration",
                "TimeOfDay",
                "Date",
                "Binary",
                "Stream",
            ];
            texts.contains(&property.trim_start_matches("Edm."))
                || metadata.members(property).is_some()
        }
        "DateTime" => property.ends_with("DateTimeOffset"),
        "bool" => property.ends_with("Boolean"),
        "i32" => property.ends_with("Int32"),
        "i64" => property.ends_with("Int64"),
        "f64" => property.ends_with("Double") || property.ends_with("Single"),
        // The metadata at hand do not hold all that they refer to.
        model => kind_of(model) == property,
    }
}

#[test]
fn every_property_and_value_of_a_model_is_in_the_metadata_with_a_fitting_type() {
    let Some(metadata) = Metadata::load() else {
        println!("skipped: the metadata is not beside this checkout");
        return;
    };
    let (models, enumerations) = sources();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for Model { name, open, fields } in &models {
        let kind = kind_of(name);
        if NOT_IN_METADATA.contains(&name.as_str()) {
            assert!(!metadata.has(&kind), "{name} is in the metadata after all");
            continue;
        }
        let properties = if *open {
            metadata.properties_of_kinds(&kind)
        } else {
            metadata.properties(&kind)
        };
        for (field, field_kind) in fields {
            checked += 1;
            let odd = ODD
                .iter()
                .any(|(m, f, _)| (*m, *f) == (name.as_str(), field.as_str()));
            let fitting = properties
                .get(field)
                .is_some_and(|property| fits(field_kind, property, &metadata));
            if fitting == odd {
                let property = properties.get(field);
                wrong.push(format!("{name}.{field}: {field_kind} for {property:?}"));
            }
        }
    }
    for (name, values) in &enumerations {
        let Some(mut members) = metadata.members(&kind_of(name)) else {
            if !ODD.iter().any(|(odd, _, _)| odd == name) {
                wrong.push(format!("{name} is no enumeration of the metadata"));
            }
            continue;
        };
        let mut values = values.clone();
        members.sort();
        values.sort();
        if values != members {
            wrong.push(format!("{name}: {values:?} is not {members:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        models.len() > 150 && checked > 1000,
        "{} {checked}",
        models.len()
    );
    println!(
        "{} models with {checked} properties and {} enumerations compared",
        models.len(),
        enumerations.len()
    );
}

#[test]
fn an_object_with_everything_is_read_and_written_back() {
    let Some(metadata) = Metadata::load() else {
        println!("skipped: the metadata is not beside this checkout");
        return;
    };
    let (models, _) = sources();
    for Model { name, open, fields } in &models {
        let (_, check) = MODELS
            .iter()
            .find(|(model, _)| model == name)
            .unwrap_or_else(|| panic!("{name} is not in the list"));
        if NOT_IN_METADATA.contains(&name.as_str()) {
            continue;
        }
        let object = metadata.object(&kind_of(name), 3, *open);
        let written = check(&object).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (field, _) in fields {
            let Some(value) = object.get(field) else {
                continue;
            };
            let again = written
                .get(field)
                .unwrap_or_else(|| panic!("{name}.{field} was not read"));
            if !value.is_object() && !value.is_array() {
                let (again, value) = (again.to_string(), value.to_string());
                assert!(
                    again.eq_ignore_ascii_case(&value),
                    "{name}.{field}: {again} is not {value}"
                );
            }
        }
        let unknown: Vec<_> = written
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| object.get(key.as_str()).is_none())
            .collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
}

#[test]
fn the_comparison_itself_can_fail() {
    let Some(metadata) = Metadata::load() else {
        println!("skipped: the metadata is not beside this checkout");
        return;
    };
    let user = metadata.properties("user");
    assert!(fits("bool", &user["accountEnabled"], &metadata));
    assert!(!fits("String", &user["accountEnabled"], &metadata));
    assert!(!fits("String", &user["createdDateTime"], &metadata));
    assert!(!fits("Vec<String>", &user["displayName"], &metadata));
    assert!(!fits("RiskState", "riskLevel", &metadata));
    assert!(!user.contains_key("displayname"));
}

#[test]
fn every_observed_form_of_a_date_is_read_and_written_back() {
    let text = r#"{"createdDateTime":"0001-01-01T00:00:00Z","lastPasswordChangeDateTime":"9999-12-31T23:59:59.9999999Z"}"#;
    let user: User = serde_json::from_str(text).unwrap();
    assert!(user.created_date_time.as_ref().unwrap().is_never());
    assert!(
        user.last_password_change_date_time
            .as_ref()
            .unwrap()
            .time()
            .is_some()
    );
    assert_eq!(serde_json::to_string(&user).unwrap(), text);
    for date in [
        "2026-11-21T04:55:24Z",
        "2026-11-21T04:55:24.1Z",
        "2026-11-21T04:55:24.1234567Z",
        "2017-01-01T00:02:43.5775965-08:00",
        "2026-11-21T04:55:24",
        "",
    ] {
        let text = format!(r#"{{"createdDateTime":"{date}"}}"#);
        let user: User = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&user).unwrap(), text);
    }
}
