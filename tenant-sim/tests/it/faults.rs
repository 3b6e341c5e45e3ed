//! Each fault by itself, and the handle's switches.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::time::{Duration, Instant};

use crate::common::{Reader, delta_link, items, text};
use reqwest::Response;
use serde_json::{Value, json};
use tenant_sim::{FaultPlan, GenerateOptions, Sim, SimHandle, Tenant, ThrottleMode};

/// A tenant with this plan, and a reader whose token was given out before.
async fn with(plan: FaultPlan) -> (SimHandle, Reader) {
    let options = GenerateOptions {
        seed: 2,
        users: 250,
        groups: 10,
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    sim.faults(plan);
    (sim, reader)
}

/// Faults that never stop by themselves.
fn always() -> FaultPlan {
    FaultPlan {
        max_in_a_row: u32::MAX,
        ..FaultPlan::none()
    }
}

async fn body(response: Response) -> String {
    response.text().await.unwrap()
}

#[tokio::test]
async fn a_429_uses_every_form_of_retry_after() {
    let (_sim, reader) = with(FaultPlan {
        throttled: 1.0,
        ..always()
    })
    .await;
    let mut forms = [0; 3];
    for _ in 0..40 {
        let response = reader.send("v1.0/users", &[]).await;
        assert_eq!(response.status(), 429);
        let wait = response.headers()["retry-after"]
            .to_str()
            .unwrap()
            .to_owned();
        let form = if wait.parse::<u64>().is_ok() {
            0
        } else if wait
            .parse::<f64>()
            .is_ok_and(|wait| (0.0..=1.0).contains(&wait))
        {
            1
        } else {
            assert!(httpdate::parse_http_date(&wait).is_ok(), "{wait}");
            2
        };
        forms[form] += 1;
        assert!(body(response).await.contains("TooManyRequests"));
    }
    assert!(forms.iter().all(|count| *count > 0), "{forms:?}");
}

#[tokio::test]
async fn a_429_can_come_without_retry_after() {
    let (_sim, reader) = with(FaultPlan {
        throttled_without_retry_after: 1.0,
        ..always()
    })
    .await;
    let response = reader.send("v1.0/users", &[]).await;
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers().get("retry-after")
        ),
        (429, None)
    );
}

#[tokio::test]
async fn a_500_502_503_or_504_comes_as_json_html_or_nothing() {
    let (sim, reader) = with(FaultPlan {
        unavailable: 1.0,
        ..always()
    })
    .await;
    let response = reader.send("v1.0/users", &[]).await;
    assert!(matches!(response.status().as_u16(), 500..=504));
    assert!(response.json::<Value>().await.unwrap()["error"]["code"].is_string());
    sim.faults(FaultPlan {
        html_error: 1.0,
        ..always()
    });
    let response = reader.send("v1.0/users", &[]).await;
    assert!(response.status().is_server_error());
    assert!(body(response).await.starts_with("<!DOCTYPE html>"));
    sim.faults(FaultPlan {
        empty_error: 1.0,
        ..always()
    });
    let response = reader.send("v1.0/users", &[]).await;
    assert!(response.status().is_server_error());
    assert_eq!(body(response).await, "");
}

#[tokio::test]
async fn connections_close_before_and_in_the_middle_of_an_answer() {
    let (sim, reader) = with(FaultPlan {
        reset_before_answer: 1.0,
        ..always()
    })
    .await;
    let url = reader.url("v1.0/users");
    assert!(
        reader
            .http
            .get(&url)
            .bearer_auth(&reader.token)
            .send()
            .await
            .is_err()
    );
    assert_eq!(sim.stats().status(0), 1);
    sim.faults(FaultPlan {
        reset_mid_body: 1.0,
        ..always()
    });
    let response = reader.send("v1.0/users", &[]).await;
    assert_eq!(response.status(), 200);
    assert!(
        response.bytes().await.is_err(),
        "less came than was promised"
    );
    sim.faults(FaultPlan {
        truncated_body: 1.0,
        ..always()
    });
    let response = reader.send("v1.0/users", &[]).await;
    assert_eq!(response.status(), 200);
    let text = body(response).await;
    assert!(
        serde_json::from_str::<Value>(&text).is_err() && text.starts_with('{'),
        "complete, and not JSON"
    );
}

