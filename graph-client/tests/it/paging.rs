//! Listings: pages, continuations, links, and items that do not fit.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::time::Duration;

use crate::support::{Fixture, SECRET, User, fixture, page};
use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::test_util::{Answer, Recorded};
use graph_client::{Error, NextLink};
use serde::Deserialize;
use serde_json::value::RawValue;

const NEXT2: &str = "https://graph.microsoft.com/v1.0/users?$skiptoken=2";
const NEXT3: &str = "https://graph.microsoft.com/v1.0/users?$skiptoken=3";

async fn ids(f: &Fixture) -> Result<Vec<String>, Error> {
    f.client
        .list::<User>("users")
        .items()
        .map_ok(|user| user.id)
        .try_collect()
        .await
}

#[tokio::test]
async fn three_pages_by_next_link_yield_every_item_once_in_order() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a", "b"], Some(NEXT2)),
            page(&["c"], Some(NEXT3)),
            page(&["d"], None),
        ],
    );
    assert_eq!(ids(&f).await.unwrap(), ["a", "b", "c", "d"]);
    let targets: Vec<String> = f.graph.requests().iter().map(Recorded::target).collect();
    assert_eq!(
        targets,
        [
            "/v1.0/users?$select=id",
            "/v1.0/users?$skiptoken=2",
            "/v1.0/users?$skiptoken=3"
        ]
    );
}

#[tokio::test]
async fn an_empty_page_with_a_next_link_is_followed() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            page(&[], Some(NEXT2)),
            page(&[], Some(NEXT3)),
            page(&["a"], None),
        ],
    );
    assert_eq!(ids(&f).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn an_empty_next_link_ends() {
    let f = fixture();
    f.graph.on("/v1.0/users", [page(&["a"], Some(""))]);
    assert_eq!(ids(&f).await.unwrap(), ["a"]);
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn a_failed_page_can_be_resumed_by_its_next_link_without_a_gap() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some(NEXT2)),
            Answer::error(403, "Authorization_RequestDenied"),
        ],
    );
    let mut pages = f.client.list::<User>("users").pages();
    let first = pages.next().await.unwrap().unwrap();
    assert!(
        pages
            .next()
            .await
            .unwrap()
            .unwrap_err()
            .is_permission_denied()
    );
    assert!(pages.next().await.is_none(), "a failure ends the stream");

    let stored: String = first.next.unwrap().expose().to_owned();
    f.graph.on(
        "/v1.0/users",
        [page(&["b"], Some(NEXT3)), page(&["c"], None)],
    );
    let rest = f
        .client
        .list::<User>("users")
        .resume(NextLink::restore(stored))
        .items();
    let rest: Vec<User> = rest.try_collect().await.unwrap();
    assert_eq!(
        rest.iter().map(|u| u.id.as_str()).collect::<Vec<_>>(),
        ["b", "c"]
    );
    assert_eq!(f.graph.requests()[2].target(), "/v1.0/users?$skiptoken=2");
}

#[tokio::test]
async fn stopped_in_the_middle_of_a_page_it_resumes_without_a_gap() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some(NEXT2)),
            page(&["b", "c"], Some(NEXT3)),
            page(&["b", "c"], Some(NEXT3)),
            page(&["d"], None),
        ],
    );
    let mut seen = Vec::new();
    let mut pages = f.client.list::<User>("users").pages();
    let first = pages.next().await.unwrap().unwrap();
    seen.extend(first.items.into_iter().map(|user| user.id));
    let second = pages.next().await.unwrap().unwrap();
    seen.extend(second.items.into_iter().take(1).map(|user| user.id));
    drop(pages);
    // What is stored is the link of the page that was not used up.
    let rest = f.client.list::<User>("users").resume(first.next.unwrap());
    let rest: Vec<User> = rest.items().try_collect().await.unwrap();
    seen.extend(rest.into_iter().map(|user| user.id));
    assert_eq!(seen, ["a", "b", "b", "c", "d"]);
}

