//! Permissions that a source needs against permissions that were granted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::accepted::{accepted_for, is_granted};
use super::code::Code;
use super::diagnosis::Diagnosis;
use crate::endpoint::Endpoint;
use crate::id::SourceId;
use crate::source::Source;

/// What a source needs, has and lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceAccess {
    /// The source.
    pub source: SourceId,
    /// Whether it can be read.
    pub readiness: Readiness,
    /// The least permissions that it needs.
    pub needs: Vec<String>,
    /// Those that the application has, itself or by a wider one.
    pub has: Vec<String>,
    /// Those that it lacks; empty where that is not known.
    pub lacks: Vec<String>,
    /// Permissions without which a part is missing, and which the application lacks.
    pub lacks_optional: Vec<String>,
    /// The license that the tenant needs.
    pub license: Option<String>,
    /// What it reads first.
    #[serde(skip)]
    pub(super) endpoint: Option<Endpoint>,
}

/// Whether a source can be read, as far as the test could see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Readiness {
    /// Everything it needs is there, and its service answered.
    Ready,
    /// It can be read, but for the part that an optional permission shows.
    Limited,
    /// A permission is missing.
    Denied,
    /// A license is missing.
    Unlicensed,
    /// Its service did not answer as it should.
    Failed,
    /// Not everything about it could be tested.
    NotKnown,
}

impl Readiness {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Limited => "limited",
            Self::Denied => "denied",
            Self::Unlicensed => "unlicensed",
            Self::Failed => "failed",
            Self::NotKnown => "not_known",
        }
    }
}

/// What the permissions of the token come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Permissions {
    /// Those that the token names.
    pub granted: Vec<String>,
    /// Those that the chosen sources need and the application lacks, each with what it blocks.
    pub lacking: Vec<Lacking>,
    /// Those that would show more and that the application lacks, each with what it limits.
    pub lacking_optional: Vec<Lacking>,
    /// Those that no chosen source needs: least privilege would do without them.
    pub not_needed: Vec<String>,
}

/// A permission that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lacking {
    /// The permission.
    pub permission: String,
    /// The sources that need it.
    pub blocks: Vec<SourceId>,
}

/// What a source needs and lacks; its readiness is found out later.
pub(super) fn access(source: &dyn Source, granted: Option<&[String]>) -> SourceAccess {
    let descriptor = source.descriptor();
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let split = |needs: &[std::borrow::Cow<'static, str>]| -> (Vec<String>, Vec<String>) {
        let Some(granted) = granted else {
            return (Vec::new(), Vec::new());
        };
        let (has, lacks) = needs
            .iter()
            .map(AsRef::as_ref)
            .partition(|name| is_granted(name, granted));
        (owned(has), owned(lacks))
    };
    let (has, lacks) = split(&descriptor.permissions);
    let (_, lacks_optional) = split(&descriptor.optional_permissions);
    SourceAccess {
        source: descriptor.id.clone(),
        readiness: Readiness::NotKnown,
        needs: descriptor
            .permissions
            .iter()
            .map(ToString::to_string)
            .collect(),
        has,
        lacks,
        lacks_optional,
        license: descriptor.license.as_deref().map(str::to_owned),
        endpoint: descriptor.endpoints.first().cloned(),
    }
}

/// Permissions of which the test itself makes use.
const OF_THE_TEST: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.OwnedBy",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "ReportSettings.Read.All",
];

/// What the token grants against what the sources need.
pub(super) fn compare(
    granted: &[String],
    sources: &[SourceAccess],
    known: &[&dyn Source],
) -> Permissions {
    let mut sorted = granted.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let used = |role: &String| {
        OF_THE_TEST.contains(&role.as_str())
            || known.iter().any(|source| {
                let descriptor = source.descriptor();
                descriptor
                    .permissions
                    .iter()
                    .chain(&descriptor.optional_permissions)
                    .any(|need| {
                        need.as_ref() == role.as_str()
                            || (!granted.iter().any(|other| other == need.as_ref())
                                && accepted_for(need).contains(&role.as_str()))
                    })
            })
    };
    Permissions {
        lacking: by_name(sources, |source| &source.lacks),
        lacking_optional: by_name(sources, |source| &source.lacks_optional),
        not_needed: sorted.iter().filter(|role| !used(role)).cloned().collect(),
        granted: sorted,
    }
}

fn by_name(sources: &[SourceAccess], names: fn(&SourceAccess) -> &Vec<String>) -> Vec<Lacking> {
    let mut blocks: BTreeMap<&str, Vec<SourceId>> = BTreeMap::new();
    for source in sources {
        for name in names(source) {
            blocks.entry(name).or_default().push(source.source.clone());
        }
    }
    blocks
        .into_iter()
        .map(|(permission, blocks)| Lacking {
            permission: permission.to_owned(),
            blocks,
        })
        .collect()
}

/// One permission that is missing, with what it blocks.
pub(super) fn missing(lacking: &Lacking) -> Diagnosis {
    let sources = lacking.names();
    let cause = format!(
        "the application lacks {}, without which {sources} cannot be read",
        lacking.permission
    );
    lacking.diagnosis(Code::PermissionMissing, cause)
}

/// One permission that would show more.
pub(super) fn missing_optional(lacking: &Lacking) -> Diagnosis {
    let sources = lacking.names();
    let cause = format!(
        "the application lacks {}, without which a part of {sources} is missing",
        lacking.permission
    );
    lacking.diagnosis(Code::OptionalPermissionMissing, cause)
}

impl Lacking {
    fn names(&self) -> String {
        let names: Vec<&str> = self.blocks.iter().map(SourceId::as_str).collect();
        names.join(", ")
    }

    fn diagnosis(&self, code: Code, cause: String) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(code, cause, super::diagnosis::GRANT)
            .blocking(self.blocks.clone())
            .partial();
        diagnosis.permission = Some(self.permission.clone());
        diagnosis
    }
}

/// The token carries no permission at all.
/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
pub(super) fn no_consent(sources: &[SourceAccess]) -> Diagnosis {
    Diagnosis::new(
        Code::NoConsent,
        "the token carries no permission: no administrator of the tenant has consented to the \
         application, or it was given delegated permissions only",
        super::diagnosis::CONSENT,
    )
    .blocking(sources.iter().map(|source| source.source.clone()).collect())
}