#[tokio::test]
async fn a_slow_body_arrives_whole() {
    let (_sim, reader) = with(FaultPlan {
        slow_body: 1.0,
        ..always()
    })
    .await;
    let start = Instant::now();
    assert_eq!(
        reader.get("v1.0/users").await["value"]
            .as_array()
            .unwrap()
            .len(),
        100
    );
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_401_needs_a_new_token_and_the_new_one_works() {
    let (sim, mut reader) = with(FaultPlan {
        unauthorized: 1.0,
        ..always()
    })
    .await;
    for _ in 0..3 {
        assert_eq!(
            reader.refusal("v1.0/users", &[]).await,
            (401, "InvalidAuthenticationToken".to_owned())
        );
    }
    reader.token = crate::common::bearer(&sim).await;
    reader.get("v1.0/users").await;
}

#[tokio::test]
async fn no_request_fails_more_often_in_a_row_than_planned() {
    let (_sim, reader) = with(FaultPlan {
        unavailable: 1.0,
        max_in_a_row: 2,
        ..FaultPlan::none()
    })
    .await;
    for _ in 0..3 {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(reader.send("v1.0/users", &[]).await.status().is_success());
        }
        assert_eq!(statuses, [false, false, true]);
    }
}

#[tokio::test]
async fn empty_pages_have_different_next_links_and_lose_nothing() {
    let (_sim, reader) = with(FaultPlan {
        empty_page: 1.0,
        ..FaultPlan::none()
    })
    .await;
    for path in [
        "v1.0/users",
        "v1.0/users/delta",
        "v1.0/groups/delta",
        "v1.0/domains",
    ] {
        let pages = reader.pages(path, &[]).await;
        let links: std::collections::BTreeSet<&str> = pages
            .iter()
            .filter_map(|page| page["@odata.nextLink"].as_str())
            .collect();
        assert_eq!(links.len(), pages.len() - 1, "no link twice");
        assert!(
            pages
                .iter()
                .filter(|page| page["value"] == json!([]))
                .count()
                >= 3
        );
        assert_eq!(
            items(&pages).len(),
            match path {
                "v1.0/users" | "v1.0/users/delta" => 250,
                "v1.0/groups/delta" => 10,
                _ => 2,
            }
        );
    }
}

#[tokio::test]
async fn delta_repeats_replays_and_contradicts_itself_within_a_round() {
    let (sim, reader) = with(FaultPlan::none()).await;
    let link = delta_link(&reader.pages("v1.0/users/delta?$select=jobTitle", &[]).await);
    let ids = sim.edit(|tenant| {
        let ids = tenant.user_ids();
        tenant.update_user(&ids[0], json!({"jobTitle": "A"}));
        ids
    });
    let next = delta_link(&reader.pages(&link, &[]).await);
    let forms = |pages: &[Value], id: &str| -> Vec<bool> {
        items(pages)
            .iter()
            .filter(|item| item["id"] == id)
            .map(|item| item.get("@removed").is_some())
            .collect()
    };
    sim.faults(FaultPlan {
        duplicate: 1.0,
        ..always()
    });
    assert_eq!(
        forms(&reader.pages(&link, &[]).await, &ids[0]),
        [false, false]
    );
    sim.faults(FaultPlan {
        replay: 1.0,
        ..always()
    });
    assert_eq!(
        forms(&reader.pages(&next, &[]).await, &ids[0]),
        [false],
        "a change of the round before"
    );
    sim.edit(|tenant| {
        assert!(tenant.delete_user(&ids[1]) && tenant.restore_user(&ids[1]));
        assert!(
            tenant.update_user(&ids[2], json!({"jobTitle": "B"})) && tenant.delete_user(&ids[2])
        );
    });
    sim.faults(FaultPlan {
        reorder: 1.0,
        ..always()
    });
    let pages = reader.pages(&next, &[]).await;
    assert_eq!(
        forms(&pages, &ids[1]),
        [false, true],
        "live, although removed comes last"
    );
    assert_eq!(
        forms(&pages, &ids[2]),
        [true, false],
        "deleted, although it is removed first"
    );
    assert_eq!(
        reader
            .send(&format!("v1.0/users/{}", ids[1]), &[])
            .await
            .status(),
        200
    );
    assert_eq!(
        reader
            .send(&format!("v1.0/users/{}", ids[2]), &[])
            .await
            .status(),
        404
    );
    sim.faults(FaultPlan {
        partial_object: 1.0,
        ..always()
    });
    let read = items(&reader.pages(&link, &[]).await);
    assert_eq!(read[0], json!({"id": ids[0], "jobTitle": "A"}));
    sim.faults(FaultPlan {
        removed_in_initial: 1.0,
        ..always()
    });
    assert_eq!(
        forms(&reader.pages("v1.0/users/delta", &[]).await, &ids[2]),
        [true]
    );
}

