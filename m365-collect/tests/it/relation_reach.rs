//! Who reaches what, against a search that tries every way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::relation_fixture::{at, contoso, edge, object, read};
use m365_collect::insight::application::{Seen, last_use};
use m365_collect::insight::relation::reach::{AccessPath, Reach, Subject, find, name};
use m365_collect::insight::relation::{EntityType, Reached};
use m365_collect::{Change, EvidenceState, Kind, MemoryStore, Relation};
use proptest::prelude::*;
use serde_json::json;

const SPB: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";

fn ways(ways: &[AccessPath]) -> Vec<String> {
    let way = |way: &AccessPath| {
        let state = way.terms.state.as_deref().unwrap_or("");
        format!("{} [{}] {state}", way.id, way.through.join(" "))
            .trim_end()
            .to_owned()
    };
    ways.iter().map(way).collect()
}

#[tokio::test]
async fn a_person_reaches_through_groups_what_those_hold() {
    let reach = Reach::load(&contoso().await).await.unwrap();
    let bob = reach.of_user("u2");
    assert_eq!(ways(&bob.groups), ["g2 [g3]", "g3 []"]);
    assert_eq!(ways(&bob.roles), ["r2 [g3 g2] active"]);
    assert_eq!(
        ways(&bob.applications),
        [""; 0],
        "an application is reached from its groups' direct members only"
    );
    assert_eq!(ways(&bob.devices), ["d2 []"]);
    assert_eq!(bob.devices[0].kind, EntityType::Smartphone);
    assert_eq!(ways(&bob.teams), ["g1 []"]);
    assert_eq!(
        ways(&bob.licenses),
        [format!("{SPB} []"), format!("{SPB} [g3] Error")]
    );
    let ada = reach.of_user("u1");
    assert_eq!(ways(&ada.roles), ["r1 [] active", "r2 [] eligible"]);
    assert_eq!(
        ada.roles[0].terms.end.as_deref(),
        Some("2026-01-01T08:00:00Z")
    );
    assert_eq!(ways(&ada.applications), ["sp1 []"]);
    assert_eq!(reach.of_user("nobody").groups, []);
}

#[tokio::test]
async fn who_reaches_something_is_told_with_the_way() {
    let reach = Reach::load(&contoso().await).await.unwrap();
    assert_eq!(
        ways(&reach.of_role("r2")),
        [
            "dd1 [g3 g2] active",
            "sp2 [] active",
            "u1 [] eligible",
            "u2 [g3 g2] active"
        ]
    );
    assert_eq!(ways(&reach.of_group("g2")), ["dd1 [g3]", "u2 [g3]"]);
    assert_eq!(ways(&reach.of_application("sp1")), ["u1 []"]);
    assert_eq!(ways(&reach.of_application("sp2")), ["sp1 []"]);
    assert_eq!(ways(&reach.of_sku(SPB)), ["u2 []", "u2 [g3] Error"]);
    assert_eq!(reach.of_role("none"), []);
}

#[tokio::test]
async fn things_are_found_by_what_they_are_called() {
    let store = contoso().await;
    let found = async |subject, words| -> Vec<String> {
        let found = find(&store, subject, words).await.unwrap();
        found.into_iter().collect()
    };
    assert_eq!(found(Subject::User, "ADA@contoso.com").await, ["u1"]);
    assert_eq!(found(Subject::User, "u1").await, ["u1"]);
    assert_eq!(found(Subject::Role, "global administrator").await, ["r1"]);
    assert_eq!(found(Subject::Application, "client-1").await, ["sp1"]);
    assert_eq!(found(Subject::Sku, "spb").await, [SPB]);
    let called = "Microsoft 365 Business Premium";
    assert_eq!(found(Subject::Sku, called).await, [SPB]);
    assert_eq!(found(Subject::Group, "none").await, [""; 0]);
    let called = name(&store, EntityType::Smartphone, "d2").await.unwrap();
    assert_eq!(called.as_deref(), Some("NAME-d2"));
}

/// Three people, groups in groups however they fall, and who holds a role.
#[derive(Debug, Clone)]
struct Small {
    groups: usize,
    members: BTreeSet<(usize, usize)>,
    holders: BTreeSet<usize>,
}

const PEOPLE: usize = 3;

