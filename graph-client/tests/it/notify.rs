//! Notifications against vectors that OpenSSL made with a throwaway key.
#![cfg(feature = "notify")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::time::{Duration, SystemTime};

use crate::support::fixture;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use graph_client::notify::{
    ClientState, DecryptionKeys, EncryptedContent, Notifications, NotifyError, SigningKeys,
    TokenValidator, ValidatedToken,
};
use graph_client::test_util::Answer;
use graph_client::write::{NewSubscription, Subscription, Writer};
use graph_client::{Cloud, TransportErrorKind};
use proptest::prelude::*;
use serde_json::{Value, json};

const PEM: &str = include_str!("../fixtures/throwaway-certificate.pem");
const APP: &str = "8e460676-ae3f-4b1e-8790-ee0fb5d6148f";
const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";

fn vectors() -> Value {
    serde_json::from_str(include_str!("../fixtures/notification-vectors.json")).unwrap()
}

fn content() -> EncryptedContent {
    serde_json::from_value(vectors()["encryptedContent"].clone()).unwrap()
}

fn decryption_keys() -> DecryptionKeys {
    DecryptionKeys::new().with_pem("first", PEM).unwrap()
}

fn signing_keys() -> SigningKeys {
    SigningKeys::from_json(vectors()["keys"].to_string().as_bytes()).unwrap()
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + seconds)
}

fn validate(name: &str, now: SystemTime) -> Result<ValidatedToken, NotifyError> {
    let vectors = vectors();
    let token = vectors["tokens"][name].as_str().unwrap();
    TokenValidator::new(Cloud::Global, [APP]).validate(token, &signing_keys(), now)
}

#[test]
fn resource_data_is_decrypted() {
    let resource: Value = decryption_keys()
        .decrypt(&content())
        .unwrap()
        .decode()
        .unwrap();
    assert_eq!(resource["id"], "1565293727947");
    assert_eq!(resource["body"]["content"], "grüße");
}

#[test]
fn the_signature_is_checked_before_anything_is_decrypted() {
    for flip in [0, 20, 63] {
        let mut forged = content();
        let mut data = STANDARD.decode(&forged.data).unwrap();
        data[flip] ^= 1;
        forged.data = STANDARD.encode(data);
        // A wrong padding would be told as such if the signature were not first.
        assert_eq!(
            decryption_keys().decrypt(&forged),
            Err(NotifyError::Signature)
        );
    }
    let mut unsigned = content();
    unsigned.data_signature = String::new();
    assert_eq!(
        decryption_keys().decrypt(&unsigned),
        Err(NotifyError::Signature)
    );
}