#[tokio::test]
async fn a_delta_token_is_refused_by_410_or_400_once_until_the_reader_has_started_again() {
    for (plan, status) in [
        (
            FaultPlan {
                gone_with_location: 1.0,
                ..always()
            },
            410,
        ),
        (
            FaultPlan {
                gone_without_location: 1.0,
                ..always()
            },
            410,
        ),
        (
            FaultPlan {
                sync_state_not_found: 1.0,
                ..always()
            },
            400,
        ),
    ] {
        let (sim, reader) = with(FaultPlan::none()).await;
        let link = delta_link(
            &reader
                .pages("v1.0/users/delta?$select=displayName", &[])
                .await,
        );
        sim.faults(plan.clone());
        let response = reader.send(&link, &[]).await;
        assert_eq!(response.status(), status);
        let location = response
            .headers()
            .get("location")
            .map(|at| at.to_str().unwrap().to_owned());
        assert_eq!(location.is_some(), plan.gone_with_location > 0.0);
        let again = location.unwrap_or_else(|| "v1.0/users/delta?$select=displayName".to_owned());
        let pages = reader.pages(&again, &[]).await;
        assert_eq!(items(&pages).len(), 250);
        assert!(
            items(&pages)[0].get("jobTitle").is_none(),
            "the selection is kept"
        );
        assert_eq!(
            reader.send(&delta_link(&pages), &[]).await.status(),
            status,
            "and the next one is refused again"
        );
    }
}

#[tokio::test]
async fn a_lost_page_token_means_to_list_again() {
    let (sim, reader) = with(FaultPlan::none()).await;
    let next = text(&reader.get("v1.0/users").await, "@odata.nextLink").to_owned();
    sim.faults(FaultPlan {
        page_token_lost: 1.0,
        ..always()
    });
    assert_eq!(
        reader.refusal(&next, &[]).await,
        (400, "DirectoryPageTokenNotFoundException".to_owned())
    );
    assert_eq!(reader.all("v1.0/users").await.len(), 250);
}

#[tokio::test]
async fn novel_members_are_additions() {
    let (sim, reader) = with(FaultPlan {
        novel_member: 1.0,
        ..always()
    })
    .await;
    let users = reader.all("v1.0/users?$select=id,userType").await;
    let added = |user: &Value| user.get("extension_c0ffee_lifecycleTier").cloned();
    assert!(users.iter().any(|user| added(user) == Some(Value::Null)));
    assert!(
        users
            .iter()
            .any(|user| added(user) == Some(json!("unknownFutureValue")))
    );
    let truth = sim.truth().users;
    for user in &users {
        assert_eq!(
            tenant_sim::Truth::mismatch(&truth[text(user, "id")], user, &["id", "userType"]),
            None
        );
    }
}

