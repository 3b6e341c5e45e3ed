//! Applications, service principals and what they may do.

pub(crate) mod grant;
pub(crate) mod principal;
pub(crate) mod registration;

use serde_json::{Value, json};

use crate::clock::iso;
use crate::tenant::Tenant;
use crate::tenant::application::{self, Credential};

/// `passwordCredentials` and `keyCredentials`; secrets are not told.
fn credentials(tenant: &Tenant, number: usize, of: &[Credential]) -> (Value, Value) {
    let name = application::name(number);
    let one = |(credential, place): (&Credential, u64)| {
        let unique = number as u64 * 8 + place;
        let mut value = json!({
            "customKeyIdentifier": null,
            "displayName": if credential.certificate { format!("CN={name}") } else { "client secret".to_owned() },
            "startDateTime": iso(tenant.base + credential.start),
            "endDateTime": iso(tenant.base + credential.end),
            "keyId": tenant.derived_text("credential", unique),
        });
        if credential.certificate {
            value["key"] = Value::Null;
            value["type"] = json!("AsymmetricX509Cert");
            value["usage"] = json!("Verify");
        } else {
            let letter = char::from(b'a' + u8::try_from(unique % 26).unwrap_or(0));
            value["hint"] = json!(format!("{letter}8Q"));
            value["secretText"] = Value::Null;
        }
        value
    };
    let all = |certificate: bool| {
        of.iter()
            .zip(0..)
            .filter(|(credential, _)| credential.certificate == certificate)
            .map(one)
            .collect()
    };
    (all(false), all(true))
}