/// Nodes are people first, then groups.
fn id(node: usize) -> String {
    if node < PEOPLE {
        format!("u{node}")
    } else {
        format!("g{}", node - PEOPLE)
    }
}

fn small() -> impl Strategy<Value = Small> {
    (1usize..7).prop_flat_map(|groups| {
        let nodes = PEOPLE + groups;
        let members = proptest::collection::btree_set((PEOPLE..nodes, 0..nodes), 0..16);
        let holders = proptest::collection::btree_set(0..nodes, 0..4);
        (Just(groups), members, holders).prop_map(|(groups, members, holders)| Small {
            groups,
            members,
            holders,
        })
    })
}

async fn store(small: &Small) -> MemoryStore {
    let store = MemoryStore::new();
    let user = |node| object(&Kind::USER, &json!({"id": id(node)}));
    read(&store, "users", (0..PEOPLE).map(user).collect()).await;
    let group = |node| object(&Kind::GROUP, &json!({"id": id(node)}));
    let mut changes: Vec<Change> = (PEOPLE..PEOPLE + small.groups).map(group).collect();
    let members = small.members.iter();
    changes
        .extend(members.map(|(group, member)| edge(&Relation::MEMBER, &id(*group), &id(*member))));
    read(&store, "groups", changes).await;
    let held = small.holders.iter().map(|holder| {
        let json = json!({"id": format!("ra-{}", id(*holder)), "principalId": id(*holder),
                          "roleDefinitionId": "r"});
        object(&Kind::ROLE_ASSIGNMENT, &json)
    });
    read(&store, "role_assignments", held.collect()).await;
    let assigned = small.holders.iter().map(|holder| {
        let json = json!({"id": format!("aa-{}", id(*holder)), "principalId": id(*holder),
                          "resourceId": "sp", "appRoleId": "x"});
        object(&Kind::APP_ROLE_ASSIGNMENT, &json)
    });
    read(&store, "app_role_assignments", assigned.collect()).await;
    store
}

/// How many memberships it takes from each node to each other at least, by trying all.
fn distances(small: &Small) -> BTreeMap<(usize, usize), usize> {
    let nodes = PEOPLE + small.groups;
    let mut least: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (group, member) in &small.members {
        least.insert((*member, *group), 1);
    }
    for middle in 0..nodes {
        for from in 0..nodes {
            for to in 0..nodes {
                let both = least.get(&(from, middle)).zip(least.get(&(middle, to)));
                if let Some(sum) = both.map(|(a, b)| a + b) {
                    let least = least.entry((from, to)).or_insert(sum);
                    *least = sum.min(*least);
                }
            }
        }
    }
    least
}

/// Whether each step of a way is a membership.
fn holds(small: &Small, from: &str, through: &[String], to: &str) -> bool {
    let steps: Vec<&str> = std::iter::once(from)
        .chain(through.iter().map(String::as_str))
        .chain(std::iter::once(to))
        .collect();
    steps.windows(2).all(|step| {
        let members = small.members.iter();
        members
            .map(|(group, member)| (id(*member), id(*group)))
            .any(|(member, group)| (member.as_str(), group.as_str()) == (step[0], step[1]))
    })
}