#[tokio::test]
async fn one_next_link_points_to_another_origin() {
    let (sim, reader) = with(FaultPlan::none()).await;
    sim.foreign_next_link(Some("http://127.0.0.1:9"));
    reader.get("v1.0/domains").await;
    let link = text(&reader.get("v1.0/users").await, "@odata.nextLink").to_owned();
    assert!(link.starts_with("http://127.0.0.1:9/v1.0/users?"), "{link}");
    assert!(text(&reader.get("v1.0/users").await, "@odata.nextLink").starts_with(sim.origin()));
    sim.faults(FaultPlan {
        foreign_next_link: 1.0,
        ..always()
    });
    let delta = reader.get("v1.0/users/delta").await;
    assert!(
        text(&delta, "@odata.nextLink")
            .starts_with("https://graph.attacker.example/v1.0/users/delta?")
    );
}

#[tokio::test]
async fn a_retry_before_retry_after_is_counted_and_a_patient_one_is_not() {
    let (sim, reader) = with(FaultPlan::none()).await;
    sim.throttle_all(Some(1));
    let response = reader.send("v1.0/users", &[]).await;
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
    reader.send("v1.0/domains", &[]).await;
    assert_eq!(sim.stats().early_retries, 0, "another request is no retry");
    reader.send("v1.0/users", &[]).await;
    assert_eq!(sim.stats().early_retries, 1);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    sim.throttle_all(None);
    reader.get("v1.0/users").await;
    assert_eq!(sim.stats().early_retries, 1);
    assert_eq!(
        sim.stats().by_route[&("GET".to_owned(), "users".to_owned(), 429)],
        2
    );
    sim.reset_stats();
    assert_eq!(sim.stats().requests, 0);
}

#[tokio::test]
async fn requests_inside_a_batch_get_a_429_by_themselves() {
    let (sim, reader) = with(FaultPlan {
        batch_throttled: 0.5,
        ..always()
    })
    .await;
    let requests: Vec<Value> = (0..20).map(|id| json!({"id": id.to_string(), "method": "GET", "url": format!("/users?$top={}", id + 1)})).collect();
    let request = reader
        .http
        .post(reader.url("v1.0/$batch"))
        .bearer_auth(&reader.token);
    let response = request
        .body(json!({"requests": requests}).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    let throttled: Vec<&Value> = answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|response| response["status"] == 429)
        .collect();
    assert!((1..20).contains(&throttled.len()));
    assert!(
        throttled
            .iter()
            .all(|response| response["headers"]["Retry-After"].is_string())
    );
    assert!(sim.stats().by_route[&("BATCH".to_owned(), "users".to_owned(), 429)] > 0);
}

#[tokio::test]
async fn the_token_endpoint_fails_and_recovers() {
    let (sim, _) = with(FaultPlan {
        token_endpoint: 1.0,
        retry_after_scale: 0.0,
        ..FaultPlan::none()
    })
    .await;
    let mut answered = false;
    for _ in 0..3 {
        let sent = reqwest::Client::new()
            .post(format!("{}/{}/oauth2/v2.0/token", sim.login_url(), sim.tenant_id()))
            .body(format!("grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default", sim.client_id(), sim.client_secret()))
            .send()
            .await;
        answered = sent.is_ok_and(|response| response.status().is_success());
    }
    assert!(answered, "two failures in a row at most");
    // One more was given out before the plan was on.
    assert_eq!(sim.stats().tokens_issued, 2);
}