#[tokio::test]
async fn headers_are_sent_with_every_page_and_options_only_with_the_first() {
    let f = fixture();
    f.graph.on(
        "/v1.0/groups",
        [
            page(
                &["a"],
                Some("https://graph.microsoft.com/v1.0/groups?$skiptoken=x"),
            ),
            page(&[], None),
        ],
    );
    let pages = f
        .client
        .list::<User>("groups")
        .filter("startswith(displayName,'a')")
        .order_by("displayName")
        .search("\"displayName:a\"")
        .expand("owners($select=id)")
        .top(5)
        .count()
        .consistency_level_eventual()
        .prefer("include-unknown-enum-members")
        .prefer("odata.maxpagesize=5")
        .pages();
    assert_eq!(pages.count().await, 2);
    let requests = f.graph.requests();
    assert_eq!(
        requests[0].target(),
        "/v1.0/groups?$filter=startswith(displayName,'a')&$orderby=displayName&$search=\"displayName:a\"\
         &$expand=owners($select=id)&$top=5&$count=true&$select=id"
    );
    assert_eq!(requests[1].target(), "/v1.0/groups?$skiptoken=x");
    for request in &requests {
        assert_eq!(request.header("consistencylevel"), Some("eventual"));
        let prefer: Vec<_> = request
            .headers
            .get_all("prefer")
            .iter()
            .map(|v| v.to_str().unwrap())
            .collect();
        assert_eq!(
            prefer,
            ["include-unknown-enum-members", "odata.maxpagesize=5"]
        );
    }
}

#[tokio::test]
async fn a_repeated_next_link_is_an_error_and_not_a_loop() {
    for second in [NEXT2, "https://graph.microsoft.com/v1.0/users?$select=id"] {
        let f = fixture();
        f.graph.on(
            "/v1.0/users",
            [page(&["a"], Some(NEXT2)), page(&["b"], Some(second))],
        );
        let error = ids(&f).await.unwrap_err();
        assert!(
            error.to_string().contains("repeated a page link"),
            "{error}"
        );
        assert_eq!(f.graph.requests().len(), 2);
    }
}

#[tokio::test]
async fn an_off_origin_next_link_is_refused_and_gets_no_token() {
    for evil in [
        "https://evil.example/v1.0/users?$skiptoken=2",
        "http://graph.microsoft.com/v1.0/users?$skiptoken=2",
        "https://graph.microsoft.com:444/v1.0/users",
        "https://graph.microsoft.com@evil.example/",
        "//evil.example/v1.0/users",
    ] {
        let f = fixture();
        f.graph.on("/v1.0/users", [page(&["a"], Some(evil))]);
        let error = ids(&f).await.unwrap_err();
        assert!(error.is_refused_link(), "{evil}");
        // Nor when it was stored before.
        let pages = f
            .client
            .list::<User>("users")
            .resume(NextLink::restore(evil))
            .pages();
        assert!(
            pages
                .map(|page| page.unwrap_err().is_refused_link())
                .all(|refused| async move { refused })
                .await
        );
        assert!(
            f.graph
                .all_requests()
                .iter()
                .all(|r| r.url.host_str() != Some("evil.example"))
        );
        assert_eq!(f.graph.requests().len(), 1);
    }
}

