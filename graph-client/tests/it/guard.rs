//! No token leaves for anywhere but Graph, whatever a link looks like.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use crate::support::{User, fixture, page};
use futures::StreamExt as _;
use proptest::prelude::*;

/// Links that look much like those of Graph.
fn link() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        4 => Just("https:"),
        1 => Just("HTTPS:"),
        1 => Just("http:"),
        1 => Just(""),
        1 => Just("ftp:"),
        1 => Just(" https:"),
        1 => Just("javascript:"),
    ];
    let slashes = prop_oneof![
        4 => Just("//"),
        1 => Just("/"),
        1 => Just("\\\\"),
        1 => Just("/\\"),
        1 => Just("///"),
        1 => Just(""),
    ];
    let user = prop_oneof![
        4 => Just(""),
        1 => Just("graph.microsoft.com@"),
        1 => Just("user:password@"),
        1 => Just("@"),
        1 => Just("graph.microsoft.com%2f@"),
    ];
    let host = prop_oneof![
        9 => prop::sample::select(vec![
            "graph.microsoft.com",
            "graph.microsoft.com",
            "GRAPH.Microsoft.COM",
            "graph.microsoft.com.",
            "graph.microsoft.com.evil.example",
            "graph\u{3002}microsoft\u{ff0e}com",
            "gr\u{430}ph.microsoft.com",
            "graph%2emicrosoft%2ecom",
            "evil.example",
            "127.0.0.1",
            "[::1]",
            "graph.microsoft.us",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ];
    let port = prop_oneof![
        4 => Just(""),
        1 => Just(":443"),
        1 => Just(":80"),
        1 => Just(":8443"),
        1 => Just(":"),
        1 => Just(":0443"),
    ];
    let rest = prop_oneof![
        Just("/v1.0/users?$skiptoken=1"),
        Just("\\@evil.example/x"),
        Just("#@evil.example/"),
        Just("?@evil.example/"),
        Just("/../..//evil.example/"),
        Just(""),
    ];
    (scheme, slashes, user, host, port, rest)
        .prop_map(|(a, b, c, d, e, f)| format!("{a}{b}{c}{d}{e}{f}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn of_ten_thousand_links_none_takes_the_token_elsewhere(link in link(), prefetch: bool) {
        let f = fixture();
        let text = serde_json::to_string(&link).unwrap();
        f.graph.on("/v1.0/users", [page(&["a"], Some(&text[1..text.len() - 1]))]);
        let list = f.client.list::<User>("users");
        let list = if prefetch { list.prefetch() } else { list };
        let pages = futures::executor::block_on(list.pages().take(3).collect::<Vec<_>>());
        prop_assert!(!pages.is_empty());
        for request in f.graph.requests() {
            let url = &request.url;
            let ours = url.scheme() == "https"
                && url.host_str() == Some("graph.microsoft.com")
                && url.port_or_known_default() == Some(443)
                && url.username().is_empty()
                && url.password().is_none();
            prop_assert!(ours, "{link:?} led to {url}");
        }
    }
}
