//! The published schemas describe what is really written: no member more, none less.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{assess_all, covered_tenant, registered};
use compliance_map::{Fact, FactKey, Facts, render, schema};
use serde_json::{Value, json};

/// Holds a value to the keywords that the schemas use. Members that a schema does not name are
/// complaints too: readers may meet them, but what is written is to be documented.
fn complaints(schema: &Value, root: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut complain = |what: String| found.push(format!("{place}: {what}"));
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        let target = root.pointer(pointer).unwrap();
        return complaints(target, root, value, place);
    }
    for (keyword, argument) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "type" => {
                let name = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(_) => "integer",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                if argument != name
                    && !argument
                        .as_array()
                        .is_some_and(|a| a.contains(&name.into()))
                {
                    complain(format!("is {name}, not {argument}"));
                }
            }
            "enum" if !argument.as_array().unwrap().contains(value) => {
                complain(format!("{value} is not listed"));
            }
            "const" if argument != value => complain(format!("{value} is not {argument}")),
            "minimum"
                if value
                    .as_i64()
                    .is_some_and(|n| n < argument.as_i64().unwrap()) =>
            {
                complain(format!("{value} is too small"));
            }
            "anyOf" => {
                let options = argument.as_array().unwrap().iter();
                let mut found = options.map(|option| complaints(option, root, value, place));
                if !found.any(|complaints| complaints.is_empty()) {
                    complain("fits no alternative".to_owned());
                }
            }
            "oneOf" => {
                let fits =
                    |option: &&Value| option["properties"]["action"]["const"] == value["action"];
                let options: Vec<&Value> =
                    argument.as_array().unwrap().iter().filter(fits).collect();
                let [option] = options[..] else {
                    complain(format!(
                        "{} fits {} alternatives",
                        value["action"],
                        options.len()
                    ));
                    continue;
                };
                for required in option["required"].as_array().unwrap() {
                    if value.get(required.as_str().unwrap()).is_none() {
                        complain(format!("{required} is missing"));
                    }
                }
            }
            "required" => {
                for name in argument.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        complain(format!("{name} is missing"));
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(values) = value.as_array() {
        for (n, value) in values.iter().enumerate() {
            found.extend(complaints(
                &schema["items"],
                root,
                value,
                &format!("{place}[{n}]"),
            ));
        }
    }
    let described =
        schema.get("properties").is_some() || schema.get("additionalProperties").is_some();
    if let (Some(members), true) = (value.as_object(), described) {
        for (name, value) in members {
            let place = format!("{place}.{name}");
            match schema["properties"]
                .get(name)
                .or_else(|| schema.get("additionalProperties"))
            {
                Some(schema) => found.extend(complaints(schema, root, value, &place)),
                None => found.push(format!("{place}: the schema does not know this member")),
            }
        }
    }
    found
}

fn check(facts: &Facts) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema::ASSESSMENT).unwrap();
    let written: Value = serde_json::from_str(&render::json(&assess_all(facts))).unwrap();
    complaints(&schema, &schema, &written, "assessment")
}

#[test]
fn every_member_that_is_written_is_in_the_schema_of_the_assessment() {
    let nothing: [String; 0] = [];
    assert_eq!(check(&Facts::default()), nothing);
    assert_eq!(
        check(&Facts::from_json(include_str!("../fixtures/mixed-tenant.json")).unwrap()),
        nothing
    );
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    facts.identity_signin_activity = Fact::denied("AuditLog.Read.All");
    assert_eq!(check(&facts), nothing);
}

#[test]
fn what_is_not_an_assessment_is_refused() {
    let schema: Value = serde_json::from_str(schema::ASSESSMENT).unwrap();
    let whole: Value =
        serde_json::from_str(&render::json(&assess_all(&covered_tenant(1)))).unwrap();
    let broken = |change: fn(&mut Value)| {
        let mut value = whole.clone();
        change(&mut value);
        complaints(&schema, &schema, &value, "assessment").len()
    };
    assert_eq!(broken(|_| {}), 0);
    assert!(broken(|v| v["results"][0]["status"] = json!("passed")) > 0);
    assert!(broken(|v| drop(v["results"][0].as_object_mut().unwrap().remove("why"))) > 0);
    assert!(broken(|v| v["people"]["enabled"] = json!(-1)) > 0);
    assert!(broken(|v| v["results"][0]["remedies"] = json!([{"action": "pray"}])) > 0);
    assert!(broken(|v| v["results"][0]["subjects"]["failing"] = json!([7])) > 0);
}

#[test]
fn every_fact_has_a_place_in_the_schema_of_the_facts() {
    let schema: Value = serde_json::from_str(schema::FACTS).unwrap();
    let (pattern, _) = schema["patternProperties"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    let families = pattern.split(['(', ')']).nth(1).unwrap();
    for fact in FactKey::ALL {
        let family = fact.key.split('.').next().unwrap();
        assert!(
            families.split('|').any(|known| known == family),
            "{}",
            fact.key
        );
    }
    for key in schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| key.contains('.'))
    {
        assert!(FactKey::find(key).is_some(), "{key}");
    }
}