#[tokio::test]
async fn redirects_are_followed_within_the_origin_up_to_a_limit() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users/1",
        [Answer::status(302).header("location", "/v1.0/users/2")],
    );
    f.graph.on(
        "/v1.0/users/2",
        [Answer::status(307).header("location", "https://graph.microsoft.com/v1.0/users/3")],
    );
    f.graph.on("/v1.0/users/3", [Answer::json(r#"{"id":"3"}"#)]);
    assert_eq!(
        f.client.get::<User>("users/1").send().await.unwrap().id,
        "3"
    );
    assert_eq!(
        f.graph.requests()[2].header("authorization"),
        Some("Bearer token-1")
    );

    let f = fixture();
    f.graph.on(
        "/v1.0/users/1",
        vec![Answer::status(302).header("location", "/v1.0/users/1"); 20],
    );
    assert_eq!(
        f.client
            .get::<User>("users/1")
            .send()
            .await
            .unwrap_err()
            .status(),
        Some(302)
    );
    assert_eq!(f.graph.requests().len(), 6);
}

#[tokio::test]
async fn an_off_origin_redirect_is_refused() {
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "http://graph.microsoft.com/v1.0/users/1",
    ] {
        let f = fixture();
        f.graph.on(
            "/v1.0/users/1",
            [Answer::status(302).header("location", evil)],
        );
        assert!(
            f.client
                .get::<User>("users/1")
                .send()
                .await
                .unwrap_err()
                .is_refused_link()
        );
        assert_eq!(f.graph.requests().len(), 1);
    }
    let f = fixture();
    f.graph.on("/v1.0/users/1", [Answer::status(302)]);
    assert_eq!(
        f.client
            .get::<User>("users/1")
            .send()
            .await
            .unwrap_err()
            .status(),
        Some(302)
    );
}

#[tokio::test]
async fn one_malformed_item_is_reported_and_the_stream_goes_on() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            Answer::json(format!(
                r#"{{"value":[{{"id":"a"}},{{"id":7}},{{"id":"b"}}],"@odata.nextLink":"{NEXT2}"}}"#
            )),
            page(&["c"], None),
        ],
    );
    let items: Vec<_> = f.client.list::<User>("users").items().collect().await;
    let good: Vec<&str> = items
        .iter()
        .filter_map(|item| item.as_ref().ok())
        .map(|user| user.id.as_str())
        .collect();
    assert_eq!(good, ["a", "b", "c"]);
    let bad: Vec<&Error> = items
        .iter()
        .filter_map(|item| item.as_ref().err())
        .collect();
    assert_eq!(bad.len(), 1);
    assert!(bad[0].is_malformed_item() && !bad[0].is_decode());
    assert_eq!(
        bad[0].item().map(|item| (item.index, item.path.as_str())),
        Some((1, "id"))
    );
}

#[tokio::test]
async fn a_lost_page_token_is_told_apart() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some(NEXT2)),
            Answer::error(400, "DirectoryPageTokenNotFoundException"),
        ],
    );
    assert!(ids(&f).await.unwrap_err().is_page_token_lost());
}

#[tokio::test]
async fn a_page_that_is_no_collection_is_an_error_and_not_empty() {
    for body in ["{}", r#"{"error":{"code":"x"}}"#, "[]", r#"{"value":null}"#] {
        let f = fixture();
        f.graph.on("/v1.0/users", [Answer::json(body)]);
        assert!(ids(&f).await.unwrap_err().is_decode(), "{body}");
    }
}

#[tokio::test]
async fn a_callers_own_struct_drives_select() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Mine {
        #[serde(rename = "@odata.type")]
        _kind: Option<String>,
        _display_name: Option<String>,
        id: String,
    }
    let f = fixture();
    f.graph.on("/beta/users", [page(&["a"], None)]);
    let mine: Vec<Mine> = f
        .client
        .list::<Mine>("users")
        .beta()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(mine[0].id, "a");
    assert_eq!(
        f.graph.requests()[0].target(),
        "/beta/users?$select=displayName,id"
    );
}

