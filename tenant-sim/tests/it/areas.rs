//! Each area is permitted, licensed, claimed unlicensed and emptied on its own; every template is gone through.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::Reader;
use crate::common::served::{self, Answer, Served};
use reqwest::redirect::Policy;
use serde_json::Value;
use tenant_sim::{Area, GenerateOptions, License, Sim, SimHandle, Tenant};

/// Of the templates that nothing was done to, one in so many is tried.
const OTHERS: usize = 12;
const EVENTUAL: &[(&str, &str)] = &[("consistencylevel", "eventual")];

struct Bench {
    sim: SimHandle,
    reader: Reader,
    served: Vec<Served>,
    turn: AtomicUsize,
}

impl Bench {
    /// The example tenant, with one request for each template and version.
    async fn new() -> Self {
        let sim = Sim::builder().start().await.unwrap();
        let mut reader = Reader::new(&sim).await;
        reader.http = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let (user, group) = sim.edit(|tenant| {
            (
                tenant.find_user("Adele Vance").unwrap(),
                tenant.find_group("All Company").unwrap(),
            )
        });
        let served = served::all(&reader, &user, &group).await;
        Self {
            sim,
            reader,
            served,
            turn: AtomicUsize::new(0),
        }
    }

    /// Whether the request is answered, or the status and code it is refused with.
    async fn outcome(&self, path: &str) -> Result<(), (u16, String)> {
        let response = self.reader.send(path, EVENTUAL).await;
        let status = response.status().as_u16();
        if status < 400 {
            return Ok(());
        }
        let body: Value = response.json().await.unwrap();
        Err((status, body["error"]["code"].as_str().unwrap().to_owned()))
    }

    /// The templates that are refused now, and how: of those that should be answered, one in so many is tried, other
    /// ones each time.
    async fn refused(
        &self,
        expected: impl Fn(&Served) -> bool,
        one_in: usize,
    ) -> BTreeMap<String, (u16, String)> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut refused = BTreeMap::new();
        for (at, served) in self.served.iter().enumerate() {
            if !expected(served) && !(at + turn).is_multiple_of(one_in) {
                continue;
            }
            if let Err(refusal) = self.outcome(&served.path).await {
                refused.insert(served.path.clone(), refusal);
            }
        }
        refused
    }

    fn of_area(&self, area: Area) -> impl Iterator<Item = &Served> {
        self.served.iter().filter(move |served| served.area == area)
    }

    /// The areas that a template stands for.
    fn areas(&self) -> BTreeSet<Area> {
        self.served.iter().map(|served| served.area).collect()
    }
}

