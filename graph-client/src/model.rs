//! Types for the resources that are read most, as conveniences: any `Deserialize` type of your own
//! will do as well.
//!
//! Every property is optional, since `$select` decides what arrives: `None` is "not said", never
//! "empty" or "no". Enumerations keep values they do not know, compare names without regard to
//! case, and write back what they read. Dates keep text that is no date.
//!
//! ```
//! use graph_client::model::{ConditionalAccessPolicy, ConditionalAccessPolicyState};
//!
//! let policy: ConditionalAccessPolicy =
//!     serde_json::from_str(r#"{"id": "1", "state": "enabledForReportingButNotEnforced"}"#)?;
//! assert_eq!(policy.state, Some(ConditionalAccessPolicyState::ReportOnly));
//! assert!(policy.conditions.is_none());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod application;
mod audit;
mod authentication;
mod conditional_access;
mod date_time;
mod device;
mod domain;
mod group;
mod license;
mod named_location;
mod organization;
mod partner;
mod role;
mod security_defaults;
mod user;

pub use application::*;
pub use audit::*;
pub use authentication::*;
pub use conditional_access::*;
pub use date_time::DateTime;
pub use device::*;
pub use domain::*;
pub use group::*;
pub use license::*;
pub use named_location::*;
pub use organization::*;
pub use partner::*;
pub use role::*;
pub use security_defaults::*;
pub use user::*;

/// A resource type: names in camel case on the wire, every property optional.
macro_rules! resource {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }
    };
}
use resource;

/// An enumeration of the service, which may grow.
macro_rules! open_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$member_doc])* $member,)+
            /// A value not known here, as received; it may be empty.
            Unknown(String),
        }

        impl $name {
            /// The name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$member => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) { return Self::$member; })+
                Self::Unknown(text.to_owned())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok(Self::from(text.as_ref()))
            }
        }
    };
}
use open_enum;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enumerations_ignore_case_and_keep_what_they_do_not_know() {
        let state =
            |text: &str| serde_json::from_str::<ConditionalAccessPolicyState>(text).unwrap();
        assert_eq!(state(r#""ENABLED""#), ConditionalAccessPolicyState::Enabled);
        for unknown in ["", "somethingNew", "a\\u00e9\\n"] {
            let text = format!("\"{unknown}\"");
            let value = state(&text);
            assert!(matches!(value, ConditionalAccessPolicyState::Unknown(_)));
            let again: String =
                serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
            assert_eq!(again, serde_json::from_str::<String>(&text).unwrap());
        }
    }

    #[test]
    fn absent_and_null_are_not_empty() {
        let user: User =
            serde_json::from_str(r#"{"id":"1","accountEnabled":null,"assignedLicenses":[]}"#)
                .unwrap();
        assert_eq!(user.account_enabled, None);
        assert_eq!(user.user_type, None);
        assert_eq!(user.assigned_licenses, Some(vec![]));
    }

    #[test]
    fn models_select_what_they_hold() {
        let fields = crate::fields::<User>().unwrap();
        assert!(fields.contains(&"userPrincipalName") && fields.contains(&"accountEnabled"));
        // It needs a licence and has a low limit, so it is never asked for by accident.
        assert!(!fields.contains(&"signInActivity"));
        assert_eq!(
            crate::fields::<UserSignInActivity>(),
            Some(vec!["id", "signInActivity"])
        );
        assert_eq!(crate::fields::<NamedLocation>(), None);
    }
}