#[tokio::test]
async fn documented_limits_apply_with_scaled_time() {
    let (sim, reader) = with(FaultPlan::none()).await;
    // Ten seconds last half a second.
    sim.throttle(ThrottleMode::Documented { time_scale: 20.0 });
    let first = reader.send("v1.0/users", &[]).await;
    assert_eq!(first.headers()["x-ms-resource-unit"], "2");
    assert!(
        first
            .headers()
            .get("x-ms-throttle-limit-percentage")
            .is_none()
    );
    assert_eq!(
        reader.send("v1.0/users?$select=id", &[]).await.headers()["x-ms-resource-unit"],
        "1"
    );

    let report = "v1.0/reports/authenticationMethods/userRegistrationDetails?$top=1";
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(reader.send(report, &[]).await);
    }
    let (over, within) = statuses.split_last().unwrap();
    assert!(within.iter().all(|response| response.status() == 200));
    assert_eq!(over.status(), 429);
    let wait: f64 = over.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((0.0..=0.5).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_secs_f64(wait + 0.005)).await;
    assert_eq!(reader.send(report, &[]).await.status(), 200);
    assert_eq!(sim.stats().early_retries, 0);

    let policies = "v1.0/identity/conditionalAccess/policies";
    assert_eq!(reader.send(policies, &[]).await.status(), 200);
    let refused = reader
        .send("v1.0/identity/conditionalAccess/namedLocations", &[])
        .await;
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers().get("retry-after")
        ),
        (429, None),
        "one a second, without a hint"
    );

    let sign_ins = "v1.0/users?$select=id,signInActivity&$top=1";
    for _ in 0..10 {
        assert_eq!(reader.send(sign_ins, &[]).await.status(), 200);
    }
    assert_eq!(reader.send(sign_ins, &[]).await.status(), 429);
    assert_eq!(
        reader.send("v1.0/users?$select=id", &[]).await.status(),
        200,
        "plain users are not concerned"
    );
}

#[tokio::test]
async fn resource_units_announce_and_then_refuse_by_429() {
    let (sim, reader) = with(FaultPlan::none()).await;
    // 5,000 units within ten seconds, at 5 a request.
    sim.throttle(ThrottleMode::Documented { time_scale: 1.0 });
    let group = sim.edit(|tenant| tenant.group_ids()[0].clone());
    let path = format!("v1.0/groups/{group}/transitiveMembers?$top=20");
    let mut announced = None;
    for number in 1..=1_100 {
        let response = reader.send(&path, &[]).await;
        if announced.is_none()
            && response
                .headers()
                .contains_key("x-ms-throttle-limit-percentage")
        {
            announced = Some(number);
        }
        if response.status() == 429 {
            assert_eq!(announced, Some(800), "five units each, 80 % of 5,000");
            assert_eq!(number, 1_001);
            assert_eq!(
                response.headers()["x-ms-throttle-information"],
                "ResourceUnitLimitExceeded"
            );
            let scope = response.headers()["x-ms-throttle-scope"].to_str().unwrap();
            assert_eq!(
                scope,
                format!(
                    "Tenant_Application/ReadWrite/{}/{}",
                    sim.client_id(),
                    sim.tenant_id()
                )
            );
            assert!(
                response.headers()["retry-after"]
                    .to_str()
                    .unwrap()
                    .parse::<u64>()
                    .unwrap()
                    >= 1
            );
            return;
        }
    }
    panic!("never throttled");
}

#[tokio::test]
async fn concurrency_is_counted_until_answers_are_sent() {
    let sim = Sim::builder()
        .latency(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    let reader = std::sync::Arc::new(Reader::new(&sim).await);
    let mut reads = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let reader = std::sync::Arc::clone(&reader);
        reads.spawn(async move { reader.get("v1.0/domains").await });
    }
    let start = Instant::now();
    assert_eq!(reads.join_all().await.len(), 6);
    assert!(start.elapsed() >= Duration::from_millis(90));
    assert_eq!(sim.stats().max_concurrent, 6);
}

#[tokio::test]
async fn a_batch_without_a_good_token_is_a_401_as_a_whole() {
    let (sim, reader) = with(FaultPlan::none()).await;
    sim.expire_bearer_tokens();
    let body = json!({"requests": [{"id": "1", "method": "GET", "url": "/users"}]}).to_string();
    let request = reader
        .http
        .post(reader.url("v1.0/$batch"))
        .bearer_auth(&reader.token)
        .body(body);
    assert_eq!(request.send().await.unwrap().status(), 401);
}