fn check(small: &Small, reach: &Reach) -> Result<(), TestCaseError> {
    let least = distances(small);
    for person in 0..PEOPLE {
        let reached: Reached = reach.of_user(&id(person));
        let told: BTreeMap<&str, &AccessPath> = reached
            .groups
            .iter()
            .map(|way| (way.id.as_str(), way))
            .collect();
        prop_assert_eq!(told.len(), reached.groups.len());
        for group in PEOPLE..PEOPLE + small.groups {
            let name = id(group);
            let way = told.get(name.as_str());
            prop_assert_eq!(
                way.map(|way| way.through.len() + 1),
                least.get(&(person, group)).copied()
            );
            if let Some(way) = way {
                prop_assert!(holds(small, &id(person), &way.through, &name));
            }
            // The other way round it is as far.
            let people = reach.of_group(&name);
            let back = people.iter().find(|way| way.id == id(person));
            prop_assert_eq!(
                back.map(|way| way.through.len()),
                way.map(|way| way.through.len())
            );
            if let Some(back) = back {
                prop_assert!(holds(small, &id(person), &back.through, &name));
            }
        }
        let mut roles: Vec<usize> = reached.roles.iter().map(|way| way.through.len()).collect();
        roles.sort_unstable();
        let far = |holder: &usize| match (*holder == person, least.get(&(person, *holder))) {
            (true, _) => Some(0),
            (false, least) => least.copied(),
        };
        let mut expected: Vec<usize> = small.holders.iter().filter_map(far).collect();
        expected.sort_unstable();
        prop_assert_eq!(&roles, &expected);
        let holders = reach.of_role("r");
        let mut back: Vec<usize> = holders
            .iter()
            .filter(|way| way.id == id(person))
            .map(|way| way.through.len())
            .collect();
        back.sort_unstable();
        // Two holdings with the same terms and the same way are told once.
        let same: BTreeSet<&AccessPath> = holders.iter().collect();
        prop_assert_eq!(same.len(), holders.len());
        prop_assert_eq!(&back, &expected);
        let direct = expected.iter().filter(|steps| **steps <= 1).count();
        prop_assert_eq!(reached.applications.len(), direct);
        let users = reach.of_application("sp");
        let back = users.iter().filter(|way| way.id == id(person)).count();
        prop_assert_eq!(back, direct);
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_shortest_ways_are_found_whatever_is_in_whatever(small in small()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let reach = runtime.block_on(async {
            Reach::load(&store(&small).await).await.unwrap()
        });
        check(&small, &reach)?;
    }
}

#[tokio::test]
async fn an_application_that_is_not_seen_is_not_told_as_never_used() {
    let store = contoso().await;
    let sign_in = |kind: &Kind, id: &str, time: &str, app: &str, resource: &str, event: &str| {
        object(
            kind,
            &json!({
                "id": id, "createdDateTime": time, "appId": app, "resourceId": resource,
                "signInEventTypes": [event],
            }),
        )
    };
    let uses = last_use(&store).await.unwrap();
    assert_eq!(uses.applications.len(), 2);
    assert!(
        uses.applications
            .iter()
            .all(|one| one.by_people == Seen::Unknown && one.since().is_none()),
        "without a log nothing is told"
    );
    assert_eq!(uses.people_evidence, EvidenceState::NotCollected);

    let (early, late) = ("2023-11-14T22:13:20Z", "2023-11-14T22:13:30Z");
    let sign_ins = vec![
        sign_in(&Kind::SIGN_IN, "s1", early, "CLIENT-1", "graph", ""),
        sign_in(&Kind::SIGN_IN, "s2", late, "client-1", "graph", ""),
        sign_in(&Kind::SIGN_IN, "s3", "soon", "client-1", "graph", ""),
    ];
    read(&store, "sign_ins", sign_ins).await;
    let uses = last_use(&store).await.unwrap();
    let payroll = &uses.applications[0];
    assert_eq!(payroll.service_principal, "sp1");
    let since = at(0);
    assert_eq!(
        payroll.by_people,
        Seen::At {
            time: at(10),
            since
        }
    );
    assert_eq!(payroll.by_itself, Seen::Unknown, "that log is not there");
    assert_eq!(payroll.as_resource, Seen::NotSince { since });
    assert_eq!(payroll.since(), None);
    let graph = &uses.applications[1];
    assert_eq!(graph.by_people, Seen::NotSince { since });
    assert_eq!(
        graph.as_resource,
        Seen::At {
            time: at(10),
            since
        }
    );

    let later = "2023-11-14T22:13:25Z";
    let own = sign_in(
        &Kind::SIGN_IN_DETAILS,
        "d1",
        later,
        "client-1",
        "x",
        "servicePrincipal",
    );
    read(&store, "sign_in_details", vec![own]).await;
    let uses = last_use(&store).await.unwrap();
    let payroll = &uses.applications[0];
    assert_eq!(
        payroll.by_itself,
        Seen::At {
            time: at(5),
            since: at(5)
        }
    );
    assert_eq!(payroll.since(), Some(at(5)), "both logs reach back to it");
    assert_eq!(payroll.last(), Some(at(10)));
    assert_eq!(
        uses.applications[1].by_itself,
        Seen::NotSince { since: at(5) }
    );
}
