//! The relation graph and who reaches what, from the command line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;

use crate::common::Synced;
use serde_json::{Value, json};

#[test]
fn the_graph_is_written_with_what_it_lacks() {
    let tenant = Synced::new();
    let said = tenant.ask(&["export", "--format", "relations"]);
    assert_eq!(said.exit, 6, "a source was refused: {}", said.err);
    assert!(said.err.contains("Policy.Read.All"), "{}", said.err);
    let lines = said.lines();
    assert_eq!(lines[0]["relations"], 1);
    let evidence = &lines[0]["evidence"];
    assert_eq!(evidence["users"]["state"], "ok");
    assert_eq!(
        evidence["conditional_access_policies"],
        json!({"state": "denied", "permission": "Policy.Read.All"})
    );
    let truth = tenant.sim.truth();
    let of = |kind: &str| {
        let entities = lines.iter().filter(|line| line["entity"] == kind);
        entities
            .map(|entity| entity["id"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<String>>()
    };
    assert_eq!(of("user"), truth.users.keys().cloned().collect());
    assert_eq!(of("group"), truth.groups.keys().cloned().collect());
    let ends = |line: &Value| {
        let id = |end: &Value| end["id"].as_str().unwrap().to_owned();
        (id(&line["from"]), id(&line["to"]))
    };
    let members: BTreeSet<(String, String)> = lines
        .iter()
        .filter(|line| line["relationship"] == "HAS" && line["from"]["type"] == "group")
        .filter(|line| line["to"]["type"] != "team")
        .map(ends)
        .collect();
    assert_eq!(members, truth.members);

    let path = tenant.path("graph.jsonl");
    let out = path.to_str().unwrap();
    let written = tenant.ask(&["export", "--format", "relations", "--out", out]);
    assert_eq!((written.exit, written.out.as_str()), (6, ""));
    assert_eq!(std::fs::read_to_string(path).unwrap(), said.out);
}

#[test]
fn a_person_and_a_role_tell_the_same() {
    let tenant = Synced::new();
    let truth = tenant.sim.truth();
    let (group, user) = truth
        .members
        .iter()
        .find(|(_, member)| truth.users.contains_key(member))
        .unwrap();
    let upn = truth.users[user]["userPrincipalName"].as_str().unwrap();
    let person = tenant.ask(&["reach", "--user", upn, "--json"]);
    assert_eq!(person.exit, 6, "{}", person.err);
    let person = person.json();
    assert_eq!(
        (&person["type"], &person["id"]),
        (&json!("user"), &json!(user))
    );
    assert_eq!(person["names"][user.as_str()], upn);
    let has = |list: &Value, id: &str| {
        let list = list.as_array().unwrap();
        list.iter()
            .any(|way| way["id"] == id && way["through"] == json!([]))
    };
    assert!(has(&person["groups"], group));
    let people = tenant.ask(&["reach", "--group", group, "--json"]).json();
    assert!(has(&people["people"], user));

    let administrators = tenant.ask(&["reach", "--role", "Global Administrator", "--json"]);
    let administrators = administrators.json();
    let first = &administrators["people"][0];
    let id = first["id"].as_str().unwrap();
    let back = tenant.ask(&["reach", "--user", id, "--json"]).json();
    let roles = back["roles"].as_array().unwrap();
    assert!(roles.iter().any(|way| way["id"] == administrators["id"]));
    let text = tenant.ask(&["reach", "--role", "Global Administrator"]).out;
    assert!(text.starts_with("role Global Administrator ("), "{text}");
    assert!(text.contains(id), "{text}");
}

#[test]
fn questions_that_make_no_sense_are_usage() {
    let tenant = Synced::new();
    for arguments in [
        &["reach"][..],
        &["reach", "--user", "a", "--role", "b"],
        &["reach", "--user", "nobody@nowhere.example"],
        &["export"],
        &["export", "--kind", "user", "--format", "relations"],
        &["export", "--kind", "user", "--without-missing"],
    ] {
        let said = tenant.ask(arguments);
        assert_eq!((said.exit, said.out.as_str()), (2, ""), "{arguments:?}");
    }
}