#[test]
fn old_and_new_certificates_are_told_apart_by_id() {
    let keys = decryption_keys().with_pem("second", PEM).unwrap();
    let mut content = content();
    content.encryption_certificate_id = "second".to_owned();
    assert!(keys.decrypt(&content).is_ok());
    content.encryption_certificate_id = "third".to_owned();
    assert_eq!(keys.decrypt(&content), Err(NotifyError::NoDecryptionKey));
    assert_eq!(format!("{keys:?}"), r#"["first", "second"]"#);
    let refused = DecryptionKeys::new().with_pem("x", "no key").unwrap_err();
    assert_eq!(refused, NotifyError::PrivateKey);
}

#[test]
fn both_versions_of_genuine_tokens_are_accepted() {
    for name in ["v1", "v2"] {
        let token = validate(name, at(60)).unwrap();
        assert_eq!(
            (token.tenant_id.as_str(), token.app_id.as_str()),
            (TENANT, APP)
        );
    }
}

#[test]
fn forged_tokens_are_refused_and_say_why() {
    for (name, why) in [
        ("otherClaims", NotifyError::Signature),
        ("unknownKey", NotifyError::UnknownKey),
        ("noAlgorithm", NotifyError::Algorithm),
        ("symmetric", NotifyError::Algorithm),
        ("otherAudience", NotifyError::Audience),
        ("issuerOfAnother", NotifyError::Issuer),
        ("foreignIssuer", NotifyError::Issuer),
        ("otherPublisher", NotifyError::Publisher),
        ("noPublisher", NotifyError::Publisher),
    ] {
        assert_eq!(validate(name, at(60)).unwrap_err(), why, "{name}");
    }
    let china = TokenValidator::new(Cloud::China, [APP]);
    let token = vectors()["tokens"]["v2"].as_str().unwrap().to_owned();
    let refused = china.validate(&token, &signing_keys(), at(60));
    assert_eq!(refused, Err(NotifyError::Issuer));
}

#[test]
fn tokens_are_good_for_their_time_and_some_difference_of_clocks() {
    assert!(validate("v1", at(3600 + 299)).is_ok());
    assert_eq!(validate("v1", at(3600 + 300)), Err(NotifyError::Expired));
    assert!(validate("v1", at(0) - Duration::from_secs(300)).is_ok());
    let early = validate("v1", at(0) - Duration::from_secs(301));
    assert_eq!(early, Err(NotifyError::Expired));
}

#[test]
fn only_tenants_with_a_genuine_token_are_believed() {
    let vectors = vectors();
    let body = json!({
        "value": [{"subscriptionId": "s", "tenantId": TENANT}],
        "validationTokens": [vectors["tokens"]["otherClaims"], vectors["tokens"]["v2"], "no token"],
    });
    let notifications = Notifications::parse(body.to_string().as_bytes()).unwrap();
    let validator = TokenValidator::new(Cloud::Global, [APP]);
    let tenants = notifications.validated_tenants(&validator, &signing_keys(), at(60));
    assert_eq!(tenants.into_iter().collect::<Vec<_>>(), [TENANT]);
}

#[tokio::test]
async fn signing_keys_come_through_the_send_path_without_a_token() {
    const PATH: &str = "/common/discovery/v2.0/keys";
    let f = fixture();
    f.graph.on(
        PATH,
        [
            Answer::failure(TransportErrorKind::Interrupted),
            Answer::json(vectors()["keys"].to_string()),
            Answer::json(r#"{"keys":[]}"#),
            Answer::status(302).header("location", "https://evil.example/keys"),
        ],
    );
    let keys = f.client.signing_keys().await.unwrap();
    assert_eq!(format!("{keys:?}"), r#"["k1"]"#);
    assert!(f.client.signing_keys().await.unwrap_err().is_decode());
    assert!(f.client.signing_keys().await.is_err());
    for request in f.graph.all_requests() {
        assert_eq!(request.url.host_str(), Some("login.microsoftonline.com"));
        assert_eq!(request.header("authorization"), None);
    }
}

#[tokio::test]
async fn subscriptions_are_made_renewed_and_ended() {
    let f = fixture();
    let made = r#"{"id":"s1","resource":"users","expirationDateTime":"2026-01-01T01:00:00Z"}"#;
    f.graph
        .on("/v1.0/subscriptions", [Answer::status(201).body(made)]);
    let one = "/v1.0/subscriptions/s1";
    f.graph.on(
        one,
        [Answer::json(made), Answer::json(made), Answer::status(204)],
    );
    let reauthorize = "/v1.0/subscriptions/s1/reauthorize";
    f.graph.on(reauthorize, [Answer::status(200)]);
    let writer = Writer::new(&f.client);
    let secret = ClientState::new("s3cret").unwrap();
    let new = NewSubscription::new(
        "users",
        "updated",
        "https://example.org/n",
        &secret,
        at(3600),
    )
    .lifecycle_url("https://example.org/l")
    .with_resource_data("first", "TUlJ");
    assert!(!format!("{new:?}").contains("s3cret"));
    let subscription: Subscription = writer
        .subscribe(&new)
        .send()
        .await
        .unwrap()
        .decode()
        .unwrap();
    assert_eq!(subscription.id.as_deref(), Some("s1"));
    writer
        .renew_subscription("s1", at(7200))
        .send()
        .await
        .unwrap();
    writer.renew(&subscription, at(7200)).send().await.unwrap();
    let month = Duration::from_secs(30 * 24 * 3600);
    let too_long = writer.renew(&subscription, at(0) + month).send().await;
    assert!(too_long.unwrap_err().is_invalid_request());
    writer.delete_subscription("s1").send().await.unwrap();
    writer.reauthorize_subscription("s1").send().await.unwrap();
    let sent: Vec<_> = f
        .graph
        .requests()
        .iter()
        .map(|r| {
            (
                r.method.to_string(),
                serde_json::from_slice(&r.body).unwrap_or(Value::Null),
            )
        })
        .collect();
    assert_eq!(
        sent[0].1,
        json!({
            "changeType": "updated",
            "notificationUrl": "https://example.org/n",
            "lifecycleNotificationUrl": "https://example.org/l",
            "resource": "users",
            "expirationDateTime": "2026-01-01T01:00:00Z",
            "clientState": "s3cret",
            "includeResourceData": true,
            "encryptionCertificateId": "first",
            "encryptionCertificate": "TUlJ",
        })
    );
    for renewed in [&sent[1].1, &sent[2].1] {
        assert_eq!(
            *renewed,
            json!({"expirationDateTime": "2026-01-01T02:00:00Z"})
        );
    }
    let methods: Vec<&str> = sent.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(methods, ["POST", "PATCH", "PATCH", "DELETE", "POST"]);
}

#[test]
fn subscriptions_last_as_long_as_documented() {
    let minutes =
        |resource: &str, data| NewSubscription::longest_life(resource, data).as_secs() / 60;
    assert_eq!(minutes("users", false), 41_760);
    assert_eq!(minutes("/teams/1/channels/2/messages", true), 4_320);
    assert_eq!(minutes("users/1/events", false), 10_080);
    assert_eq!(minutes("users/1/events", true), 1_440);
    assert_eq!(minutes("communications/presences/1", false), 60);
    assert_eq!(
        minutes("security/alerts?$filter=status eq 'new'", false),
        43_200
    );
    assert_eq!(minutes("something/new", false), 60);
}

proptest! {
    #[test]
    fn whatever_arrives_is_refused_and_nothing_panics(
        token in "\\PC{0,80}",
        parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5),
        data in "[A-Za-z0-9+/=]{0,100}",
    ) {
        let validator = TokenValidator::new(Cloud::Global, [APP]);
        let keys = signing_keys();
        prop_assert!(validator.validate(&token, &keys, at(0)).is_err());
        prop_assert!(validator.validate(&parts.join("."), &keys, at(0)).is_err());
        let _ = SigningKeys::from_json(token.as_bytes());
        let mut forged = content();
        forged.data.clone_from(&data);
        prop_assert!(decryption_keys().decrypt(&forged).is_err());
        forged = content();
        forged.data_key = data;
        prop_assert!(decryption_keys().decrypt(&forged).is_err());
    }

    #[test]
    fn no_flipped_bit_of_a_token_is_accepted(at_bit in 0usize..4000) {
        let vectors = vectors();
        let mut token = vectors["tokens"]["v1"].as_str().unwrap().as_bytes().to_vec();
        let place = (at_bit / 8) % token.len();
        token[place] ^= 1 << (at_bit % 7);
        let token = String::from_utf8_lossy(&token).into_owned();
        let validator = TokenValidator::new(Cloud::Global, [APP]);
        let result = validator.validate(&token, &signing_keys(), at(60));
        prop_assert!(result.is_err(), "{place}");
    }
}