#[tokio::test]
async fn raw_items_arrive_byte_for_byte_and_select_nothing() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [Answer::json(r#"{"value":[ {"id" : "a", "x":1.50} ]}"#)],
    );
    let raw: Vec<Box<RawValue>> = f.client.list("users").items().try_collect().await.unwrap();
    assert_eq!(raw[0].get(), r#"{"id" : "a", "x":1.50}"#);
    assert_eq!(f.graph.requests()[0].target(), "/v1.0/users");
}

#[tokio::test]
async fn ids_are_one_segment_whatever_they_hold() {
    let f = fixture();
    f.graph
        .on("/v1.0/groups/a%2Fb%3Fc/members", [page(&["x"], None)]);
    assert_eq!(
        f.client
            .list::<User>(["groups", "a/b?c", "members"])
            .items()
            .count()
            .await,
        1
    );
    assert!(f.graph.unmatched().is_empty());
    let pages = f.client.list::<User>(["groups", "..", "members"]).pages();
    assert!(
        pages
            .map(|page| page.unwrap_err().is_invalid_request())
            .all(|ok| async move { ok })
            .await
    );
}

#[tokio::test]
async fn dollar_count_is_read_as_text() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users/$count",
        [Answer::status(200)
            .body("\u{feff}1250")
            .header("content-type", "text/plain")],
    );
    assert_eq!(
        f.client
            .count("users")
            .filter("accountEnabled eq true")
            .send()
            .await
            .unwrap(),
        1250
    );
    let request = &f.graph.requests()[0];
    assert_eq!(
        request.target(),
        "/v1.0/users/$count?$filter=accountEnabled eq true"
    );
    assert_eq!(request.header("consistencylevel"), Some("eventual"));
}

#[tokio::test]
async fn the_first_page_holds_the_count() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [Answer::json(r#"{"@odata.count":12,"value":[]}"#)],
    );
    let page = f
        .client
        .list::<User>("users")
        .count()
        .pages()
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.count, Some(12));
}

#[tokio::test]
async fn raw_requests_go_the_same_way() {
    let f = fixture();
    f.graph.on(
        "/beta/anything/at/all",
        [
            Answer::status(429).header("retry-after", "2"),
            Answer::status(200)
                .body("bytes")
                .header("x-ms-resource-unit", "1"),
        ],
    );
    let answer = f
        .client
        .raw("anything/at/all")
        .beta()
        .query("k", "v w")
        .header("x-own", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (200, &b"bytes"[..])
    );
    assert_eq!(answer.headers.get("x-ms-resource-unit").unwrap(), "1");
    let request = &f.graph.requests()[1];
    assert_eq!(
        (request.target().as_str(), request.header("x-own")),
        ("/beta/anything/at/all?k=v w", Some("1"))
    );
    assert!(f.clock.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn every_call_has_a_client_request_id_that_is_kept_or_made_and_stays_the_same_over_attempts()
{
    let f = fixture();
    f.graph.on(
        "/v1.0/users/1",
        [
            Answer::status(503),
            Answer::error(404, "x"),
            Answer::error(404, "x"),
        ],
    );
    let error = f.client.get::<User>("users/1").send().await.unwrap_err();
    let sent: Vec<_> = f
        .graph
        .requests()
        .iter()
        .map(|r| r.header("client-request-id").unwrap().to_owned())
        .collect();
    assert_eq!(sent[0], sent[1]);
    assert_eq!(error.client_request_id(), Some(sent[0].as_str()));
    assert_eq!(sent[0].len(), 36);
    f.client
        .get::<User>("users/1")
        .header("client-request-id", "mine")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        f.graph.requests()[2].header("client-request-id"),
        Some("mine")
    );
}

#[tokio::test]
async fn nothing_secret_is_shown_by_any_type() {
    let f = fixture();
    let secret_link = "https://graph.microsoft.com/v1.0/users?$skiptoken=T0PSECRET";
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some(secret_link)),
            Answer::error(410, "x").header("location", secret_link),
        ],
    );
    let request = f.client.list::<User>("users");
    let mut shown = vec![format!("{:?} {request:?}", f.client)];
    let pages: Vec<_> = request.pages().collect().await;
    for page in &pages {
        shown.push(format!("{page:?}"));
        if let Err(error) = page {
            shown.push(format!("{error} {:?}", std::error::Error::source(error)));
        }
    }
    let (builder, ..) = crate::support::builder();
    let credential = graph_client::Credential::client_secret("app", SECRET);
    shown.push(format!("{builder:?} {credential:?}"));
    let shown = shown.join("\n");
    for secret in [SECRET, "T0PSECRET", "token-1", "Bearer"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
