//! What a row is about, and how rows about settings are declared.

/// The subject of a row about the tenant as a whole.
pub(crate) const TENANT: &str = "tenant";

/// What a row is about: an id, or [`TENANT`].
pub(crate) trait Subject {
    fn subject(&self) -> &str;
}

/// Declares a row: the member that names the object, then members that may not have been read.
///
/// Every member beside the name is optional: one that was not read stays `None`, which is neither
/// "on" nor "off".
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident $(by $id:ident)? $(of $tenant:ident)? $(if $maybe:ident)? {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $(
                /// What the row is about.
                pub $id: String,
            )?
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// Members that this version does not know; kept and written back.
            #[serde(flatten)]
            pub extra: std::collections::BTreeMap<String, serde_json::Value>,
        }

        $(
            impl $crate::facts::row::Subject for $name {
                fn subject(&self) -> &str {
                    &self.$id
                }
            }
        )?

        $(
            impl $crate::facts::row::Subject for $name {
                fn subject(&self) -> &str {
                    $crate::facts::row::$tenant
                }
            }
        )?

        $(
            impl $crate::facts::row::Subject for $name {
                fn subject(&self) -> &str {
                    self.$maybe.as_deref().unwrap_or($crate::facts::row::TENANT)
                }
            }
        )?
    };
}

pub(super) use row;