/// What the license refusal of an area is.
fn unlicensed(area: Area) -> (u16, String) {
    let (status, code) = match (area, area.license()) {
        (Area::RiskyUsers | Area::RiskDetections, _) => (403, "Forbidden"),
        (_, Some(License::EntraP2)) => (400, "AadPremiumLicenseRequired"),
        (_, Some(License::Intune)) => (400, "BadRequest"),
        _ => (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
    };
    (status, code.to_owned())
}

#[tokio::test]
async fn every_template_is_answered_in_every_version_that_has_it() {
    let bench = Bench::new().await;
    assert_eq!(bench.refused(|_| true, 1).await, BTreeMap::new());
    assert_eq!(bench.sim.stats().writes, 0);
}

#[tokio::test]
async fn a_denied_area_is_refused_by_403_and_no_other() {
    let bench = Bench::new().await;
    for area in bench.areas() {
        bench.sim.deny(area);
        let denied = (403, "Authorization_RequestDenied".to_owned());
        let expected: BTreeMap<_, _> = bench
            .of_area(area)
            .map(|served| (served.path.clone(), denied.clone()))
            .collect();
        assert_eq!(
            bench.refused(|served| served.area == area, OTHERS).await,
            expected,
            "{area:?}"
        );
        bench.sim.allow(area);
    }
}

#[tokio::test]
async fn a_revoked_permission_takes_every_area_that_needs_it() {
    let bench = Bench::new().await;
    let permissions: BTreeSet<&str> = Area::ALL
        .iter()
        .flat_map(|area| area.permissions())
        .copied()
        .collect();
    for permission in permissions {
        bench.sim.revoke(permission);
        let expected: BTreeSet<String> = bench
            .served
            .iter()
            .filter(|served| served.area.permissions().contains(&permission))
            .map(|served| served.path.clone())
            .collect();
        let refused: BTreeSet<String> = bench
            .refused(
                |served| served.area.permissions().contains(&permission),
                OTHERS,
            )
            .await
            .into_keys()
            .collect();
        assert_eq!(refused, expected, "{permission}");
        bench.sim.grant(permission);
    }
}

#[tokio::test]
async fn sign_in_activity_needs_both_of_its_permissions() {
    let bench = Bench::new().await;
    let path = "v1.0/users?$select=id,signInActivity";
    for permission in ["AuditLog.Read.All", "User.Read.All"] {
        assert_eq!(bench.outcome(path).await, Ok(()));
        bench.sim.revoke(permission);
        assert_eq!(
            bench.outcome(path).await,
            Err((403, "Authorization_RequestDenied".to_owned())),
            "{permission}"
        );
        bench.sim.grant(permission);
    }
    assert_eq!(
        Area::SignInActivity.permissions(),
        ["AuditLog.Read.All", "User.Read.All"]
    );
}

/// Names of the service plans that the subscriptions bring, and how many plans the organisation has.
async fn plans(reader: &Reader) -> (BTreeSet<String>, usize) {
    let skus = reader.all("v1.0/subscribedSkus").await;
    let names = skus
        .iter()
        .flat_map(|sku| sku["servicePlans"].as_array().unwrap())
        .map(|plan| plan["servicePlanName"].as_str().unwrap().to_owned())
        .collect();
    let organization = reader.get("v1.0/organization").await;
    let assigned = organization["value"][0]["assignedPlans"]
        .as_array()
        .unwrap()
        .len();
    (names, assigned)
}

#[tokio::test]
async fn a_license_goes_with_its_plans_and_an_area_may_claim_to_lack_it() {
    let tenant = Tenant::generate(GenerateOptions::default());
    let sim = Sim::builder().tenant(tenant).start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let whole = plans(&reader).await;
    for license in License::ALL {
        assert!(whole.0.contains(license.plan()), "{license:?}");
        let area = Area::ALL
            .into_iter()
            .find(|area| area.license() == Some(license))
            .unwrap();
        sim.unlicense(area);
        let (names, assigned) = plans(&reader).await;
        assert!(!names.contains(license.plan()), "{license:?}: {names:?}");
        assert!(assigned < whole.1, "{license:?}");
        let truth = sim.truth();
        let told = reader.get("v1.0/organization").await;
        assert_eq!(
            truth.organization["assignedPlans"],
            told["value"][0]["assignedPlans"]
        );
        sim.license(area);
        assert_eq!(plans(&reader).await, whole);
        sim.claim_unlicensed(area, true);
        assert_eq!(plans(&reader).await, whole, "a claim takes nothing away");
        sim.claim_unlicensed(area, false);
    }
    // P2 includes P1.
    sim.unlicense(Area::SignIns);
    assert!(!plans(&reader).await.0.contains("AAD_PREMIUM_P2"));
}

#[tokio::test]
async fn an_unlicensed_area_answers_in_the_words_of_its_service() {
    let bench = Bench::new().await;
    for area in bench.areas() {
        let expected: BTreeMap<_, _> = bench
            .of_area(area)
            .map(|served| (served.path.clone(), unlicensed(area)))
            .collect();
        bench.sim.unlicense(area);
        assert_eq!(
            bench.refused(|served| served.area == area, OTHERS).await,
            expected,
            "{area:?}"
        );
        bench.sim.license(area);
        bench.sim.claim_unlicensed(area, true);
        assert_eq!(
            bench.refused(|served| served.area == area, OTHERS).await,
            expected,
            "{area:?}"
        );
        bench.sim.claim_unlicensed(area, false);
    }
}

#[tokio::test]
async fn a_tenant_without_premium_or_intune_lacks_just_their_areas() {
    for (premium, intune) in [(false, true), (true, false), (false, false)] {
        let tenant = Tenant::generate(GenerateOptions {
            premium,
            intune,
            ..GenerateOptions::default()
        });
        let sim = Sim::builder().tenant(tenant).start().await.unwrap();
        let reader = Reader::new(&sim).await;
        let names = plans(&reader).await.0;
        assert_eq!(names.contains("AAD_PREMIUM"), premium);
        assert_eq!(names.contains("INTUNE_A"), intune, "{names:?}");
        for (path, licensed) in [
            ("v1.0/auditLogs/signIns", premium),
            ("v1.0/identityProtection/riskyUsers", premium),
            (
                "v1.0/roleManagement/directory/roleAssignmentScheduleInstances",
                premium,
            ),
            ("v1.0/identity/conditionalAccess/policies", true),
            ("v1.0/policies/authenticationStrengthPolicies", true),
            ("v1.0/devices", true),
        ] {
            let status = reader.send(path, &[]).await.status().as_u16();
            assert_eq!(
                status == 200,
                licensed,
                "{path} with premium {premium}: {status}"
            );
        }
        let devices = reader.all("v1.0/devices").await;
        assert_eq!(
            devices.iter().any(|device| device["isManaged"] == true),
            intune
        );
    }
}

#[tokio::test]
async fn an_emptied_area_has_whole_empty_lists_and_its_single_entities() {
    let bench = Bench::new().await;
    for area in bench.areas() {
        bench.sim.empty(area, true);
        for served in bench.of_area(area) {
            match served.answer {
                Answer::List(_) => {
                    let page = bench.reader.get_with(&served.path, EVENTUAL).await;
                    assert_eq!(page["value"], Value::Array(Vec::new()), "{}", served.path);
                    assert!(page.get("@odata.nextLink").is_none(), "{}", served.path);
                }
                Answer::Count => {
                    let count = bench.reader.send(&served.path, EVENTUAL).await;
                    assert_eq!(count.text().await.unwrap(), "0", "{}", served.path);
                }
                Answer::One(_) | Answer::File => {
                    assert_eq!(bench.outcome(&served.path).await, Ok(()), "{}", served.path);
                }
            }
        }
        bench.sim.empty(area, false);
    }
    assert!(!bench.reader.all("v1.0/users").await.is_empty());
}

#[tokio::test]
async fn whole_lists_are_as_long_as_the_truth_counts() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let counts = sim.truth().counts;
    let mut compared = 0;
    for (template, answer) in served::ANSWERS {
        let Answer::List(kind) = answer else { continue };
        let kind = kind.rsplit('.').next().unwrap();
        // Delta and the recycle bin are of the same kinds; what has a parent is read below.
        let plain = !template.contains('{')
            && !template.contains("delta")
            && !template.contains("deletedItems");
        let Some(expected) = counts.get(kind).filter(|_| plain) else {
            continue;
        };
        let scope = if template.contains("roleManagementPolic") {
            "?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'"
        } else {
            ""
        };
        let beta = tenant_sim::templates().any(|(known, beta, _)| beta && known == *template);
        let version = if beta { "beta" } else { "v1.0" };
        let found = reader.all(&format!("{version}/{template}{scope}")).await;
        let found = found.len();
        assert_eq!(found, *expected, "{template}");
        compared += 1;
    }
    assert!(compared >= 30, "{compared}");
    for (parents, child, kind) in [
        (
            "identityGovernance/accessReviews/definitions",
            "instances",
            "accessReviewInstance",
        ),
        (
            "servicePrincipals",
            "appRoleAssignedTo",
            "appRoleAssignment",
        ),
        (
            "domains",
            "serviceConfigurationRecords|verificationDnsRecords",
            "domainDnsRecord",
        ),
    ] {
        let mut found = 0;
        for parent in reader.all(&format!("v1.0/{parents}")).await {
            for child in child.split('|') {
                let id = parent["id"].as_str().unwrap();
                found += reader
                    .all(&format!("v1.0/{parents}/{id}/{child}"))
                    .await
                    .len();
            }
        }
        assert_eq!(found, counts[kind], "{kind}");
    }
}
